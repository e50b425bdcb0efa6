"""After an outage, a crash, or reports that come days late, Joey's lines are the union's truth, read over HTTP."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
import stamina
from pytest_django import Settings

from joey.commissions.earn_due import earn_due
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.clock import now
from joey.marketplaces import registry
from joey.marketplaces.beijing import ZONE
from joey.marketplaces.taobao.client import Client
from joey.marketplaces.taobao.manifest import ORDERS, REFUNDS
from joey.orders.models import Poll
from joey.orders.sync import Synced, sync
from joey.sandbox.dialects.taobao.sale_days import is_sale_day
from tests.api.client import Caller
from tests.at_once import die_after, outcomes
from tests.cast import leased, mei, meis_shop
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, own_sandbox, utc
from tests.slow import slow
from tests.truth import Lines, shown_lines, true_lines

__all__ = ["own_sandbox"]

POSITION = "110000000001"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HIDDEN, VISIBLE = {"late_minutes": 40 * 24 * 60}, {"late_minutes": 0}
FATES: tuple[list[str], ...] = (
    [], ["receive"], ["settle"], ["settle", "return"], ["close"], ["close", "reopen"], ["settle", "unsettle"],
)  # fmt: skip


@pytest.fixture
def union(own_sandbox: Callable[..., Sandbox], settings: Settings) -> Sandbox:
    sandbox = own_sandbox()
    settings.JOEY_MARKETPLACES = {"taobao": sandbox.get("/control/marketplaces").json()["taobao"]}
    return sandbox


def bought(union: Sandbox, at: datetime) -> str:
    link = union.convert(union.search(q="锅")[0]["item_id"], POSITION)["link_info_dto"]["cps_long_url"]
    return union.buy(link, click_time=utc(at.timestamp() - 60), paid_at=utc(at.timestamp()))


def many_bought(union: Sandbox, since: datetime, until: datetime, count: int) -> None:
    """Orders spread over the time, each with a fate of its own, some of it within one second."""
    one = union.get(f"/control/orders/{bought(union, since)}").json()
    every = (until - since) / count
    orders = []
    for number in range(1, count):
        paid = (since + number * every).timestamp()
        steps = [
            {"do": do, "at": utc(paid + number % 3 * turn)} for turn, do in enumerate(FATES[number % len(FATES)], 1)
        ]
        orders.append({
            "marketplace": one["marketplace"], "item": one["item"], "position": POSITION, "click_time": utc(paid - 60),
            "paid_at": utc(paid), "quantity": 2, "do": steps,
        })  # fmt: skip
    union.bulk(orders)


def synced(at: datetime) -> list[Synced]:
    with stamina.set_testing(True, attempts=1):  # an outage that lasts is not waited for
        done = sync(now=at)
    earn_due(now=now())
    return done


def shown() -> Lines:
    return shown_lines(Caller(mei()).get, "mei")


def evening_of_a_sale() -> datetime:
    """17:30 in Beijing on the newest day of a sale that was not its last one, or else of the day before yesterday."""
    today = now().astimezone(ZONE).date()
    days = (today - timedelta(days=age) for age in range(2, 80))
    day = next((each for each in days if is_sale_day(each) and is_sale_day(each + DAY)), today - timedelta(days=2))
    return datetime.combine(day, time(17, 30), ZONE)


@pytest.mark.long
@pytest.mark.django_db
def test_six_hours_of_outage_over_a_sale_end_as_the_truth(union: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    begins = evening_of_a_sale()
    ends = begins + 6 * HOUR
    connector = registry.connector("taobao")  # without the second looks: they reach back three days by today's clock
    connector.manifest = replace(connector.manifest, questions=(ORDERS, REFUNDS))
    leased(meis_shop(), POSITION, since=begins - 2 * HOUR)
    many_bought(union, begins - HOUR, ends - timedelta(minutes=1), 60)
    synced(begins)
    before = shown()
    assert union.post("/control/outage", {"kind": "500", "seconds": 3600, "where": "taobao"}).status_code == 200
    for hour in range(1, 6):
        assert synced(begins + hour * HOUR)[0].trouble
    assert shown() == before
    asked = windows_asked(monkeypatch)
    union.post("/control/outage", {"kind": "500", "seconds": 0, "where": "taobao"})

    assert synced(ends)[0].trouble == ""

    assert shown() == true_lines(union, POSITION)
    assert len(shown()) == 60
    prove()
    missed = begins - ORDERS.overlap
    longest = timedelta(minutes=20) if is_sale_day(begins.date()) else 3 * HOUR
    assert asked[0][0] == missed, "what was missed comes first, and what is asked again after it"
    made_up = {window for window in asked if window[0] >= missed}
    assert len(made_up) == -(-(ends - missed) // longest)
    assert max(until - since for since, until in made_up) == longest


def windows_asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[datetime, datetime]]:
    """The windows of orders that Joey asks for from now on, each as often as it has pages."""
    asked: list[tuple[datetime, datetime]] = []
    call = Client.call

    def calling(client: Client, method: str, parameters: dict[str, Any], **more: Any) -> Any:
        if method == "taobao.tbk.order.details.get":
            since, until = (
                datetime.strptime(parameters[name] + " +0800", "%Y-%m-%d %H:%M:%S %z")
                for name in ("start_time", "end_time")
            )
            asked.append((since, until))
        return call(client, method, parameters, **more)

    monkeypatch.setattr(Client, "call", calling)
    return asked


@pytest.mark.django_db
@pytest.mark.parametrize(("late", "age"), [(26 * HOUR, 2), slow(3 * DAY, 7), slow(29 * DAY, 30)])
def test_what_becomes_visible_late_is_read_when_its_day_comes_up_in_the_calendar(
    union: Sandbox, late: timedelta, age: int
) -> None:
    happened = datetime.combine(now().astimezone(ZONE).date() - timedelta(days=age + 1), time(8), ZONE)
    leased(meis_shop(), POSITION, since=happened - HOUR)
    union.post("/control/reports", {"marketplace": "taobao"} | HIDDEN)
    order = bought(union, happened)
    synced(happened + HOUR)
    synced(happened + late - HOUR / 2)
    union.post("/control/reports", {"marketplace": "taobao"} | VISIBLE)
    synced(happened + late + 2 * HOUR)
    assert shown() == {}, "its own time was asked for already, and so was the day before"

    synced(happened + age * DAY)

    assert shown() == true_lines(union, POSITION)
    assert shown().keys() == {order}


def test_a_sync_that_is_killed_resumes_where_it_stopped_and_two_at_once_take_everything_in_once(
    union: Sandbox, committed_db: EmbeddedPostgres
) -> None:
    start = now().replace(microsecond=0) - 8 * HOUR
    leased(meis_shop(), POSITION, since=start - HOUR)
    many_bought(union, start, start + 7 * HOUR, 30)

    die_after("INSERT INTO orders_refundcase", lambda: sync(now=now()))
    polls = Poll.objects.filter(question="orders", reports__gt=0).count()
    assert polls, "the orders were read before it was killed"
    assert not Poll.objects.filter(question="refunds", reports__gt=0).exists()
    done = outcomes(lambda: sync(now=now()), lambda: sync(now=now()))

    assert [each[0].trouble for each in done if isinstance(each, list)] == ["", ""]
    assert Poll.objects.filter(question="orders", reports__gt=0).count() == polls, "no report was new twice"
    earn_due(now=now())
    assert shown() == true_lines(union, POSITION)
    prove()
