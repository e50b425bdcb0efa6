"""Fill the demo: its shops, their goods, and a month of simulated business that came through sandbox and sync.

Nothing is put into the books by hand. Orders are placed in the sandbox, reported by its gateway, attributed, earned,
settled, returned and paid out by the same verbs that serve everyone; only the clock they are told is an older one.
Every step looks first at what is there, so a filling that was interrupted goes on.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import httpx
from django.conf import settings
from django.db import transaction

from joey.catalog.models import Offer
from joey.catalog.take_offers import take_offers
from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import place_hold
from joey.commissions.models import Commission, CommissionHold
from joey.demo import catalogue
from joey.demo.make_offer import DemoOffer
from joey.demo.shops import SHOPS, DemoShop
from joey.kit.clock import now as database_now
from joey.kit.ids import new_id
from joey.ledger.queries import balances_of
from joey.marketplaces import registry
from joey.marketplaces.port import Connector, OfferFacts
from joey.money.money import Money
from joey.orders.sync import sync
from joey.payouts.models import Payee, Payout
from joey.payouts.pay_due import pay_due
from joey.payouts.payee import set_payee
from joey.payouts.request_payout import request_payout
from joey.people.models import Person
from joey.people.operators import make_operator
from joey.sharing.lease_position import file_positions, lease_for
from joey.sharing.make_link import make_link
from joey.sharing.models import Click, Link, Position, PositionLease
from joey.sharing.record_click import NewClick, NewWayOut, record_clicks, record_ways_out
from joey.shops.add_listing import add_listing
from joey.shops.models import Listing, Shop
from joey.shops.open_shop import open_shop

POSITIONS = 40
PAGE = 100
OPENED_DAYS_AGO = 32
OPERATOR = "operator@example.com"
DAY = timedelta(days=1)
CHANNELS = ("wechat", "moments", "xiaohongshu", "whatsapp")

Tell = Callable[[str], None]


def fill_demo(tell: Tell) -> None:
    """Do whatever of the demo is not done yet, one sentence of progress per step."""
    now = database_now()
    have = Position.objects.filter(marketplace="taobao").count()
    file_positions("taobao", max(0, POSITIONS - have), now=now - (OPENED_DAYS_AGO + 1) * DAY)
    tell(f"{_bring_offers(now)} offers on six simulated marketplaces")
    make_operator(OPERATOR)
    shops = [_fill_shop(shop, now) for shop in SHOPS]
    tell(f"{len(shops)} shops with {Listing.objects.count()} listings")
    tell(f"{_simulate_business(shops, now)} simulated orders")
    for done in sync(now=database_now()):
        if done.trouble:
            tell(f"{done.marketplace}: {done.trouble}")
    moment = database_now()
    earn_due(now=moment)
    _hold_one(shops[0], moment)
    confirm_due(now=moment - 6 * DAY)
    _pay_out_once(shops[0], moment)
    confirm_due(now=moment)
    tell("Orders reported, earned, settled, returned and paid out")


# ── Goods ─────────────────────────────────────────────────────────────────────────────────────────────────


def _bring_offers(now: datetime) -> int:
    """Every demo offer, as its marketplace answers, with the title in the other language and the past prices."""
    known = {(each.marketplace, each.title): each for each in catalogue.offers()}
    for connector in registry.connectors():
        found = [facts for words in _searches(connector.code) for facts in _all_pages(connector, words)]
        take_offers((_with_past(facts, known, now) for facts in found), now=now)
    return Offer.objects.count()


def _searches(code: str) -> list[str]:
    """The union wants words, so each of its brands is asked for; a feed gives everything at once."""
    if code != "taobao":
        return [""]
    union = (each for each in catalogue.offers() if each.marketplace in ("taobao", "tmall"))
    return sorted({each.good.brand["zh"] for each in union})


def _all_pages(connector: Connector, words: str) -> Iterator[OfferFacts]:
    page = 1
    while found := connector.search(words, page=page, size=PAGE):
        yield from found
        if len(found) < PAGE:
            return
        page += 1


def _with_past(facts: OfferFacts, known: dict[tuple[str, str], DemoOffer], now: datetime) -> OfferFacts:
    demo = known.get((facts.marketplace, facts.title))
    if demo is None:
        return facts
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)  # the same moments when this runs again
    past = tuple((midnight - days * DAY, minor) for days, minor in demo.history if days > 0)
    titles = {"zh-hans": demo.good.title["zh"], "en": demo.good.title["en"]}
    return replace(facts, translations=titles, history=past)


# ── Shops ─────────────────────────────────────────────────────────────────────────────────────────────────


def _fill_shop(demo: DemoShop, now: datetime) -> Shop:
    """The shop with its shelves, opened a month ago; its keeper signs in with the demo's e-mail."""
    opened = now - OPENED_DAYS_AGO * DAY
    keeper, _made = Person.objects.get_or_create(
        email=demo.email,
        defaults={
            "phone": demo.phone,
            "name": demo.slug.capitalize(),
            "language": "zh-hans" if demo.language == "zh" else "en",
            "joined_at": opened,
        },
    )
    shop = Shop.objects.filter(slug=demo.slug).first() or open_shop(
        keeper, slug=demo.slug, name=demo.name[demo.language], intro=demo.intro[demo.language], now=opened
    )
    _list_goods(shop, demo, opened)
    lease_for(shop, "taobao", now=opened + DAY)
    for listing in Listing.objects.filter(shop=shop, state=Listing.State.PUBLISHED):
        make_link(shop, listing_id=listing.id, channel="shop", now=opened + DAY)
    return shop


def _list_goods(shop: Shop, demo: DemoShop, opened: datetime) -> None:
    """Whatever of the keeper's picks is not listed yet, on its shelf, with the keeper's note."""
    offers = {(offer.marketplace, offer.title): offer.id for offer in Offer.objects.all()}
    listed = set(Listing.objects.filter(shop=shop).values_list("offer_id", flat=True))
    for shelf in demo.shelves:
        for pick in shelf.listings:
            offer_id = offers.get((pick.marketplace, pick.offer.title))
            if offer_id is not None and offer_id not in listed:
                note, name = pick.note[demo.language], shelf.name[demo.language]
                add_listing(shop, offer_id=offer_id, shelf_name=name, note=note, now=opened)


# ── Business ──────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Sale:
    """One visit that ended in an order: when, on which listing, and what became of the order."""

    listing: Listing
    clicked_at: datetime
    fate: str


# What becomes of an order, by its place in the row; each state of the thread comes up.
FATES = (
    "settled", "settled", "paid", "settled", "received", "settled", "closed", "settled", "returned_in_part", "settled",
    "settled", "returned_late", "settled", "paid", "settled", "settled", "closed", "settled",
)  # fmt: skip


def _simulate_business(shops: list[Shop], now: datetime) -> int:
    """A month of visits, and the orders they led to, placed in the sandbox in one call."""
    with httpx.Client(base_url=settings.SANDBOX_URL, timeout=60, trust_env=False) as sandbox:
        there = sandbox.get("/control/orders").raise_for_status().json()["items"]
        if there:
            return len(there)
        sales = [sale for shop in shops for sale in _visits(shop, now)]
        orders = [_order(sale, now) for sale in sales] + _nobodys_orders(now)
        made = sandbox.post("/control/bulk", json=orders)
        made.raise_for_status()
        return len(made.json()["orders"])


def _visits(shop: Shop, now: datetime) -> Iterator[_Sale]:
    """Clicks on the shop's links over its life, more of them lately; about one in eight buys."""
    lease = PositionLease.objects.get(shop=shop, marketplace="taobao", ended_at=None)
    earning = list(
        Listing.objects.filter(
            shop=shop, state=Listing.State.PUBLISHED, offer__marketplace__in=("taobao", "tmall"), offer__in_stock=True
        ).select_related("offer")
    )
    if Click.objects.filter(shop_id=shop.pk).exists() or not earning:
        return
    links = _links(shop, earning, now)
    clicks: list[NewClick] = []
    ways: list[NewWayOut] = []
    sale_number = 0
    for day in range(OPENED_DAYS_AGO - 2, -1, -1):
        for visit in range(2 + _dice(f"{shop.slug}:{day}", 5)):
            key = f"{shop.slug}:{day}:{visit}"
            link = links[_dice(key, len(links))]
            at = now - day * DAY - timedelta(minutes=20 + _dice(key + "m", 600))
            person = _dice(key + "p", 7) != 0
            click = NewClick(
                id=new_id(), shop_id=shop.pk, link_id=link.pk, listing_id=link.listing_id, at=at,
                visitor_key=sha256(key.encode()).digest()[:16],
                visitor=Click.Visitor.PERSON if person else Click.Visitor.PREVIEW,
            )  # fmt: skip
            clicks.append(click)
            if person and _dice(key + "o", 3):
                out = at + timedelta(seconds=25)
                ways.append(
                    NewWayOut(
                        id=new_id(), click_id=click.id, shop_id=shop.pk, marketplace="taobao", lease_id=lease.pk, at=out
                    )
                )
                if _dice(key + "b", 4) == 0:
                    listing = next(each for each in earning if each.pk == link.listing_id)
                    yield _Sale(listing, out + timedelta(seconds=1), FATES[sale_number % len(FATES)])
                    sale_number += 1
    with transaction.atomic():
        record_clicks(clicks)
        record_ways_out(ways)


def _links(shop: Shop, listings: list[Listing], now: datetime) -> list[Link]:
    """A link on one or two channels for what earns."""
    opened = now - OPENED_DAYS_AGO * DAY
    made = []
    for number, listing in enumerate(listings):
        for channel in {CHANNELS[number % 4], CHANNELS[(number * 3 + 1) % 4]}:
            made.append(make_link(shop, listing_id=listing.id, channel=channel, now=opened + DAY))
    return made


def _order(sale: _Sale, now: datetime) -> dict[str, object]:
    """The order as the sandbox's bulk call takes it, moved as far as its age and its fate allow."""
    offer = sale.listing.offer
    lease = PositionLease.objects.select_related("position").get(
        shop=sale.listing.shop_id, marketplace="taobao", ended_at=None
    )
    paid = sale.clicked_at + timedelta(minutes=4)
    pieces = 3 if sale.fate == "returned_in_part" else 1
    steps: list[dict[str, object]] = []

    def then(do: str, days: float, **also: object) -> None:
        at = paid + timedelta(days=days)
        if at < now - timedelta(minutes=5):
            steps.append({"do": do, "at": _text(at), **also})

    if sale.fate == "closed":
        then("close", 1)
    elif sale.fate != "paid":
        then("receive", 5)
        if sale.fate == "returned_in_part":
            then("return", 6, quantity=1)
        if sale.fate != "received":
            then("settle", 9)
        if sale.fate == "returned_late":
            then("return", 18, quantity=1)
    return {
        "adzone_id": lease.position.key,
        "item": _external(offer),
        "click_time": _text(sale.clicked_at),
        "paid_at": _text(paid),
        "quantity": pieces,
        "do": steps,
    }


def _nobodys_orders(now: datetime) -> list[dict[str, object]]:
    """Two orders on a filed position that no shop held: they are for the office to look at."""
    free = Position.objects.filter(marketplace="taobao", free_from__isnull=False).order_by("-id").first()
    item = next(each for each in catalogue.offers() if each.marketplace == "taobao" and not each.awkward)
    if free is None:
        return []
    return [
        {
            "adzone_id": free.key,
            "item": item.external_id,
            "click_time": _text(now - days * DAY - timedelta(minutes=6)),
            "paid_at": _text(now - days * DAY),
        }
        for days in (3, 11)
    ]


def _external(offer: Offer) -> str:
    """The number the marketplace keeps behind its rotating ids; only the demo knows it."""
    return next(
        each.external_id
        for each in catalogue.offers()
        if (each.marketplace, each.title) == (offer.marketplace, offer.title)
    )


# ── Money ─────────────────────────────────────────────────────────────────────────────────────────────────


def _hold_one(shop: Shop, now: datetime) -> None:
    """One commission is held, so that the demo shows what that looks like."""
    if CommissionHold.objects.filter(shop=shop).exists():
        return
    held = (
        Commission.objects.filter(shop=shop, state=Commission.State.EARNED, settled=True, amount_minor__gt=0)
        .order_by("-payable_on", "id")
        .first()
    )
    if held:
        place_hold(held, reason="Several orders from one address within an hour (simulated)", now=now)


def _pay_out_once(shop: Shop, now: datetime) -> None:
    """Payout details that are older than their pause, and one payout that the simulated bank has settled."""
    if not Payee.objects.filter(shop=shop).exists():
        set_payee(
            shop,
            rail="bank",
            holder_name="Mei Lin",
            account_number="6222020000001234567",
            bank_code="102100099996",
            now=now - 20 * DAY,
        )
    available = balances_of(shop.pk).get("CNY")
    if available is None or Payout.objects.filter(shop=shop).exists() or available.available.minor < 300:
        return
    half = Money(available.available.minor // 2, "CNY")
    request_payout(shop, amount=half, idempotency_key="demo-1", now=now)
    for _try in range(3):
        pay_due(now=database_now())


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _dice(key: str, sides: int) -> int:
    """The same throw for the same key, on every machine."""
    return int.from_bytes(sha256(key.encode()).digest()[:4], "big") % sides
