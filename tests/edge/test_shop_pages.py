"""Shop and listing pages as strangers get them, through the real server: the same as Django's, and never an old one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.edge.keep_pages import FRESH
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock
from joey.marketplaces.port import OfferFacts
from joey.shops.arrange import hide_listing, rename_shelf, set_note
from joey.shops.models import Listing, Shelf, Shop
from joey.shops.open_shop import describe_shop
from tests import cast
from tests.edge.server import PHONE, Server, server
from tests.slow import slow

ZH = {"accept_language": "zh-CN"}


@pytest.fixture
def listing(committed_db: EmbeddedPostgres) -> Listing:
    """Mei's flask on a shelf, its price read an hour ago."""
    shop, now = cast.meis_shop(), clock.now()
    offer = cast.flask(as_of=now - timedelta(hours=1), expires_at=now + timedelta(hours=23))
    listing = cast.listed(shop, offer)
    Listing.objects.filter(id=listing.id).update(shelf=Shelf.objects.create(shop=shop, name="Kitchen"))
    return listing


def paths(listing: Listing) -> tuple[str, str]:
    return f"/s/{listing.shop.slug}", f"/s/{listing.shop.slug}/{listing.id}"


def until(seen: Callable[[], bool], seconds: float = 1.0) -> bool:
    """Whether it is seen soon: a NOTIFY arrives a moment after the commit."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if seen():
            return True
        time.sleep(0.02)
    return False


def kept_by(joey: Server, path: str, **headers: str) -> httpx.Response:
    """The page once it comes from memory: then it says the same age-bound seconds less than a new one."""
    assert until(lambda: joey.get(path, **headers).headers.get("etag") is not None, 5)
    return joey.get(path, **headers)


@contextmanager
def untold(postgres: EmbeddedPostgres) -> Iterator[None]:
    """Changes of offers that are not announced."""
    with psycopg.connect(postgres.urls.owner, autocommit=True) as owner:
        owner.execute("ALTER TABLE catalog_offer DISABLE TRIGGER catalog_offer_pages")
        try:
            yield
        finally:
            owner.execute("ALTER TABLE catalog_offer ENABLE TRIGGER catalog_offer_pages")


def test_a_page_made_on_the_fast_path_is_djangos_to_the_letter(joey: Server, listing: Listing) -> None:
    for path in paths(listing):
        for language in ("zh-CN", "en"):
            asked = {"accept_language": language, "accept_encoding": "identity"}
            short = kept_by(joey, path, **asked)
            # A cookie by the session's name, whatever is in it, leads past memory to Django.
            django = joey.get(path, **asked, cookie="joey=stranger")

            assert short.text == django.text
            ours = ("server", "date", "etag", "cache-control", "set-cookie", "vary", "x-request-id")
            assert {n: v for n, v in short.headers.items() if n not in ours} == {
                n: v for n, v in django.headers.items() if n not in ours
            }
            assert set(short.headers["vary"].split(", ")) == set(django.headers["vary"].split(", "))
            assert short.headers["cache-control"].startswith("public, max-age=")
            assert "set-cookie" not in short.headers


def test_a_page_comes_from_memory_for_a_few_seconds_only(
    joey: Server, listing: Listing, committed_db: EmbeddedPostgres
) -> None:
    shop, page = paths(listing)
    for path in (shop, page):
        kept_by(joey, path, **ZH)

    with untold(committed_db):
        Offer.objects.update(title="新的名字")

    assert "新的名字" not in joey.get(shop, **ZH).text
    assert "新的名字" not in joey.get(page, **ZH).text
    for path in (shop, page):
        assert until(lambda path=path: "新的名字" in joey.get(path, **ZH).text, FRESH + 3)  # type: ignore[misc]


def _describe(listing: Listing, now: datetime) -> None:
    describe_shop(listing.shop, name="改过的店名", intro="", now=now)


def _shelf(listing: Listing, now: datetime) -> None:
    rename_shelf(listing.shop, Shelf.objects.get().id, name="改过的架子")


def _add(listing: Listing, now: datetime) -> None:
    cast.listed(listing.shop, cast.flask(identity="new", external_id="new", title="新上架的", translations={}))


def _price(listing: Listing, now: datetime) -> None:
    offer = listing.offer
    facts = OfferFacts(
        marketplace=offer.marketplace, identity=offer.identity, external_id=offer.external_id, title=offer.title,
        url=offer.url, currency="CNY", now_minor=4321, as_of=now,
    )  # fmt: skip
    assert take_offers([facts], now=now).changed == 1


@pytest.mark.parametrize(
    ("change", "sign"),
    [(_describe, "改过的店名"), (_shelf, "改过的架子"), (_add, "新上架的"), (_price, "43<small>.21")],
)
def test_what_a_keeper_or_a_marketplace_changes_shows_at_once(
    joey: Server, listing: Listing, change: Callable[[Listing, datetime], None], sign: str
) -> None:
    shop, _page = paths(listing)
    assert sign not in kept_by(joey, shop, **ZH).text

    change(listing, clock.now())

    assert until(lambda: sign in joey.get(shop, **ZH).text)


def test_what_is_hidden_or_closed_is_gone_at_once(joey: Server, listing: Listing) -> None:
    shop, page = paths(listing)
    for path in (shop, page):
        kept_by(joey, path, **ZH)

    hide_listing(listing.shop, listing.id, now=clock.now())
    assert until(lambda: joey.get(page, **ZH).status_code == 410)
    assert "保温杯" not in joey.get(shop, **ZH).text

    kept_by(joey, shop, **ZH)
    Shop.objects.update(closed_at=clock.now())
    assert until(lambda: joey.get(shop, **ZH).status_code == 404)


def test_a_change_of_one_shop_leaves_the_others_in_memory(
    joey: Server, listing: Listing, committed_db: EmbeddedPostgres
) -> None:
    other = cast.listed(cast.lulus_shop(), listing.offer)
    kept_by(joey, "/s/lulu", **ZH)
    with untold(committed_db):
        Offer.objects.update(title="新的名字")

    set_note(listing.shop, listing.id, note="早上用", now=clock.now())
    assert until(lambda: "新的名字" in joey.get("/s/mei", **ZH).text)

    assert "新的名字" not in joey.get("/s/lulu", **ZH).text
    assert other.shop.slug == "lulu"


@pytest.mark.parametrize("ends", [slow({"expires_at": 3.0}), {"coupon_until": 3.0}])
def test_a_price_is_not_shown_a_moment_after_its_end(joey: Server, listing: Listing, ends: dict[str, float]) -> None:
    end = clock.now() + timedelta(seconds=3)
    Offer.objects.update(**dict.fromkeys(ends, end))
    seen = [joey.get(path, **ZH) for path in paths(listing)]
    assert all("69<small>.00" in answer.text for answer in seen)
    assert all(int(answer.headers["cache-control"].partition("=")[2]) <= 3 for answer in seen)

    while clock.now() <= end:
        for path in paths(listing):
            joey.get(path, **ZH)  # kept as long as it may be
    for path in paths(listing):
        assert "69<small>.00" not in joey.get(path, **ZH).text


def test_a_session_neither_gets_a_kept_page_nor_leaves_one(
    joey: Server, listing: Listing, committed_db: EmbeddedPostgres
) -> None:
    for path in paths(listing):
        assert "etag" not in joey.get(path, cookie="lang=en; joey=someone").headers
    with untold(committed_db):
        Offer.objects.update(translations={"en": "Another title"})

    for path in paths(listing):
        assert "Another title" in joey.get(path, cookie="lang=en").text


def test_each_language_has_its_own_page_and_the_cookie_is_set_by_asking(joey: Server, listing: Listing) -> None:
    shop, _page = paths(listing)

    for _again in range(3):
        assert "Stainless" in joey.get(shop, accept_language="en").text
        assert "保温杯" in joey.get(shop, accept_language="zh").text
        assert "Stainless" in joey.get(shop, accept_language="zh", cookie="lang=en").text
        asked = joey.get(f"{shop}?lang=en", accept_language="zh")
        assert "lang=en" in asked.headers["set-cookie"]
        assert "Stainless" in asked.text


def test_a_copy_that_is_still_right_is_not_sent_again(joey: Server, listing: Listing) -> None:
    for path in paths(listing):
        first = kept_by(joey, path, **ZH)
        again = joey.get(path, if_none_match=first.headers["etag"], **ZH)
        other = joey.get(path, if_none_match='"another"', **ZH)

        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert other.status_code == 200


def test_head_says_what_get_would_without_a_body(joey: Server, listing: Listing) -> None:
    for path in paths(listing):
        full = kept_by(joey, path, **ZH)
        head = httpx.head(joey.url + path, headers={"user-agent": PHONE, "accept-language": "zh-CN"}, timeout=15)

        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == full.headers["content-length"]


@pytest.mark.parametrize("query", ["?start=-1", "?start=9999999999", "?start=x&start=", "?utm=1", "?%ff", "?start=١"])
def test_a_strange_address_gets_the_same_page(joey: Server, listing: Listing, query: str) -> None:
    shop, page = paths(listing)

    assert joey.get(shop + query, **ZH).text == joey.get(shop, **ZH).text
    assert joey.get(page + query, **ZH).status_code == 200


def test_a_page_beyond_the_last_one_is_not_the_first(joey: Server, listing: Listing) -> None:
    assert "保温杯" not in joey.get("/s/mei?start=120", **ZH).text


def test_what_is_not_there_is_djangos_to_say(joey: Server, listing: Listing) -> None:
    for path in ("/s/unknown", "/s/", f"/s/lulu/{listing.id}", "/s/mei/x"):
        answer = joey.get(path, **ZH)
        assert answer.status_code == 404, path
        assert "etag" not in answer.headers
    assert httpx.post(joey.url + "/s/mei", headers={"user-agent": PHONE}, timeout=15).status_code in (403, 405)
    assert joey.get("/s/mei", host="evil.example").status_code == 400


def test_after_a_lost_connection_changes_are_heard_again(
    joey: Server, listing: Listing, committed_db: EmbeddedPostgres
) -> None:
    kept_by(joey, "/s/mei", **ZH)
    with psycopg.connect(committed_db.urls.app, autocommit=True) as app:
        found = app.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'joey pages'"
        ).fetchone()
        assert found
        assert found[0] >= 2  # one that listens, one or two that read
        assert "保温杯" in joey.get("/s/mei", **ZH).text
        assert until(
            lambda: app.execute(
                "SELECT 1 FROM pg_stat_activity WHERE application_name = 'joey pages' AND query LIKE 'LISTEN%'"
            ).fetchone() is not None,
            10,
        )  # fmt: skip
    kept_by(joey, "/s/mei", **ZH)

    describe_shop(listing.shop, name="改过的店名", intro="", now=clock.now())

    assert until(lambda: "改过的店名" in joey.get("/s/mei", **ZH).text)


def test_without_a_database_a_page_that_is_not_cached_is_unavailable(
    committed_db: EmbeddedPostgres, tmp_path: Any
) -> None:
    with server(DATABASE_URL=f"postgresql://joey_app@/joey?host={tmp_path}") as lonely:
        answer = lonely.get("/s/mei", **ZH)

        assert answer.status_code == 503
        assert "retry-after" in answer.headers
        assert "页面暂时打不开" in answer.text


def test_a_visitor_with_very_long_headers_is_answered_like_any_other(joey: Server, listing: Listing) -> None:
    long = "x" * 3000

    answer = joey.get("/s/mei", agent=long, accept_language="en", cookie=f"other={long}; lang=zh")

    assert answer.status_code == 200
    assert "保温杯" in answer.text
    assert "etag" in answer.headers
    assert "etag" not in joey.get("/s/mei", cookie=f"other={long}; joey=someone").headers
