"""A marketplace by feed: bad lines are reported and the good ones survive; nothing pretends to earn."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
import stamina

import joey.marketplaces.jd.manifest
from joey.marketplaces.feed.connector import FeedConnector
from joey.marketplaces.feed.parse import BadLine, ParsedFeed, read_feed
from joey.marketplaces.pasted import leads_to
from joey.marketplaces.port import MarketplaceRefused, MarketplaceUnavailable, Tracking
from joey.sandbox.dialects.feed_dialect import FeedDialect
from joey.sandbox.dialects.port import SimulatedMarketplace
from joey.sandbox.world.goods import SoldItem
from tests.sandbox.conftest import Sandbox

SAMPLE = Path(joey.marketplaces.jd.__file__).parent / "samples/product_file.jsonl"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def read(body: bytes) -> ParsedFeed:
    manifest = joey.marketplaces.jd.manifest.MANIFEST
    return read_feed(
        body,
        "jd",
        as_of=NOW,
        zone=manifest.zone,
        link_allowed=lambda url: leads_to(url, manifest.hosts),
        picture_allowed=lambda url: leads_to(url, manifest.picture_hosts),
    )


def feed_of(sandbox: Sandbox, code: str) -> FeedConnector:
    """The marketplace by its product file: one that has an account as well is given none here."""
    file = {"gateway": f"{sandbox.url}/feeds/{code}.jsonl"}
    made = import_module(f"joey.marketplaces.{'alibaba_1688' if code == '1688' else code}.connector").connect(file)
    assert isinstance(made, FeedConnector)
    return made


def test_a_good_line_becomes_an_offer_with_exact_money_and_beijing_days() -> None:
    facts = read(SAMPLE.read_bytes()).offers["364488379904"]

    assert (facts.list_minor, facts.now_minor, facts.coupon_minor) == (7790, 6090, 5790)
    assert facts.coupon_until == datetime(2026, 12, 2, 15, 59, 59, tzinfo=UTC)
    assert facts.history == (
        (datetime(2026, 9, 23, 16, tzinfo=UTC), 6390),
        (datetime(2026, 11, 21, 16, tzinfo=UTC), 5790),
    )
    assert facts.translations == {"zh-hans": "雾里白 氨基酸洁面乳", "en": "Palefog Gentle Face Wash"}
    assert (facts.commission_ppm, facts.category, facts.in_stock) == (70_000, "beauty", True)
    assert (facts.brand, facts.model, facts.gtin) == ("雾里白", "XM-120", "9521234567899")


def test_an_item_with_no_more_than_a_dialect_must_say_is_an_offer_in_the_sandboxs_file() -> None:
    title = {"zh": "保温壶", "en": "Flask"}
    item = SoldItem("toy", external_id="7", title=title, currency="CNY", now_minor=9900, usual_rate_ppm=0)
    file = FeedDialect(SimulatedMarketplace("toy", title, "#000000"))

    line = file.line_of(SimpleNamespace(url="https://item.jd.com"), item, NOW.date(), 0)  # type: ignore[arg-type]

    facts = read(json.dumps(line).encode()).offers["7"]
    assert (facts.now_minor, facts.list_minor, facts.picture_urls) == (9900, 9900, ())


def test_an_empty_price_is_unknown_and_the_offer_is_kept() -> None:
    facts = read(SAMPLE.read_bytes()).offers["364488379906"]

    assert (facts.now_minor, facts.in_stock) == (None, False)


def test_bad_lines_are_named_with_line_and_field_and_the_others_survive() -> None:
    feed = read(SAMPLE.read_bytes())

    assert [(bad.number, bad.field) for bad in feed.refused] == [
        (2, "price"), (4, "url"), (5, "line"), (6, "line"), (7, "commission_rate_percent"),
    ]  # fmt: skip
    assert set(feed.offers) == {"364488379904", "364488379906", "364488379910"}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b'{"id": "1", "title": "\xff"}', "line"),
        (b"[1, 2]", "line"),
        (b'{"title": "a"}', "id"),
        (b'{"id": "1", "currency": "XXX", "title": "a"}', "currency"),
        (b'{"id": "1", "currency": "CNY", "title": "", "url": "https://item.jd.com/100.html"}', "title"),
        (
            b'{"id": "1", "currency": "CNY", "title": "a", "url": "https://item.jd.com/100.html", "price": true}',
            "price",
        ),
        (
            b'{"id": "1", "currency": "CNY", "title": "a", "url": "https://item.jd.com/100.html", "price": "-1"}',
            "price",
        ),
        (
            b'{"id": "1", "currency": "CNY", "title": "a", "url": "https://item.jd.com/100.html", "in_stock": "yes"}',
            "in_stock",
        ),
        (
            b'{"id": "1", "currency": "CNY", "title": "a", "url": "https://item.jd.com/100.html", "history": {}}',
            "history",
        ),
        (
            b'{"id": "1", "currency": "CNY", "title": "a", "url": "https://item.jd.com/100.html", "titles": []}',
            "titles",
        ),
        (b"[" * 40_000, "line"),
        (b'{"id": "' + b"1" * 70_000 + b'"}', "line"),
    ],
)
def test_each_bad_field_is_named(line: bytes, field: str) -> None:
    feed = read(line)

    assert [bad.field for bad in feed.refused] == [field]
    assert isinstance(feed.refused[0], BadLine)
    assert not feed.offers


@pytest.mark.parametrize("code", ["jd", "dangdang", "amazon", "1688"])
def test_every_line_of_the_sandbox_is_read(sandbox: Sandbox, code: str) -> None:
    feed = feed_of(sandbox, code)

    offers = feed.search("", size=10_000).offers

    assert len(offers) == len(sandbox.get(f"/feeds/{code}.jsonl").text.splitlines())
    assert {facts.currency for facts in offers} == {"USD" if code == "amazon" else "CNY"}
    assert feed.look_up([offers[0].external_id, "none"]).keys() == {offers[0].external_id}


def test_a_feed_is_searched_by_category_and_sorted_by_what_it_says(sandbox: Sandbox) -> None:
    feed = feed_of(sandbox, "jd")
    whole = feed.search("", size=10_000).offers
    category = next(facts.category for facts in whole if facts.category)

    of_category = feed.search("", size=10_000, category=category).offers
    cheap = feed.search("", size=10_000, sort="price").offers
    sold = feed.search("", size=10_000, sort="sales").offers
    rates = feed.search("", size=10_000, sort="rate").offers

    wanted = [facts.external_id for facts in whole if facts.category == category]
    assert [facts.external_id for facts in of_category] == wanted
    assert [facts.now_minor for facts in cheap] == sorted(facts.now_minor or 0 for facts in whole)
    assert [facts.volume or 0 for facts in sold] == sorted((facts.volume or 0 for facts in whole), reverse=True)
    assert [facts.commission_ppm for facts in rates] == sorted((facts.commission_ppm for facts in whole), reverse=True)


def test_an_unchanged_feed_is_not_sent_again_but_its_prices_are_as_of_now(sandbox: Sandbox) -> None:
    feed = feed_of(sandbox, "jd")

    first = feed.search("", size=1).offers[0]
    second = feed.search("", size=1).offers[0]

    assert feed._client._etag
    assert second.as_of > first.as_of
    assert second.identity == first.identity


def test_a_link_is_recognised_by_its_own_marketplace_only(sandbox: Sandbox) -> None:
    jd, amazon = feed_of(sandbox, "jd"), feed_of(sandbox, "amazon")
    offer = jd.search("", size=1).offers[0]

    assert jd.recognise(f"看 {offer.url} 吧") == offer.external_id
    assert amazon.recognise(offer.url) is None
    assert jd.recognise("https://item.jd.com/100012043978.html?cu=true") == "100012043978"
    assert amazon.recognise("https://www.amazon.com/Some-Thing/dp/B0ABCDEFGH/ref=sr_1") == "B0ABCDEFGH"
    assert jd.recognise("https://item.jd.com.example.org/100012043978.html") is None
    assert jd.recognise("nothing") is None


def test_nothing_is_earned_and_nothing_is_reported(sandbox: Sandbox) -> None:
    feed = feed_of(sandbox, "jd")

    with pytest.raises(MarketplaceRefused, match="earns nothing"):
        feed.tracked_link("1", Tracking(position="1"))
    with pytest.raises(MarketplaceRefused, match="earns nothing"):
        feed.register_position("joey")
    assert feed.manifest.reports_orders is False
    assert feed.manifest.questions == ()


@pytest.mark.parametrize("kind", ["500", "garbage"])
def test_a_broken_feed_is_unavailable_and_not_an_empty_marketplace(
    own_sandbox: Callable[..., Sandbox], kind: str
) -> None:
    sandbox = own_sandbox()
    feed = feed_of(sandbox, "jd")
    sandbox.post("/control/outage", {"kind": kind, "seconds": 60, "where": "feeds"})

    with stamina.set_testing(True, attempts=2), pytest.raises(MarketplaceUnavailable):
        feed.look_up(["1"])

    sandbox.post("/control/outage", {"kind": kind, "seconds": 0, "where": "feeds"})
    assert feed.search("").offers
