"""The position by which a keeper's own account tells the shop's orders: which one it is, and that links go by it."""

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from joey.catalog.models import Offer
from joey.kit.refusals import Conflict, Invalid, Text
from joey.marketplaces import registry
from joey.marketplaces.port import Connector, MarketplaceRefused, PositionNotFiled, PositionRefused, Tracking
from joey.sharing.models import Position, PositionLease
from joey.shops.models import Shop

ITEMS_TRIED = 3


def with_answer(text: Text, connector: Connector, refused: MarketplaceRefused, field: str | None = None) -> Invalid:
    """A refusal of ours, with the marketplace's own words behind it: `text` has places for `place` and `why`."""
    return Invalid(text % {"place": registry.name_of(connector.code), "why": refused.text}, field=field)


def choose_position(connector: Connector, shop: Shop, *, typed: str, before: str | None, is_in_use: bool) -> str:
    """The key that links go by: as typed, as it is or was already, or a new one of the account.

    `before` is the code under which the shop has the account, or had it; `is_in_use`: it has it now. Raises Conflict
    and Invalid ("position").
    """
    known = _known_position(shop, before) if before else None
    if is_in_use and known and typed not in ("", known):
        raise Conflict(
            _("Links of this shop go by another position. To change it, remove the account and connect it again."),
            field="position",
        )
    if known and not typed:
        return known
    positions = Position.objects.filter(marketplace=before)
    if typed:
        if positions.filter(key=typed).exclude(withdrawn_at=None).exists():
            text = _("The position “%s” is withdrawn, for good. Make another one.")
            raise Invalid(text % typed, field="position")
        return typed
    if connector.manifest.capabilities.positions.granted != "api":
        text = _("This account cannot make a position itself. Make one in the console of %s and give its number.")
        raise Invalid(text % registry.name_of(connector.code), field="position")
    # Some marketplaces answer with the same position to the same name: one that is no use needs a name that is new.
    of_no_use = positions.exclude(withdrawn_at=None, refused_at=None).count()
    try:
        return connector.register_position(f"joey-{shop.slug}" + (f"-{of_no_use + 1}" if of_no_use else ""))
    except MarketplaceRefused as refused:
        text = _(
            "%(place)s makes no position for this account. Make one in its console and give its number. Its answer:"
            " %(why)s"
        )
        raise with_answer(text, connector, refused, "position") from None


def _known_position(shop: Shop, code: str) -> str | None:
    """The key that the shop's links go by, or went by last; None where it is no use any more."""
    leases = PositionLease.objects.filter(shop=shop, marketplace=code).order_by(F("until").desc(nulls_first=True))
    last = leases.select_related("position").first()
    return last.position.key if last and last.position.withdrawn_at is last.position.refused_at is None else None


def prove_position(connector: Connector, key: str) -> None:
    """Make a link on the position, for an item that is here. Where none is here to try, it stays unproved.

    An account may be refused one item and not another, which says nothing of the position. Where it is refused each
    that is tried, it makes no links. Raises Invalid ("position", or of no field), MarketplaceUnavailable.
    """
    last: MarketplaceRefused | None = None
    offers = Offer.objects.filter(marketplace__in=list(connector.manifest.marketplaces), commission_ppm__gt=0)
    for item in offers.order_by("-as_of").values_list("external_id", flat=True)[:ITEMS_TRIED]:
        try:
            connector.tracked_link(item, Tracking(position=key))
        except PositionRefused as refused:
            raise Invalid(refused.text, field="position") from None
        except PositionNotFiled:  # the account makes links once its keeper has opened one (file_position.py)
            return
        except MarketplaceRefused as refused:
            last = refused
            continue
        return
    if last is not None:
        text = _("%(place)s makes no link by this account, so nothing was changed. Its answer: %(why)s")
        raise with_answer(text, connector, last)
