"""Synthetic load for measuring: offers, shops and orders in sets, by the verbs that everything else goes through.

Everything says that it is synthetic: marketplace, shop names, addresses, order numbers. The same seed makes the same
load. Existing rows are counted first, so an interrupted run continues and a second one changes nothing.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import blake2b

from django.db import transaction

from joey.catalog.intake.take_offers import take_offers
from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.demo.make_offer import COMMISSION_PPM
from joey.demo.read_goods import Good, read_all
from joey.demo.shops import SHOPS as DEMO_SHOPS
from joey.kit import clock
from joey.marketplaces import registry
from joey.marketplaces.port import ByPosition, OfferFacts, OrderReport
from joey.orders.queries import lines_whose_order_begins_with
from joey.orders.take_order_reports import AskedPoll, next_poll_number, take_order_reports
from joey.synthetic.load import Load
from joey.synthetic.queries import (
    MARKETPLACE,
    PREFIX,
    lease_to,
    leased_keys,
    offers_into,
    open_shops,
    other_shops,
    people_into,
    shops_into,
    synthetic_offers,
    synthetic_shops,
)

OFFERS_AT_ONCE, LISTINGS_AT_ONCE, ORDERS_AT_ONCE = 10_000, 200_000, 20_000
MAX_POSITIONS = 100_000
DAY = timedelta(days=1)

Step = Callable[[str, int, int], None]  # (what, done, of how many)


def real_shops() -> list[str]:
    """A few shops that are neither synthetic nor the demo's: an instance that is in use."""
    return other_shops([shop.slug for shop in DEMO_SHOPS])


def fill_instance(load: Load, step: Step) -> None:
    """Bring the instance to `load`, reporting its progress to `step`."""
    _offers(load, step)
    _shops(load, step)
    _orders(load, step)


# ── Offers ────────────────────────────────────────────────────────────────────────────────────────────────


def _offers(load: Load, step: Step) -> None:
    goods = read_all()[1]
    now = clock.now()
    for first in range(synthetic_offers(), load.offers, OFFERS_AT_ONCE):
        last = min(first + OFFERS_AT_ONCE, load.offers)
        take_offers((_offer(number, goods, load.seed, now) for number in range(first, last)), now=now)
        step("offers", last, load.offers)


def _offer(number: int, goods: tuple[Good, ...], seed: int, now: datetime) -> OfferFacts:
    """One of the demo's goods in a make of its own, with a price that moved a few times."""
    dice = _dice(f"{seed}:{number}")
    good = goods[next(dice) % len(goods)]
    asked = max(100, good.base_minor * (70 + next(dice) % 60) // 100)
    coupon = asked * 85 // 100 if next(dice) % 3 == 0 else None
    least, most = COMMISSION_PPM[good.category]
    past = [(days, asked * (100 + next(dice) % 25) // 100) for days in (55, 34, 13)][: next(dice) % 4]
    return OfferFacts(
        marketplace=MARKETPLACE,
        identity=f"{PREFIX}{number}",
        external_id=f"{PREFIX}{number}",
        title=f"{good.title['zh']}（合成 {number}）",
        translations={"en": f"{good.title['en']} (synthetic {number})"},
        url=f"https://{PREFIX}{number}.invalid/",
        brand=good.brand["zh"],
        category=good.category,
        seller="合成数据",
        currency="CNY",
        list_minor=asked * 130 // 100,
        now_minor=asked,
        coupon_minor=coupon,
        commission_ppm=least + next(dice) % (most - least),
        volume=next(dice) * 37 % 50_000,
        as_of=now,
        history=tuple((now - days * DAY, price) for days, price in past),
    )


# ── Shops ─────────────────────────────────────────────────────────────────────────────────────────────────


def _shops(load: Load, step: Step) -> None:
    have = synthetic_shops()
    if have >= load.shops:
        return
    now = clock.now()
    offers = offers_into("synthetic_offer", limit=load.offers)
    at_once = max(1, LISTINGS_AT_ONCE // max(1, load.per_shop))
    for first in range(have + 1, load.shops + 1, at_once):
        last = min(first + at_once - 1, load.shops)
        with transaction.atomic(durable=True):
            people_into("synthetic_person", first, last)
            open_shops(
                "synthetic_person", "synthetic_offer",
                offer_count=offers, per_shop=load.per_shop, seed=load.seed, now=now,
            )  # fmt: skip
        step("shops", last, load.shops)


# ── Orders ────────────────────────────────────────────────────────────────────────────────────────────────


def _orders(load: Load, step: Step) -> None:
    marketplace = next(each for each in registry.manifests() if "position" in each.evidence).code
    have = lines_whose_order_begins_with(marketplace, PREFIX)
    if have >= load.orders or not load.shops:
        return
    now = clock.now()
    with transaction.atomic(durable=True):
        shops_into("synthetic_seller", limit=min(load.orders, load.shops, MAX_POSITIONS))
        lease_to("synthetic_seller", marketplace, since=now - 60 * DAY)
        keys = leased_keys("synthetic_seller", marketplace)
    for first in range(have, load.orders, ORDERS_AT_ONCE):
        last = min(first + ORDERS_AT_ONCE, load.orders)
        reports = (_order(number, keys[number % len(keys)], load.seed, now) for number in range(first, last))
        poll = AskedPoll(next_poll_number(), "synthetic", "orders", since=now - 60 * DAY, until=now, asked_at=now)
        take_order_reports(marketplace, reports, now=now, poll=poll)
        earn_due(now=now)
        step("orders", last, load.orders)
    confirm_due(now=now)


def _order(number: int, key: str, seed: int, now: datetime) -> OrderReport:
    """A paid line, two in three of them settled, one in twenty closed."""
    dice = _dice(f"{seed}:order:{number}")
    paid = 900 + next(dice) % 30_000
    commission = paid * (30 + next(dice) % 120) // 1000
    placed = now - timedelta(days=20 + next(dice) % 30, minutes=next(dice) % 1440)
    settled = placed + 12 * DAY if number % 3 else None
    closed = number % 20 == 7
    order = f"{PREFIX}{number}"
    return OrderReport(
        external_order=order,
        external_line=f"{order}-1",
        reported_at=(settled or placed) if not closed else placed + DAY,
        payload={"synthetic": True, "number": number},
        state="closed" if closed else "settled" if settled else "paid",
        reason="synthetic" if closed else "",
        evidence=(ByPosition(key, "clicked"),),
        clicked_at=placed - timedelta(minutes=5),
        quantity=1,
        currency="CNY",
        paid_minor=paid,
        commission_minor=commission,
        service_fee_minor=commission // 10,
        rate_ppm=commission * 1_000_000 // paid,
        title="合成订单",
        placed_at=placed,
        paid_at=placed,
        settled_at=settled if not closed else None,
    )


def _dice(key: str) -> Iterator[int]:
    """The same throws for the same key, on every machine."""
    thrown = blake2b(key.encode(), digest_size=64).digest()
    for place in range(0, 64, 4):
        yield int.from_bytes(thrown[place : place + 4], "big")
