"""A gateway that repeats its last full page for ever: the question ends after a few calls, and says why."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override
from pytest_django import Settings

from joey.kit.clock import now
from joey.marketplaces.taobao.manifest import FROZEN_ORDERS, ORDERS
from joey.orders.models import OrderLine, SyncCursor
from joey.orders.sync import sync
from tests.cast import leased, meis_shop
from tests.marketplaces.conftest import Script, script
from tests.sandbox.conftest import Sandbox, own_sandbox, utc

pytestmark = pytest.mark.django_db
__all__ = ["own_sandbox", "script"]

POSITION = "110000000001"
REPORT, PUNISHED = "taobao.tbk.order.details.get", "taobao.tbk.dg.punish.order.get"
OF_THE_CALL = ("method", "app_key", "timestamp", "format", "v", "sign_method", "sign", "session")
NO_END = "rows that it gave before, and names no last page"


@pytest.fixture
def union(own_sandbox: Callable[..., Sandbox], script: Script, settings: Settings) -> Sandbox:
    """A sandbox of its own, and Joey connected to it by a gateway that counts the calls."""
    sandbox = own_sandbox()

    def pass_on(form: dict[str, str]) -> tuple[int, Any]:
        plain = {name: value for name, value in form.items() if name not in OF_THE_CALL}
        return 200, sandbox.call(form["method"], session="session" in form, **plain)

    script.answers = [pass_on]
    account = sandbox.get("/control/marketplaces").json()["taobao"]
    settings.JOEY_MARKETPLACES = {"taobao": account | {"gateway": script.url}}
    leased(meis_shop(), POSITION, since=now().replace(microsecond=0) - timedelta(days=2))
    return sandbox


@contextmanager
def repeating(union: Sandbox, call: str) -> Iterator[None]:
    ended = {"where": "taobao", "call": call, "kind": "repeat"}
    assert union.post("/control/outage", {"seconds": 600, **ended}).status_code == 200
    yield
    assert union.post("/control/outage", {"seconds": 0, **ended}).status_code == 200


def bought(union: Sandbox, count: int) -> list[str]:
    """So many orders of the last hour."""
    item = union.search(q="锅", sort="tk_rate_des", page_size=1)[0]["item_id"]
    url = union.convert(item, adzone=POSITION)["link_info_dto"]["cps_long_url"]
    sold = union.buy(url)
    of = union.get(f"/control/orders/{sold}").json()
    at = now().timestamp() - 1800
    more = {"marketplace": of["marketplace"], "item": of["item"], "position": POSITION}
    return [sold, *union.bulk([more | {"click_time": utc(at), "paid_at": utc(at + 60)}] * (count - 1))]


def test_orders_that_come_in_pages_without_end_are_asked_for_in_a_few_calls_and_read_once_there_is_one(
    union: Sandbox, script: Script
) -> None:
    bought(union, ORDERS.page_size + 3)

    def asked() -> tuple[int, str]:
        before = len(script.asked)
        with override("en"):
            (done,) = sync(now=now())
        return sum(form["method"] == REPORT for form in script.asked[before:]), done.trouble

    at_rest, _no_trouble = asked()
    SyncCursor.objects.all().delete()
    with repeating(union, REPORT):
        for _time in range(2):
            calls, trouble = asked()
            assert NO_END in trouble
            assert calls <= at_rest + 6

    assert asked()[1] == ""
    assert OrderLine.objects.count() == ORDERS.page_size + 3


@pytest.mark.long
def test_punished_orders_in_pages_without_end_are_asked_for_in_a_few_calls(union: Sandbox, script: Script) -> None:
    for order in bought(union, FROZEN_ORDERS.page_size + 3):
        union.move(order, "freeze")

    with repeating(union, PUNISHED), override("en"):
        (done,) = sync(now=now())

    assert (done.trouble, NO_END in done.notice) == ("", True)
    assert sum(form["method"] == PUNISHED for form in script.asked) <= 6
    SyncCursor.objects.update(again_at=None)
    assert sync(now=now())[0].notice == ""
