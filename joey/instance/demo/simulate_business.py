"""The demo's business: a month of visits to its shops, and the orders they led to, placed in the sandbox."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import httpx
from django.conf import settings
from django.db import transaction

from joey.catalog.models import Offer
from joey.demo import catalogue
from joey.kit.ids import id_at
from joey.kit.json import read_json
from joey.marketplaces.registry import code_for
from joey.sharing.make_link import make_link
from joey.sharing.models import Click, Link, Position, PositionLease
from joey.sharing.write_clicks import NewClick, NewOutboundClick, record_clicks, record_outbound_clicks
from joey.shops.models import Listing, Shop

OPENED_DAYS_AGO = 32
DAY = timedelta(days=1)
RELATION = "2345678901"  # a channel relation of the simulated publisher
CHANNELS = ("wechat", "moments", "xiaohongshu", "whatsapp")


@dataclass(frozen=True)
class _Sale:
    """One visit that ended in an order: when, on which listing and position, and what became of the order."""

    listing: Listing
    position: str
    clicked_at: datetime
    fate: str


@dataclass(frozen=True)
class _Month:
    """What happened to one shop."""

    clicks: list[NewClick]
    outbound_clicks: list[NewOutboundClick]
    sales: list[_Sale]


# What becomes of the first orders at a marketplace: what happens at few others.
OWN_FATES = {"jd": ("split", "price_protected", "hijacked"), "pinduoduo": ("compared",)}
# What becomes of an order, by its place in the row; each state of the thread comes up.
FATES = (
    "settled", "settled", "paid", "settled", "received", "settled", "closed", "settled", "returned_in_part", "settled",
    "settled", "returned_late", "settled", "paid", "settled", "settled", "closed", "settled",
)  # fmt: skip


def simulate_business(shops: list[Shop], now: datetime) -> int:
    """A month of visits, and the orders they led to; how many orders there are then.

    Orders first, then the visits, each only where there are none yet: whatever an interruption left out is made up.
    """
    months = [_a_month(shop, now) for shop in shops]
    with httpx.Client(base_url=settings.SANDBOX_URL, timeout=60, trust_env=False) as sandbox:
        there = read_json(sandbox.get("/control/orders").raise_for_status().content)["items"]
        if not there:
            sales = [sale for month in months for sale in month.sales]
            orders = [_order(sale, now) for sale in sales] + _nobodys_orders(now)
            there = read_json(sandbox.post("/control/bulk", json=orders).raise_for_status().content)["orders"]
            for sale, order in zip(sales, there, strict=False):
                _decide_about(sandbox, order, sale.fate)
    for shop, month in zip(shops, months, strict=True):
        if not Click.objects.filter(shop_id=shop.pk).exists():
            with transaction.atomic():
                record_clicks(month.clicks)
                record_outbound_clicks(month.outbound_clicks)
                for out in month.outbound_clicks:  # clicks of the past do not say of their lease that it was used
                    lease = PositionLease.objects.filter(id__in=[out.lease_id], last_used_at__lt=out.at)
                    lease.update(last_used_at=out.at)
    return len(there)


def release_frozen() -> None:
    """Let the marketplace release what it froze of the demo, once that was reported: before, no report names it."""
    with httpx.Client(base_url=settings.SANDBOX_URL, timeout=60, trust_env=False) as sandbox:
        for each in read_json(sandbox.get("/control/orders").raise_for_status().content)["items"]:
            if each["frozen"]:
                sandbox.post(f"/control/orders/{each['order']}", json={"do": "release"}).raise_for_status()


def _a_month(shop: Shop, now: datetime) -> _Month:
    """Clicks on the shop's links, some by previews; of the people two in three go on, and of those one in four buys."""
    month, sold = _Month([], [], []), Counter[str]()
    leases = _leases(shop)
    in_stock = Listing.objects.filter(shop=shop, state=Listing.State.PUBLISHED, offer__in_stock=True)
    earning = [each for each in in_stock.select_related("offer") if code_for(each.offer.marketplace) in leases]
    if not earning:
        return month
    links = _links(shop, earning, now)
    for day in range(OPENED_DAYS_AGO - 2, -1, -1):
        for visit in range(2 + _dice(f"{shop.slug}:{day}", 5)):
            key = f"{shop.slug}:{day}:{visit}"
            link = links[_dice(key, len(links))]
            at = now - day * DAY - timedelta(minutes=20 + _dice(key + "m", 600))
            person = _dice(key + "p", 7) != 0
            click = NewClick(
                id=id_at(at), shop_id=shop.pk, link_id=link.pk, listing_id=link.listing_id, at=at,
                visitor_key=sha256(key.encode()).digest()[:16],
                visitor=Click.Visitor.PERSON if person else Click.Visitor.PREVIEW,
            )  # fmt: skip
            month.clicks.append(click)
            if person and _dice(key + "o", 3):
                out = at + timedelta(seconds=25)
                listing = next(each for each in earning if each.pk == link.listing_id)
                marketplace = code_for(listing.offer.marketplace)
                month.outbound_clicks.append(
                    NewOutboundClick(
                        id=id_at(out),
                        click_id=click.id,
                        shop_id=shop.pk,
                        marketplace=marketplace,
                        lease_id=leases[marketplace].pk,
                        at=out,
                    )
                )
                if _dice(key + "b", 4) == 0:
                    fates = OWN_FATES.get(marketplace, ()) + FATES
                    fate = fates[sold[marketplace] % len(fates)]
                    sold[marketplace] += 1
                    position = leases[marketplace].position.key
                    month.sales.append(_Sale(listing, position, out + timedelta(seconds=1), fate))
    return month


def _leases(shop: Shop) -> dict[str, PositionLease]:
    """The shop's leases by the code of their marketplace."""
    leases = PositionLease.objects.filter(shop=shop, ended_at=None).select_related("position")
    return {lease.marketplace: lease for lease in leases}


def _links(shop: Shop, listings: list[Listing], now: datetime) -> list[Link]:
    """A link on one or two channels for what earns."""
    opened = now - OPENED_DAYS_AGO * DAY
    made = []
    for number, listing in enumerate(listings):
        for channel in sorted({CHANNELS[number % 4], CHANNELS[(number * 3 + 1) % 4]}):
            made.append(make_link(shop, listing_id=listing.id, channel=channel, now=opened + DAY))
    return made


def _order(sale: _Sale, now: datetime) -> dict[str, object]:
    """The order as the sandbox's bulk call takes it, moved as far as its age and its fate allow."""
    offer = sale.listing.offer
    paid = sale.clicked_at + timedelta(minutes=4)
    pieces = {"returned_in_part": 3, "split": 2}.get(sale.fate, 1)
    steps: list[dict[str, object]] = []

    def then(do: str, days: float, **also: object) -> None:
        at = paid + timedelta(days=days)
        if at < now - timedelta(minutes=5):
            steps.append({"do": do, "at": _text(at), **also})

    if sale.fate == "compared":
        then("compare_prices", 1)
    if sale.fate == "closed":
        then("close", 1)
    elif sale.fate not in ("paid", "split", "hijacked"):
        then("receive", 5)
        if sale.fate == "returned_in_part":
            then("return", 6, quantity=1)
        if sale.fate == "price_protected":
            then("price_protect", 7, amount=500)
        if sale.fate != "received":
            then("settle", 9)
        if sale.fate == "returned_late":
            then("return", 18, quantity=1)
    return {
        "marketplace": offer.marketplace,
        "item": _external(offer),
        "position": sale.position,
        "click_time": _text(sale.clicked_at),
        "paid_at": _text(paid),
        "quantity": pieces,
        "do": steps,
    }


def _decide_about(sandbox: httpx.Client, order: str, fate: str) -> None:
    """What a marketplace does to an order by a call of its own: it sends it in parts, or finds a violation."""
    if fate == "split":
        sandbox.post(f"/control/orders/{order}", json={"do": "split"}).raise_for_status()
    if fate == "hijacked":
        sandbox.post("/control/jd/codes", json={"order": order, "validCode": 25}).raise_for_status()


def _nobodys_orders(now: datetime) -> list[dict[str, object]]:
    """Two orders of a channel on a registered position that no shop held: they are for the office to look at.

    The one is frozen, and released by release_frozen; of the other a part went back after its settlement. So every
    unverified fact is seen by some order of the demo.
    """
    free = Position.objects.filter(marketplace="taobao", free_from__isnull=False).order_by("-id").first()
    item = next(each for each in catalogue.offers() if each.marketplace == "taobao" and not each.awkward)
    if free is None:
        return []

    def order(days: int, quantity: int, **steps: float) -> dict[str, object]:
        paid = now - days * DAY
        return {
            "marketplace": item.marketplace,
            "item": item.external_id,
            "position": free.key,
            "sub_id": RELATION,
            "click_time": _text(paid - timedelta(minutes=6)),
            "paid_at": _text(paid),
            "quantity": quantity,
            "do": [
                {"do": do, "at": _text(paid + after * DAY), **({"quantity": 1} if do == "return" else {})}
                for do, after in steps.items()
            ],
        }

    return [order(3, 1, freeze=1), order(11, 2, receive=5, settle=9, **{"return": 10})]


def _external(offer: Offer) -> str:
    """The number the marketplace keeps behind its rotating ids; only the demo knows it."""
    return next(
        each.external_id
        for each in catalogue.offers()
        if (each.marketplace, each.title) == (offer.marketplace, offer.title)
    )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _dice(key: str, sides: int) -> int:
    """The same throw for the same key, on every machine."""
    return int.from_bytes(sha256(key.encode()).digest()[:4], "big") % sides
