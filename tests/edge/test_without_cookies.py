"""Story 45: no cookie tells one visitor from another, and a click leads to its shop without any.

Who opens links is counted by a key that lasts a day (joey/sharing/visitor.py); an order finds its link by what the
link to the marketplace carries.
"""

import re
import time

import pytest
from pytest_django import Settings

from joey.catalog.models import Offer
from joey.insight.trace import order_trace
from joey.kit import clock
from joey.orders.models import OrderLine
from joey.orders.sync import sync
from joey.sharing.make_link import make_link
from joey.sharing.models import Click, Link, OutboundClick
from tests import cast
from tests.edge.server import Server
from tests.edge.test_first_person_goes_on import accounts, facts, item, joey, joey_connected, positions, sandbox
from tests.places import places_of
from tests.sandbox.conftest import Sandbox, utc

__all__ = ["accounts", "facts", "item", "joey", "joey_connected", "sandbox"]

IMEI, OAID, GAID = "356938035643809", "cdda802e-fb9c-47ad-9866-0794d394c912", "38400000-8cf0-11bd-b23e-10b96e40000d"
PHONE = "13912345678"
AGENT = "Mozilla/5.0 (Linux; Android 14; SECRETPHONE7731) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile"
MARKERS = (IMEI, OAID, GAID, PHONE, "SECRETPHONE7731", "secret-path")
DEVICE = f"imei={IMEI}&oaid={OAID}&gaid={GAID}&tel={PHONE}"
REFERRER = f"https://chat.example/secret-path/{PHONE}?oaid={OAID}"


@pytest.fixture
def link(joey: Server, item: Offer, accounts: dict[str, object]) -> Link:
    positions(accounts)
    shop = cast.meis_shop()
    return make_link(shop, listing_id=cast.listed(shop, item).id, channel="wechat", now=clock.now())


def test_a_visitor_gets_no_cookie_but_those_of_a_choice_or_a_form_and_none_that_stays(joey: Server, link: Link) -> None:
    listing, own = f"/s/mei/{link.listing_id}", Link.objects.get(channel="shop")
    none = ["/", "/s/mei", listing, f"{listing}/way-out", f"/l/{link.code}", f"/go/{own.code}", f"/p/{link.code}.png",
            f"/go/{Click.objects.values_list('id', flat=True).first() or own.code}", "/rules", "/privacy", "/earnings",
            "/nothing", "/static/joey.css", "/studio/", "/api/v1/me", "/l/nothing", "/healthz"]  # fmt: skip
    visited = {path: joey.get(f"{path}?{DEVICE}", AGENT) for path in none}

    assert {path: answer.headers.get_list("set-cookie") for path, answer in visited.items()} == {
        path: [] for path in none
    }
    assert {visited[path].status_code for path in ("/", "/s/mei", listing, f"/l/{link.code}", "/privacy")} == {200}
    forms = {path: joey.get(path, AGENT).headers.get_list("set-cookie") for path in
             (f"{listing}/report", "/s/mei/report", "/reports", "/studio/sign-in")}  # fmt: skip
    for path, cookies in forms.items():
        assert all(re.match("joeycsrf=", each) for each in cookies), path
        assert not re.search("max-age|expires", " ".join(cookies), re.IGNORECASE), f"{path}: it ends with the browser"
    assert forms["/studio/sign-in"]
    assert forms[f"{listing}/report"]
    (chosen,) = joey.get("/?lang=en", AGENT).headers.get_list("set-cookie")
    assert chosen.startswith("lang=en;"), "the choice of a language, the same for all who make it"


def test_without_a_cookie_an_order_finds_its_link_and_nothing_of_the_device_is_kept(
    joey: Server, link: Link, sandbox: Sandbox, accounts: dict[str, object], settings: Settings
) -> None:
    opened = joey.get(f"/l/{link.code}?{DEVICE}", AGENT, referer=REFERRER, x_forwarded_for="203.0.113.77")
    click = Click.objects.get()
    went = joey.get(f"/go/{click.pk}?{DEVICE}", AGENT, referer=REFERRER)
    joey.get(f"/l/{link.code} {PHONE}?{DEVICE}", AGENT)
    assert (opened.status_code, went.status_code) == (200, 302)
    assert not [mark for mark in MARKERS if mark in opened.text or mark in went.headers["location"]]

    settings.JOEY_MARKETPLACES = {"taobao": accounts["taobao"]}
    bought_at = time.time() + 2
    time.sleep(2)
    sandbox.buy(went.headers["location"], click_time=utc(bought_at - 1), paid_at=utc(bought_at))
    (done,) = sync(now=clock.now(), recheck=True)

    line = OrderLine.objects.get()
    assert (done.trouble, line.shop, line.lease_id) == ("", cast.meis_shop(), OutboundClick.objects.get().lease_id)
    steps = order_trace(cast.meis_shop(), line.pk, now=clock.now()).steps
    assert [step.code for step in steps[:2]] == ["click", "outbound_click"], "of this link, by its id"
    assert click.link_id == link.pk
    assert Click.objects.filter(referrer_host="chat.example").exists()
    assert {mark: places_of(mark) for mark in (*MARKERS, "203.0.113.77")} == {
        mark: [] for mark in (*MARKERS, "203.0.113.77")
    }
    log = joey.log.read_text()
    assert not [mark for mark in MARKERS if mark in log], log
