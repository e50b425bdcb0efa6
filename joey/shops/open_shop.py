"""Open a shop: an address, a name, and optionally a line about it."""

import re
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import limits
from joey.kit.rate_limit import hit
from joey.kit.refusals import Conflict, Invalid
from joey.kit.text import read_line
from joey.marketplaces import registry
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text, keep_texts
from joey.rules.official_names import OTHERS, is_address_of_theirs, without_digits
from joey.shops.ask_rules import refuse_words
from joey.shops.models import Shop

NAME_MOST = 40
INTRO_MOST = 200
KEEPER_MOST = 40

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,28})[a-z0-9]")

# Names that would pass for Joey itself, for an authority or for a company that Joey is not connected to. Those of
# marketplaces are in their manifests.
_RESERVED = """
110 119 120 12315 about account admin administrator api app apps assets auth bank billing blog cart ceo
checkout confirm contact customer-service dev developer douyin facebook feed file files go gov government
guest health healthz help home http https index info instagram joey joey-shop kuaishou legal log login
logout mail me metrics moderator myshop new null office official open operator order orders p page pay
payment payout payouts picture pictures platform police poster posters press privacy prove public readyz
refund report root rule rules safety sale sandbox search security service settings shop shops sign-in
sign-up signin signup sms staff static status store studio support sys sysadmin system team terms test
tiktok undefined unionpay verify wechat weibo weixin whatsapp www xiaohongshu
"""
RESERVED_BY_MARKETPLACES = frozenset[str]().union(*(each.reserved_names for each in registry.manifests()))
RESERVED = frozenset(_RESERVED.split()) | RESERVED_BY_MARKETPLACES
NAMES_OF_OTHERS = frozenset(name.replace(" ", "") for name in OTHERS if name.isascii())


class SlugTaken(Conflict):
    """Another shop has this address."""

    code = "slug_taken"


class SlugReserved(Conflict):
    """No shop may have this address."""

    code = "slug_reserved"


@transaction.atomic
def open_shop(owner: Person, *, slug: str, name: str, intro: str = "", now: datetime) -> Shop:
    """A new shop of `owner`, open at once at /s/<slug>.

    Raises Invalid (field slug, name or intro), SlugTaken or SlugReserved (field slug), WordsRefused, TooMany.
    """
    slug = read_slug(slug)
    name, intro = read_words(name, intro)
    text = _("You opened many shops today. Open another one tomorrow.")
    hit((limits.SHOPS_OF_PERSON, str(owner.pk)), now=now, text=text)
    shop = Shop(owner=owner, slug=slug, name=name, intro=intro, opened_at=now)
    try:
        with transaction.atomic():
            shop.save(force_insert=True)
    except IntegrityError as taken:
        raise SlugTaken(
            _("The address “%s” belongs to another shop already. Choose another one.") % slug, field="slug"
        ) from taken
    facts = {"by": str(owner.pk), "slug": slug, "name": keep_text(shop.name, shop_id=shop.id).fact}
    append("shop.opened", f"shop:{shop.id}", facts, shop_id=shop.id, happened_at=now)
    return shop


@transaction.atomic
def describe_shop(shop: Shop, *, name: str, intro: str, now: datetime) -> Shop:
    """Change the shop's name and the line about it; the address stays. Raises Invalid, WordsRefused."""
    shop.name, shop.intro = read_words(name, intro)
    shop.save(update_fields=["name", "intro"])
    kept = keep_texts((shop.id, text) for text in (shop.name, shop.intro))
    facts = {"name": kept[0].fact, "intro": kept[1].fact}
    append("shop.described", f"shop:{shop.id}", facts, shop_id=shop.id, happened_at=now)
    return shop


@transaction.atomic(durable=True)
def describe_shop_and_keeper(shop: Shop, person: Person, *, name: str, intro: str, keeper: str, now: datetime) -> Shop:
    """The same with the keeper's name as buyers see it; both or neither. Raises Invalid and WordsRefused
    also for "keeper"."""
    describe_shop(shop, name=name, intro=intro, now=now)
    person.name = read_line(keeper, field="keeper", at_most=KEEPER_MOST)
    refuse_words("keeper", person.name)
    person.save(update_fields=["name"])
    return shop


def read_slug(text: str) -> str:
    """The address as links will have it; raises Invalid or SlugReserved naming "slug"."""
    if not isinstance(text, str) or not _SLUG.fullmatch(text) or text.startswith("xn--"):
        raise Invalid(
            _(
                "The address takes 3 to 30 of the letters a to z, digits and hyphens, and neither begins nor ends"
                " with a hyphen."
            ),
            field="slug",
        )
    names = {code for each in registry.manifests() for code in each.marketplaces} | NAMES_OF_OTHERS
    own = {name.casefold() for name in settings.JOEY_NAMES if name.isascii() and name.isalnum()}
    if without_digits(text) & RESERVED or is_address_of_theirs(text, names | own, RESERVED_BY_MARKETPLACES):
        raise SlugReserved(
            _("The address “%s” could be mistaken for Joey, a marketplace or an authority. Choose another one.") % text,
            field="slug",
        )
    return text


def read_words(name: str, intro: str) -> tuple[str, str]:
    """Name and line about the shop, cleaned and checked by the rules."""
    name = read_line(name, field="name", at_most=NAME_MOST, needed=True)
    intro = read_line(intro, field="intro", at_most=INTRO_MOST)
    refuse_words("name", name)
    refuse_words("intro", intro)
    return name, intro
