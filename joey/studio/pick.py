"""Find goods and put them into the shop with one tap: by words, by filters, or by a link copied from an app.

What the own catalogue lacks for the words is asked of the connected marketplaces.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_safe

from joey.catalog.cards import OfferCard, keepers_part
from joey.catalog.paste_offer import paste_offer
from joey.catalog.queries import FoundOffers, offer_by_id, search_offers
from joey.catalog.same_item.queries import Elsewhere, elsewhere
from joey.catalog.search.suggest import Suggestion, suggest
from joey.commissions.plan_now import plan_shares
from joey.kit import clock
from joey.kit.http import headers_of, status_of
from joey.kit.refusals import Refusal, Unavailable
from joey.marketplaces import registry
from joey.marketplaces.imported import feeds
from joey.marketplaces.pasted import is_pasted, names_no_item
from joey.money.money import Money, read_amount
from joey.shops.add_listing import add_listing
from joey.shops.arrange import hide_listing, remove_listing, show_listing
from joey.shops.models import Shop
from joey.shops.names import CATEGORIES
from joey.shops.own_account import paid_directly
from joey.shops.queries import listed_states, shelf_names
from joey.studio.access import form_of, keeper, keeper_only, language, own_shop, page
from joey.studio.forms import AddForm, UndoForm

KEPT = ("q", "marketplace", "category", "currency", "min", "max", "sort", "coupon", "in_stock", "offer", "cursor")
OTHERS = KEPT[1:-2]  # kept when other words are searched for
CURRENCIES = ("CNY", "USD", "EUR", "GBP", "HKD", "JPY", "KRW", "KWD", "VND")


@dataclass(frozen=True)
class Choice:
    """An offer as the keeper weighs it: what one sale may earn them, and whether the shop has it."""

    offer: OfferCard
    earns: Money | None  # the keeper's part at the price of now
    same: tuple[tuple[Elsewhere, Money | None], ...]  # the same item elsewhere, and what it earns the keeper there
    listing_id: UUID | None
    state: str

    @property
    def fee_ppm(self) -> int:
        """The part of the commission that the marketplace keeps before it is shared."""
        return registry.manifest_of(self.offer.marketplace).fee_to_come_ppm


@keeper_only
@require_safe
def pick(request: HttpRequest, slug: str) -> HttpResponse:
    """The catalogue; a link or copy-code from a marketplace's app in the box leads to its offer."""
    shop = own_shop(request, slug)
    typed = request.GET.get("q", "")
    if request.GET.get("offer") or not is_pasted(typed):
        return _pick(request, shop)
    try:
        offer = paste_offer(typed, person_id=keeper(request).id, now=clock.now())
    except Refusal as refusal:
        answer = _pick(request, shop, problem=str(refusal.text), status=status_of(refusal))
        for name, value in headers_of(refusal).items():
            answer.headers[name] = value
        return answer
    return HttpResponseRedirect(f"/studio/{slug}/pick?offer={offer.id}#o-{offer.id}")


@keeper_only
@require_safe
def suggestions(request: HttpRequest, slug: str) -> HttpResponse:
    """Completions of what is being typed, as links to that search; htmx puts them below the field."""
    own_shop(request, slug)
    asked = {name: request.GET.get(name, "") for name in KEPT}
    leads_to_an_item = is_pasted(asked["q"]) and not names_no_item(asked["q"])
    facts = {"meant": _suggestions(asked["q"]), "pasted": leads_to_an_item, "with_": _links(asked), "slug": slug}
    return page(request, "suggestions.html", facts)


@keeper_only
@form_of("pick")
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """One tap: the offer is in the shop, or refused with the reason beside it."""
    shop = own_shop(request, slug)
    form = AddForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            add_listing(shop, offer_id=given["offer_id"], shelf_name=given["shelf"] or None, now=clock.now())
            return HttpResponseRedirect(_back(slug, given["back"], given["offer_id"]))
        except Refusal as refusal:
            form.take(refusal)
    return _pick(request, shop, problem=_first_problem(form), status=422)


@keeper_only
@form_of("pick")
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    """Take it out again; an item shared meanwhile is hidden instead, because its links must keep working."""
    shop = own_shop(request, slug)
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _pick(request, shop, problem=_first_problem(form), status=422)
    listing_id, now = form.cleaned_data["listing_id"], clock.now()
    try:
        remove_listing(shop, listing_id, now=now)
    except Refusal:
        hide_listing(shop, listing_id, now=now)
    return HttpResponseRedirect(_back(slug, form.cleaned_data["back"], None))


@keeper_only
@form_of("pick")
def show_again(request: HttpRequest, slug: str) -> HttpResponse:
    shop = own_shop(request, slug)
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _pick(request, shop, problem=_first_problem(form), status=422)
    show_listing(shop, form.cleaned_data["listing_id"], now=clock.now())
    return HttpResponseRedirect(_back(slug, form.cleaned_data["back"], None))


def _pick(request: HttpRequest, shop: Shop, *, problem: str = "", status: int = 200) -> HttpResponse:
    now = clock.now()
    asked = {name: request.GET.get(name, "") for name in KEPT}
    if (asked["min"] or asked["max"]) and not asked["currency"]:
        asked["currency"] = CURRENCIES[0]
    found = FoundOffers((), None)
    try:
        if asked["offer"]:
            found = FoundOffers((offer_by_id(UUID(asked["offer"]), language=language(), now=now),), None)
        else:
            found = _search(asked, asker=str(keeper(request).id), now=now)
    except Refusal as refusal:
        problem, status = problem or str(refusal.text), status_of(refusal)
    except ValueError:  # an offer id that is none
        status = 404
    nearest = found.nearest
    offers, shares = nearest.items if nearest else found.items, plan_shares(now)
    listed = listed_states(shop, [offer.id for offer in offers])
    same = elsewhere([offer.id for offer in offers], language=language(), now=now)
    shown = {each.marketplace for each in (*offers, *(one.offer for found in same.values() for one in found))}
    direct = paid_directly(shop)
    earns = partial(keepers_part, plan_ppm=shares, paid_directly=direct)
    there = {each: tuple((one, earns(one.offer)) for one in found) for each, found in same.items()}
    facts = {
        "shop": shop,
        "tab": "pick",
        "now": now,
        "choices": [
            Choice(offer, earns(offer), there.get(offer.id, ()), *listed.get(offer.id, (None, ""))) for offer in offers
        ],
        "asked": asked,
        "with_": _links(asked),
        "others": OTHERS,
        "cut": found.cut,
        "searched": found.searched,
        "found_now": found.found_now,
        "nearest": nearest,
        "sort": found.sort,
        "by_sound": found.by_sound,
        "meant": _suggestions(asked["q"]) if asked["q"] and not found.items and not problem else [],
        "currencies": CURRENCIES,
        "next": found.next,
        "back": urlencode({name: value for name, value in asked.items() if value}),
        "marketplaces": [*registry.connected_marketplaces(), *sorted(feeds())],
        "categories": list(CATEGORIES),
        "shelves": shelf_names(shop),
        "places": sorted(shown),
        "direct": direct,
        "shares": shares,
        "problem": problem,
    }
    return page(request, "pick.html", facts, status=status)


def _search(asked: dict[str, str], *, asker: str, now: datetime) -> FoundOffers:
    currency = asked["currency"] or CURRENCIES[0]
    least, most = (
        read_amount(asked[name], currency, field=f"{name}_price").minor if asked[name].strip() else None
        for name in ("min", "max")
    )
    return search_offers(
        asked["q"],
        marketplace=asked["marketplace"] or None,
        category=asked["category"] or None,
        currency=asked["currency"] or None,
        min_minor=least,
        max_minor=most,
        sort=asked["sort"] or "relevance",
        in_stock=bool(asked["in_stock"]),
        coupon=bool(asked["coupon"]),
        cursor=asked["cursor"] or None,
        asker=asker,
        language=language(),
        now=now,
    )


def _links(asked: dict[str, str]) -> Callable[..., str]:
    """For the page: the address of the same question with some of it changed, from its first page on."""
    kept = {name: value for name, value in asked.items() if value and name not in ("cursor", "offer")}
    return lambda **changes: "?" + urlencode({name: value for name, value in (kept | changes).items() if value})


def _suggestions(typed: str) -> list[Suggestion]:
    """Empty while there is no index: the page says so itself."""
    try:
        found = suggest(typed)
    except Unavailable:
        return []
    wish = typed.strip().casefold()
    names = [
        Suggestion(code, "category")
        for code, name in CATEGORIES.items()
        if wish and str(name).casefold().startswith(wish)
    ]
    return [*names, *found]


def _back(slug: str, back: str, offer_id: UUID | None) -> str:
    """To the same search. Only its own fields are taken over from what the form says."""
    asked = QueryDict(back)
    query = urlencode({name: asked[name] for name in KEPT if asked.get(name)})
    mark = f"#o-{offer_id}" if offer_id else ""
    return f"/studio/{slug}/pick" + (f"?{query}" if query else "") + mark


def _first_problem(form: AddForm | UndoForm) -> str:
    return str(next(iter(form.errors.values()))[0])
