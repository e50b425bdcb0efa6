"""/go/<token>: who is let out, where to, and what is written of it."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from django.db import connection

from joey.catalog.models import Offer
from joey.kit import clock
from joey.sharing.models import Click, Link, OutboundClick, PositionLease, TrackedUrl
from joey.sharing.prove import CHECKS
from joey.shops.models import Listing
from tests import cast
from tests.edge.server import PHONE, SANDBOX, WECHAT, Server

TRACKED = SANDBOX + "/t?e=m%3D2%26s%3Dabc"


@pytest.fixture
def leased(shared: Link) -> PositionLease:
    lease = cast.leased(cast.meis_shop())
    now = clock.now()
    TrackedUrl.objects.create(
        shop=cast.meis_shop(), listing=shared.listing, lease=lease, url=TRACKED, copy_code="￥AbC￥", made_at=now
    )
    return lease


def test_a_buyer_goes_on_from_the_page_on_the_shops_position(joey: Server, shared: Link, leased: PositionLease) -> None:
    joey.get(f"/l/{shared.code}")
    click = Click.objects.get()

    answer = joey.get(f"/go/{click.id}")

    assert answer.status_code == 302
    assert answer.headers["location"] == TRACKED
    assert "x-click-recorded" not in answer.headers
    outbound_click = OutboundClick.objects.get()
    assert (outbound_click.click_id, outbound_click.shop_id, outbound_click.lease_id) == (
        click.id,
        click.shop_id,
        leased.id,
    )
    assert outbound_click.marketplace == "taobao"
    leased.refresh_from_db()
    assert leased.last_used_at > clock.now() - timedelta(minutes=1)
    assert Click.objects.count() == 1
    assert all(check.first_offender() is None for check in CHECKS)


def test_a_redirect_says_nothing_to_the_marketplace_and_is_not_cached(joey: Server, own: Link) -> None:
    answer = joey.get(f"/go/{own.code}")

    assert answer.status_code == 302
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "no-store" in answer.headers["cache-control"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_listings_own_link_records_click_and_outbound_click_together(
    joey: Server, own: Link, leased: PositionLease
) -> None:
    answer = joey.get(f"/go/{own.code}")

    assert answer.headers["location"] == TRACKED
    click, outbound_click = Click.objects.get(), OutboundClick.objects.get()
    assert (click.link_id, click.visitor) == (own.id, "person")
    assert outbound_click.click_id == click.id


def test_where_no_order_is_reported_to_this_instance_the_outbound_click_is_plain(joey: Server, own: Link) -> None:
    answer = joey.get(f"/go/{own.code}")

    assert answer.headers["location"] == cast.flask().url
    assert OutboundClick.objects.get().lease_id is None


def test_an_ended_lease_is_not_used_any_more(joey: Server, own: Link, leased: PositionLease) -> None:
    now = clock.now()
    PositionLease.objects.update(ended_at=now, until=now + timedelta(days=30))

    answer = joey.get(f"/go/{own.code}")

    assert answer.headers["location"] == cast.flask().url
    assert OutboundClick.objects.get().lease_id is None


@pytest.mark.parametrize(
    ("method", "agent", "headers", "status", "location"),
    [
        ("HEAD", PHONE, {}, 302, TRACKED),
        ("GET", "python-httpx/0.28.1", {}, 302, TRACKED),
        ("GET", "TelegramBot (like TwitterBot)", {}, 302, TRACKED),
        ("GET", PHONE, {"sec-purpose": "prefetch"}, 503, None),
        ("GET", PHONE, {"sec-fetch-dest": "iframe"}, 403, None),
        ("GET", PHONE, {"sec-fetch-dest": "image"}, 403, None),
    ],
)
def test_only_a_person_goes_out(
    joey: Server,
    own: Link,
    leased: PositionLease,
    method: str,
    agent: str,
    headers: dict[str, str],
    status: int,
    location: str | None,
) -> None:
    answer = httpx.request(method, f"{joey.url}/go/{own.code}", headers={"user-agent": agent, **headers}, timeout=15)

    assert answer.status_code == status
    assert answer.headers.get("location") == location
    assert not OutboundClick.objects.exists()
    assert not Click.objects.filter(visitor="person").exists()


def test_a_tampered_or_foreign_token_leads_nowhere(joey: Server, shared: Link, own: Link) -> None:
    joey.get(f"/l/{shared.code}")
    click = str(Click.objects.get().id)
    tampered = click[:-1] + ("0" if click[-1] != "0" else "1")
    tokens = [tampered, str(uuid4()), click.replace("-", ""), own.code[:-1]]  # in capitals it is the same: test_pasted

    answers = [joey.get(f"/go/{token}") for token in tokens]

    assert [answer.status_code for answer in answers] == [404] * len(tokens)
    assert not any("location" in answer.headers for answer in answers)
    assert not OutboundClick.objects.exists()


def test_a_share_code_is_no_way_around_the_labelled_page(joey: Server, shared: Link) -> None:
    answer = joey.get(f"/go/{shared.code}")

    assert answer.status_code == 404
    assert not OutboundClick.objects.exists()


@pytest.mark.parametrize(
    "suffix",
    [
        "?url=https://evil.example",
        "?next=//evil.example",
        "/..//evil.example",
        "//evil.example",
        "/https://evil.example",
        "%0d%0aLocation:%20https://evil.example",
        "\\evil.example",
        "@evil.example",
    ],
)
def test_nothing_in_the_address_changes_the_target(joey: Server, own: Link, suffix: str) -> None:
    answer = joey.get(f"/go/{own.code}{suffix}")

    assert answer.status_code in (302, 400, 404)
    assert answer.headers.get("location", cast.flask().url) == cast.flask().url


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/item",
        "//evil.example",
        "https://item.taobao.com@evil.example/",
        "https://item.taobao.com.evil.example/",
        "http://item.taobao.com/",
        "javascript:alert(1)",
        "http://localhost:8002/item",
    ],
)
def test_an_address_outside_the_marketplace_is_refused_at_the_door(joey: Server, own: Link, url: str) -> None:
    Offer.objects.update(url=url)

    answer = joey.get(f"/go/{own.code}", accept_language="en")

    assert answer.status_code == 403
    assert "location" not in answer.headers
    assert "evil" not in answer.text
    assert "does not belong to a marketplace" in answer.text
    assert not OutboundClick.objects.exists()


def test_a_tracked_address_is_checked_again_at_the_redirect(joey: Server, own: Link) -> None:
    TrackedUrl.objects.create(
        shop=cast.meis_shop(), listing=own.listing, lease=cast.leased(cast.meis_shop()), made_at=clock.now(),
        url="https://s.click.taobao.com.evil.example/x",
    )  # fmt: skip

    answer = joey.get(f"/go/{own.code}")

    assert answer.status_code == 403
    assert not OutboundClick.objects.exists()


def test_an_offer_of_a_marketplace_whose_package_is_gone_leads_nowhere(joey: Server, own: Link) -> None:
    Offer.objects.update(marketplace="gone", url="https://gone.example/1")

    answers = [joey.get(f"/go/{own.code}"), joey.get(f"/go/{own.code}", WECHAT)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not OutboundClick.objects.exists()


def test_a_hidden_listing_and_a_closed_shop_lead_nowhere(joey: Server, own: Link) -> None:
    Listing.objects.update(state="hidden")
    hidden = joey.get(f"/go/{own.code}")
    Listing.objects.update(state="published")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shops_shop SET closed_at = now()")
    closed = joey.get(f"/go/{own.code}")

    assert (hidden.status_code, closed.status_code) == (410, 404)


def test_inside_wechat_the_outbound_click_page_is_shown_instead_of_a_dead_link(
    joey: Server, shared: Link, leased: PositionLease
) -> None:
    joey.get(f"/l/{shared.code}", WECHAT)
    click = Click.objects.get()

    answer = joey.get(f"/go/{click.id}", WECHAT)

    assert answer.status_code == 200
    assert "location" not in answer.headers
    assert str(click.id) in answer.text
    assert OutboundClick.objects.get().click_id == click.id
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_jd_opens_inside_wechat(joey: Server, own: Link) -> None:
    Offer.objects.update(marketplace="jd", url=SANDBOX + "/item/jd/1")

    answer = joey.get(f"/go/{own.code}", WECHAT)

    assert answer.status_code == 302
    assert OutboundClick.objects.get().marketplace == "jd"


def test_who_asks_for_the_ways_there_gets_the_page_also_where_links_open(
    joey: Server, own: Link, leased: PositionLease
) -> None:
    """Case P11: it is an outbound click, so the marketplace was asked and its copy-code is there at once."""
    for _again in range(2):  # the second time by the way that is kept
        answer = joey.get(f"/go/{own.code}?ways=1", accept_language="en")

        assert answer.status_code == 200
        assert "￥AbC￥" in answer.text
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert joey.get(f"/go/{own.code}").status_code == 302
    assert OutboundClick.objects.count() == 3
