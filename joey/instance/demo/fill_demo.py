"""Fill the demo: its shops, their goods, and a month of simulated business that came through sandbox and sync.

Nothing is put into the books by hand. Orders are placed in the sandbox, reported by its gateway, attributed, earned,
settled, returned and paid out by the same verbs that serve everyone; they are only given an earlier time. Every step
first checks what is there already, so filling continues after an interruption.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import httpx

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.catalog.same_item.follow import catch_up as find_same
from joey.catalog.search.follow import catch_up as index_offers
from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import place_hold
from joey.commissions.models import Commission, Hold
from joey.demo import catalogue
from joey.demo.make_offer import DemoOffer
from joey.demo.shops import HOLD_REASON, SHOPS, DemoShop
from joey.instance.demo.simulate_business import OPENED_DAYS_AGO, release_frozen, simulate_business
from joey.kit.clock import now as database_now
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
from joey.sharing.file_position import steps_left
from joey.sharing.lease_position import lease_for
from joey.sharing.make_link import make_link
from joey.sharing.models import Position
from joey.sharing.register_positions import register_positions
from joey.sharing.share import share_by_keeper
from joey.shops.add_listing import add_listing
from joey.shops.models import Listing, Shop
from joey.shops.open_shop import open_shop

POSITIONS = 40

OPERATOR = "operator@example.com"
DAY = timedelta(days=1)


Report = Callable[[str], None]


def fill_demo(report: Report) -> None:
    """Do what is not done yet of the demo, and report one sentence per step."""
    now = database_now()
    for code in _with_positions():
        have = Position.objects.filter(marketplace=code).count()
        if have < POSITIONS:
            register_positions(code, POSITIONS - have, now=now - (OPENED_DAYS_AGO + 1) * DAY)
    places = len(registry.connected_marketplaces())
    report(f"{_bring_offers(now)} offers on {places} simulated marketplaces")
    find_same(now=database_now())
    make_operator(OPERATOR)
    shops = [_fill_shop(shop, now) for shop in SHOPS]
    report(f"{len(shops)} shops with {Listing.objects.count()} listings")
    report(f"{simulate_business(shops, now)} simulated orders")
    _sync(report)
    release_frozen()
    _sync(report)
    moment = database_now()
    earn_due(now=moment)
    _hold_one(shops[0], moment)
    confirm_due(now=moment - 6 * DAY)
    _pay_out_once(shops[0], moment)
    confirm_due(now=moment)
    report("Orders reported, earned, settled, returned and paid out")
    index_offers()
    report("All of it can be searched")


def _sync(report: Report) -> None:
    for done in sync(now=database_now(), recheck=True):
        if done.trouble:
            report(f"{done.marketplace}: {done.trouble}")


# ── Goods ─────────────────────────────────────────────────────────────────────────────────────────────────


def _bring_offers(now: datetime) -> int:
    """Every demo offer, as its marketplace answers, with the title in the other language and the past prices."""
    known = {(each.marketplace, each.title): each for each in catalogue.offers()}
    for connector in registry.connectors():
        found = [facts for words in _searches(connector) for facts in _all_pages(connector, words)]
        take_offers((_with_past(facts, known, now) for facts in found), now=now)
    return Offer.objects.count()


def _with_positions() -> list[str]:
    """The connected marketplaces at which positions can be registered by a call."""
    return [each.code for each in registry.connectors() if each.manifest.capabilities.positions.granted == "api"]


def _searches(connector: Connector) -> list[str]:
    """An API may want words, so each brand of its demo goods is asked for; a product file gives everything at once."""
    brands = {
        each.good.brand["zh"] for each in catalogue.offers() if each.marketplace in connector.manifest.marketplaces
    }
    return sorted(brands) if brands and connector.manifest.capabilities.search == "api" else [""]


def _all_pages(connector: Connector, words: str) -> Iterator[OfferFacts]:
    page, size = 1, connector.manifest.capabilities.found_at_once
    while True:
        found = connector.search(words, page=page, size=size)
        yield from found.offers
        if found.hits < size:
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
    for code in _with_positions():
        lease_for(shop, code, now=opened + DAY)
    for listing in Listing.objects.filter(shop=shop, state=Listing.State.PUBLISHED):
        make_link(shop, listing_id=listing.id, channel="shop", now=opened + DAY)
    _file_positions(shop, opened + DAY)
    return shop


def _file_positions(shop: Shop, now: datetime) -> None:
    """What the keeper does once where a marketplace wants it: open its link from the page on which they share, and see
    there that nothing is left to do.
    """
    for step in steps_left(shop):
        link = make_link(shop, listing_id=step.listing_id, channel="shop", now=now)
        if address := share_by_keeper(link, language="en", now=now).filing_url:
            httpx.get(address, timeout=30, trust_env=False).raise_for_status()
            share_by_keeper(link, language="en", now=now)


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


# ── Money ─────────────────────────────────────────────────────────────────────────────────────────────────


def _hold_one(shop: Shop, now: datetime) -> None:
    """One commission is held, so that the demo shows what that looks like."""
    if Hold.objects.filter(shop=shop).exists():
        return
    held = (
        Commission.objects.filter(shop=shop, state=Commission.State.EARNED, settled=True, amount_minor__gt=0)
        .order_by("-payable_on", "id")
        .first()
    )
    if held:
        place_hold(held, reason=HOLD_REASON[SHOPS[0].language], now=now)


def _pay_out_once(shop: Shop, now: datetime) -> None:
    """Payout details that are older than their pause, and one payout that the simulated bank has settled."""
    if not Payee.objects.filter(shop=shop).exists():
        set_payee(
            shop,
            holder_name="Mei Lin",
            account_number="6222020000001224567",
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
