"""Story 16 over real HTTP: a shop asks for an order that it misses, and the marketplace's answer decides."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from joey.commissions.earn_due import earn_due
from joey.insight.explain_lost_orders import answer_in_words
from joey.kit import sql
from joey.kit.clock import now
from joey.kit.limits import LOST_ORDERS_OF_SHOP
from joey.kit.refusals import Conflict, Invalid, NotFound, TooMany
from joey.marketplaces import registry
from joey.marketplaces.port import MarketplaceRefused, MarketplaceUnavailable, Tracking, UnreadableReport
from joey.orders import answer_lost_orders as job
from joey.orders.answer_lost_orders import answer_lost_orders, ask_again
from joey.orders.attribute_line import attribute_line
from joey.orders.dismiss_unread import dismiss_unreadable
from joey.orders.lost_orders import lost_order_of, open_lost_orders
from joey.orders.models import LostOrder, OrderLine, Poll, UnreadReport
from joey.orders.request_lost_order import request_lost_order
from joey.orders.sync import sync
from joey.record.models import Event
from tests.api.client import Caller, assert_problem
from tests.cast import DAY, ada, leased, lulu, lulus_shop, mei, meis_shop, report
from tests.orders.intake.exports import ORDER, settled, text_of
from tests.orders.intake.test_import_orders import taken
from tests.orders.polled import polled
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, own_sandbox, utc
from tests.studio.conftest import TAOBAO

pytestmark = pytest.mark.django_db
__all__ = ["own_sandbox"]

MEIS, LULUS, NOBODYS = "110000000001", "110000000002", "110000000003"
HOUR = timedelta(hours=1)
LONG_AGO = 40  # hours: longer than anything that the sync asks for again by itself


@pytest.fixture
def account(own_sandbox: Callable[..., Sandbox], settings: Settings) -> Sandbox:
    """A sandbox of its own and Joey connected to it; Mei and Lulu have a position there each."""
    sandbox = own_sandbox()
    settings.JOEY_MARKETPLACES = {"taobao": sandbox.get("/control/marketplaces").json()["taobao"]}
    leased(meis_shop(), MEIS, since=now() - 5 * DAY)
    leased(lulus_shop(), LULUS, since=now() - 5 * DAY)
    return sandbox


@pytest.fixture
def connected(settings: Settings) -> None:
    """Taobao is connected and never asked; Mei has a position there."""
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": TAOBAO}}
    leased(meis_shop(), MEIS)


@pytest.fixture
def union(account: Sandbox) -> Sandbox:
    """The same, and everything was asked for up to now."""
    sync(now=now())
    return account


def bought(sandbox: Sandbox, position: str = MEIS, *, hours_ago: float = LONG_AGO) -> tuple[str, datetime]:
    """An order whose report the sync does not ask for any more: its number and time, as the buyer sees them."""
    connector = registry.connector("taobao")
    item = next(each for each in connector.search("锅").offers if each.commission_ppm)
    link = connector.tracked_link(item.external_id, Tracking(position=position))
    paid = time.time() - hours_ago * 3600
    order = sandbox.buy(link.url, click_time=utc(paid - 60), paid_at=utc(paid))
    return order, datetime.fromtimestamp(int(paid), UTC)


def asked(order: str, ordered_at: datetime, **more: Any) -> dict[str, Any]:
    """Mei asks, over the API."""
    body = {"marketplace": "taobao", "order": order, "ordered_at": ordered_at.isoformat()}
    answer = Caller(mei()).post("/shops/mei/lost-orders", body | more)
    assert answer.status_code == 202, answer.content
    found: dict[str, Any] = answer.json()
    return found


def state_of(request: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = Caller(mei()).get(f"/shops/mei/lost-orders/{request['id']}").json()
    return found


def hours_between(first: str, second: str) -> float:
    return (datetime.fromisoformat(second) - datetime.fromisoformat(first)) / HOUR


def test_case_a_the_order_is_added_with_its_own_times_and_earns(union: Sandbox) -> None:
    order, ordered_at = bought(union)
    sync(now=now())
    assert not OrderLine.objects.exists(), "the sync would have found it"

    first = asked(order, ordered_at)
    assert (first["state"], first["order_ids"]) == ("asking", [])
    assert hours_between(first["requested_at"], first["deadline"]) == 72
    answer_lost_orders(now=now())
    earn_due(now=now())

    found, (line,) = state_of(first), Caller(mei()).get("/shops/mei/orders").json()["items"]
    assert (found["state"], found["order_ids"]) == ("found", [line["id"]])
    assert found["answered_at"] < found["deadline"]
    assert line["external_line"] == order
    assert datetime.fromisoformat(line["paid_at"]) == ordered_at
    assert line["commission"]["minor"] > 0
    prove()


def test_an_order_is_known_by_its_number_or_by_that_of_its_line_whatever_brings_its_report(connected: None) -> None:
    assert asked("4711", now() - DAY)["state"] == "asking"

    polled(report("77001", external_line="4711"))

    for number in ("77001", "4711"):
        found = asked(number, now() - DAY)
        assert (found["state"], found["order_ids"]) == ("found", [str(OrderLine.objects.get().pk)])


def test_case_b_an_order_of_another_shop_or_of_a_position_that_is_not_ours_is_not_said_to_be_whose(
    union: Sandbox,
) -> None:
    answers = []
    for position in (LULUS, NOBODYS):
        request = asked(*bought(union, position))
        answer_lost_orders(now=now())
        answers.append(state_of(request))

    assert [each["state"] for each in answers] == ["other_id", "other_id"]
    assert answers[0]["answer"] == answers[1]["answer"]
    assert "lulu" not in str(answers).lower()
    assert OrderLine.objects.get(shop=lulus_shop()), "what was found on the way is Lulu's, as by the sync"
    assert Caller(mei()).get("/shops/mei/orders").json()["items"] == []
    prove()


def test_case_c_an_order_that_is_not_reported_so_far_is_asked_for_again_until_it_is(union: Sandbox) -> None:
    late = {"marketplace": "taobao", "late_minutes": 7 * 24 * 60}
    assert union.post("/control/reports", late).status_code == 200
    request = asked(*bought(union))

    answer_lost_orders(now=now())
    unknown = state_of(request)
    assert unknown["state"] == "unknown"
    assert hours_between(unknown["requested_at"], unknown["asking_until"]) == 7 * 24
    assert "go on asking until" in unknown["answer"]

    union.post("/control/reports", late | {"late_minutes": 0})
    answer_lost_orders(now=now())
    assert state_of(request)["state"] == "unknown", "it is not its turn yet"
    LostOrder.objects.update(ask_next_at=now())
    answer_lost_orders(now=now())

    found = state_of(request)
    assert (found["state"], found["answered_at"]) == ("found", unknown["answered_at"])
    prove()


@pytest.mark.long
def test_an_outage_moves_the_deadline_by_as_long_as_it_lasted_and_the_answer_comes_after_it(account: Sandbox) -> None:
    """Mei asks when an outage of six hours begins. The times are given, so that all of it is in the past."""
    begun = now() - 6 * HOUR
    order, ordered_at = bought(account, hours_ago=60)
    outage = {"seconds": 3600, "kind": "500", "where": "taobao"}
    assert account.post("/control/outage", outage).status_code == 200
    lost = request_lost_order(meis_shop(), marketplace="tmall", number=order, ordered_at=ordered_at, now=begun)

    sync(now=begun + HOUR)
    answer_lost_orders(now=begun + 3 * HOUR)
    lost.refresh_from_db()
    assert (lost.state, lost.answered_at) == ("asking", None)
    assert lost.answer_by == begun + 75 * HOUR
    assert "cannot be asked at the moment" in state_of({"id": lost.pk})["answer"]

    account.post("/control/outage", outage | {"seconds": 0})
    resumed = now()
    sync(now=resumed)
    answer_lost_orders(now=now())
    lost.refresh_from_db()
    assert lost.state == "found"
    assert timedelta() <= lost.answer_by - (begun + 72 * HOUR) - (resumed - begun) < timedelta(minutes=1)
    assert lost.ask_until - lost.answer_by == 4 * DAY
    prove()


def test_an_order_whose_shop_is_not_decided_waits_for_an_operator_and_is_found_once_it_has_one(connected: None) -> None:
    polled(report("77001", clicked_at=None))
    lost = LostOrder.objects.get(pk=asked("77001", now() - DAY)["id"])
    assert lost.state == "undecided"

    attribute_line(OrderLine.objects.get().pk, meis_shop(), reason="Her chat shows it", by=ada(), now=now())
    answer_lost_orders(now=now())

    lost.refresh_from_db()
    assert lost.state == "found"


@pytest.mark.parametrize("asks_once_more", [False, True])
def test_an_order_that_was_not_of_this_shop_is_found_if_an_operator_gives_it_to_the_shop_after_all(
    asks_once_more: bool, connected: None
) -> None:
    polled(report("77001", position="nobodys"))
    request = asked("77001", now() - DAY)
    assert request["state"] == "other_id"

    attribute_line(OrderLine.objects.get().pk, meis_shop(), reason="Her chat shows it", by=ada(), now=now())
    if asks_once_more:
        asked("77001", now() - DAY)
    else:
        answer_lost_orders(now=now())

    assert state_of(request)["state"] == "found"


def test_an_order_that_is_reported_after_it_was_given_up_is_found_all_the_same(connected: None) -> None:
    request = asked("77001", now() - DAY)
    LostOrder.objects.update(state="not_found", answered_at=now(), asked_at=now())
    polled(report("77001"))

    answer_lost_orders(now=now())

    shown = state_of(request)
    assert (shown["state"], len(shown["order_ids"])) == ("found", 1)
    assert "reports this order as yours" in shown["answer"]
    assert answer_lost_orders(now=now()) == 0


def test_an_order_that_was_too_old_to_be_asked_for_is_asked_for_by_the_time_that_is_right(union: Sandbox) -> None:
    order, ordered_at = bought(union)
    request = asked(order, now() - 70 * DAY)
    LostOrder.objects.update(ordered_at=now() - 99 * DAY)
    answer_lost_orders(now=now())
    assert state_of(request)["state"] == "not_asked"

    assert asked(order, ordered_at)["state"] == "asking"
    answer_lost_orders(now=now())

    assert state_of(request)["state"] == "found"


def test_an_order_whose_report_cannot_be_read_is_not_decided_until_the_report_is_given_up(connected: None) -> None:
    polled(UnreadableReport("order", "77001", now() - DAY, {"trade": "1"}, "no amount"))
    request = asked("77001", now() - DAY)
    assert request["state"] == "undecided"

    dismiss_unreadable(UnreadReport.objects.get().pk, by=ada(), reason="A test of theirs", now=now())
    later = now() + 9 * DAY
    answer_lost_orders(now=later)

    lost = LostOrder.objects.get()
    assert (lost.state, lost.answered_at, bool(lost.trouble)) == ("asking", None, True), "and Taobao is asked for it"
    assert timedelta(hours=71) < lost.answer_by - later < timedelta(hours=73)
    assert Event.objects.filter(kind="lost_order.resumed", subject_key=f"lost_order:{lost.pk}").count() == 1


@pytest.mark.parametrize("refused", [True, False])
def test_an_order_that_was_never_answered_for_is_not_said_to_be_missing_whatever_else_is_answered(
    refused: bool, union: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sync has its answers all the time; only the question about the order is refused, or gets none."""
    then = now() - 8 * DAY
    answered_every_quarter_of_an_hour(then)
    lost = request_lost_order(meis_shop(), marketplace="taobao", number="77001", ordered_at=then - DAY, now=then)

    def asks(hours: float) -> str:
        answer_lost_orders(now=then + hours * HOUR)
        lost.refresh_from_db()
        return answer_in_words(lost_order_of(meis_shop().pk, lost.pk), now=then + hours * HOUR)

    refuse = MarketplaceRefused("9100: not today") if refused else MarketplaceUnavailable("silent")
    with monkeypatch.context() as patch:
        patch.setattr(type(registry.connector("taobao")), "rows", _raises(refuse))
        for hours in (2, 80, 8 * 24 - 1):
            words = asks(hours)
            assert (lost.state, lost.asked_at) == ("asking", None)
            assert lost.answer_by == lost.requested_at + (72 + hours - 2) * HOUR
            assert "cannot be asked at the moment. You have an answer by" in words
        assert not Event.objects.filter(kind="lost_order.answered", subject_key=f"lost_order:{lost.pk}").exists()

    assert "We go on asking until" in asks(8 * 24)
    assert lost.state == "unknown"
    assert lost.answer_by == lost.requested_at + (72 + 8 * 24 - 2) * HOUR
    prove()


def _raises(error: Exception) -> Callable[..., Any]:
    def refuse(*_: object, **__: object) -> Any:
        raise error

    return refuse


def test_an_order_that_is_not_known_is_asked_for_during_seven_days_in_which_it_could_be(
    union: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = now() - 9 * DAY
    answered_every_quarter_of_an_hour(then)
    lost = request_lost_order(meis_shop(), marketplace="taobao", number="77001", ordered_at=then - DAY, now=then)
    answer_lost_orders(now=then)
    with monkeypatch.context() as patch:
        patch.setattr(type(registry.connector("taobao")), "rows", _raises(MarketplaceRefused("9100")))
        answer_lost_orders(now=then + DAY)
    answer_lost_orders(now=then + 2 * DAY)

    for hours, state in ((7 * 24 + 1, "unknown"), (8 * 24, "not_found")):
        answer_lost_orders(now=then + hours * HOUR)
        lost.refresh_from_db()
        assert (lost.state, lost.ask_until) == (state, then + 8 * DAY)


def test_an_order_is_asked_for_once_more_before_it_is_given_up(union: Sandbox) -> None:
    order, ordered_at = bought(union)
    then = now() - 9 * DAY
    answered_every_quarter_of_an_hour(then)
    lost = request_lost_order(meis_shop(), marketplace="taobao", number=order, ordered_at=ordered_at, now=now())
    LostOrder.objects.update(
        requested_at=then, answered_at=then, asked_at=then, ask_next_at=then + HOUR, ask_until=then + 7 * DAY,
        state="unknown",
    )  # fmt: skip

    answer_lost_orders(now=now())

    assert state_of({"id": lost.pk})["state"] == "found"


@pytest.mark.parametrize(
    ("state", "trouble", "words"),
    [
        ("asking", "refused", "cannot be asked at the moment. You have an answer as soon as it can be."),
        ("asking", "", "is late. An operator sees that."),
        ("unknown", "", "does not know this order so far. We go on asking."),
    ],
)
def test_no_day_that_is_over_is_promised(state: str, trouble: str, words: str, connected: None) -> None:
    request = asked("77001", now() - DAY)
    over = {"answer_by": now() - DAY, "ask_until": now() - DAY}
    LostOrder.objects.update(
        state=state, trouble=trouble, answered_at=None if state == "asking" else now() - 2 * DAY, **over
    )

    assert words in state_of(request)["answer"]


@pytest.mark.long
def test_an_order_that_is_not_known_in_seven_days_is_given_up_and_can_be_asked_for_again(union: Sandbox) -> None:
    then = now() - 8 * DAY
    answered_every_quarter_of_an_hour(then)
    lost = request_lost_order(meis_shop(), marketplace="taobao", number="77001", ordered_at=then - DAY, now=then)
    answer_lost_orders(now=then + HOUR)
    assert state_of({"id": lost.pk})["state"] == "unknown"

    answer_lost_orders(now=now())
    assert state_of({"id": lost.pk})["state"] == "not_found"

    again = asked("77001", now() - DAY)
    assert (again["id"], again["state"], again["answered_at"]) == (str(lost.pk), "asking", None)
    assert hours_between(again["requested_at"], again["deadline"]) == 72
    states = [each.facts.get("state") for each in Event.objects.filter(subject_key=f"lost_order:{lost.pk}")]
    assert sorted(map(str, states)) == ["None", "None", "not_found", "unknown"]


def answered_every_quarter_of_an_hour(since: datetime) -> None:
    """The sync had its answers all the time."""
    sql.execute(
        "INSERT INTO orders_poll (id, marketplace, account, question, since, until, asked_at, reports, digest)"
        " SELECT nextval('orders_poll_number'), 'taobao', %s, 'orders', at, at, at, 0, sha256('')"
        " FROM generate_series(%s::timestamptz, now(), interval '14 minutes') AS at",
        [registry.connector("taobao").account, since],
    )


def test_the_same_order_asked_for_twice_is_one_request_and_another_time_of_it_begins_it_again(connected: None) -> None:
    day = now() - DAY
    first = asked("77001", day)
    assert asked(" 7700\u200b 1", day)["id"] == asked("７７００１", day)["id"] == first["id"]
    assert LostOrder.objects.count() == 1
    LostOrder.objects.update(state="unknown", answered_at=now())
    assert asked("77001", day)["state"] == "unknown"

    other = asked("77001", day - DAY)

    assert (other["id"], other["state"]) == (first["id"], "asking")
    assert Caller(mei()).get("/shops/mei/lost-orders").json()["items"] == [state_of(first)]


def test_what_a_marketplace_cannot_be_asked_is_refused_by_name(connected: None, settings: Settings) -> None:
    day = {"ordered_at": (now() - DAY).isoformat()}
    good = {"marketplace": "taobao", "order": "77001"} | day
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"marketplace": "taobao", "order": "77001"}, "ordered_at"),
        (good | {"ordered_at": (now() + HOUR).isoformat()}, "ordered_at"),
        (good | {"ordered_at": (now() - 89 * DAY).isoformat()}, "ordered_at"),
        (good | {"ordered_at": "2026-11-23T10:00:00"}, "ordered_at"),  # in which zone?
        (good | {"order": "1' OR 1=1"}, "order"),
        (good | {"order": "1"}, "order"),
        (good | {"order": "12ab"}, "order"),
        (good | {"order": "12ab", "marketplace": "tmall"}, "order"),
        (good | {"marketplace": "dangdang"}, "marketplace"),
        (good | {"marketplace": "atlantis"}, "marketplace"),
        (good | {"commission": 1}, "commission"),
    ]
    for body, field in wrong:
        answer = Caller(mei()).post("/shops/mei/lost-orders", body)
        assert answer.status_code == 422, (body, answer.content)
        assert [each["field"] for each in answer.json()["errors"]] == [field], body
    assert not LostOrder.objects.exists()


def test_a_stranger_sees_no_request_and_makes_none(connected: None) -> None:
    request = asked("77001", now() - DAY)

    for path in ("/shops/mei/lost-orders", f"/shops/mei/lost-orders/{request['id']}"):
        assert_problem(Caller(lulu()).get(path), 404, "not_found")
    lulus_shop()
    assert_problem(Caller(lulu()).get(f"/shops/lulu/lost-orders/{request['id']}"), 404, "not_found")
    body = {"marketplace": "taobao", "order": "77002", "ordered_at": (now() - DAY).isoformat()}
    assert_problem(Caller(lulu()).post("/shops/mei/lost-orders", body), 404, "not_found")
    assert LostOrder.objects.count() == 1


def test_a_shop_asks_for_a_bounded_number_of_orders_a_day(connected: None) -> None:
    day = now() - DAY

    def ask(number: int) -> LostOrder:
        return request_lost_order(meis_shop(), marketplace="taobao", number=f"7700{number}", ordered_at=day, now=now())

    for number in range(LOST_ORDERS_OF_SHOP.most):
        ask(number)
    with pytest.raises(TooMany):
        ask(99)
    assert ask(1).number == "77001", "what was asked for already costs nothing"
    assert LostOrder.objects.count() == LOST_ORDERS_OF_SHOP.most


@pytest.mark.long
def test_one_run_asks_for_a_bounded_number_and_orders_of_one_time_together(
    union: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "AT_ONCE", 3)
    day = now() - DAY
    for number, minutes in ((1, 0), (2, 40), (3, 70), (4, 20), (5, 300)):
        asked(f"7700{number}", day + timedelta(minutes=minutes))
    before = Poll.objects.latest("id").pk
    polls = Poll.objects.filter(id__gt=before)

    answer_lost_orders(now=now())
    assert LostOrder.objects.filter(state="unknown").count() == 3
    assert polls.count() == 1, "their stretches meet: 2 h 10 min, which is one window"
    answer_lost_orders(now=now())

    assert LostOrder.objects.filter(state="unknown").count() == 5
    assert polls.count() == 3
    prove()


def test_an_operator_asks_again_at_once_and_that_is_recorded(union: Sandbox) -> None:
    order, ordered_at = bought(union)
    lost = LostOrder.objects.get(pk=asked(order, ordered_at)["id"])
    LostOrder.objects.update(ask_next_at=now() + DAY)

    assert ask_again(lost.pk, by=ada(), now=now()).state == "found"

    event = Event.objects.get(kind="lost_order.asked_again")
    assert (event.shop_id, event.facts) == (meis_shop().pk, {"by": str(ada().pk)})
    with pytest.raises(Conflict):
        ask_again(lost.pk, by=ada(), now=now())
    with pytest.raises(NotFound):
        ask_again(meis_shop().pk, by=None, now=now())


def test_what_keeps_a_marketplace_from_answering_is_shown_to_operators(connected: None, settings: Settings) -> None:
    lost = LostOrder.objects.get(pk=asked("77001", now() - DAY)["id"])

    broken = {"taobao": {"gateway": "http://localhost:1/router/rest"}}
    for configured, words in ((settings.JOEY_MARKETPLACES, "Taobao is unavailable"), (broken, "no account there")):
        settings.JOEY_MARKETPLACES = configured
        ask_again(lost.pk, by=None, now=now())
        (shown,) = open_lost_orders(limit=9)
        assert (shown.state, words in shown.trouble) == ("asking", True)


@pytest.mark.parametrize(
    ("changes", "state"),
    [({}, "found"), ({"推广位ID": NOBODYS}, "other_id"), ({"点击时间": "--"}, "undecided"), (None, "asking")],
)
def test_an_account_that_lives_by_exports_answers_no_request_and_an_export_does(
    changes: dict[str, str] | None, state: str, connected: None, settings: Settings, tmp_path: Path
) -> None:
    account = settings.JOEY_MARKETPLACES["taobao"]
    request = asked(ORDER, now() - DAY)
    settings.JOEY_MARKETPLACES = {"taobao": account | {"orders": "file"}}

    for later in (HOUR, 60 * DAY):
        answer_lost_orders(now=now() + later)
        shown = state_of(request)
        assert (shown["state"], "its reports come as files" in shown["answer"]) == ("not_asked", True)
    with pytest.raises(Conflict, match="cannot be asked for"):
        ask_again(LostOrder.objects.get().pk, by=None, now=now())
    assert open_lost_orders(limit=9) == [], "nothing waits for the marketplace"
    if changes is not None:
        taken(tmp_path, text_of([settled(**changes)]))
    else:
        settings.JOEY_MARKETPLACES = {"taobao": account}
    resumed = now() + 61 * DAY
    answer_lost_orders(now=resumed)

    lost = LostOrder.objects.get()
    assert lost.state == state
    if changes is None:
        assert timedelta(hours=71) < lost.answer_by - resumed <= timedelta(hours=72)


def test_a_marketplace_that_was_disconnected_answers_no_request(connected: None, settings: Settings) -> None:
    request = asked("77001", now() - DAY)
    settings.JOEY_MARKETPLACES = {}

    answer_lost_orders(now=now())

    assert state_of(request)["state"] == "not_asked"
    assert "has no account at Taobao or Tmall any more" in state_of(request)["answer"]


def test_an_order_that_the_marketplace_answers_for_no_longer_is_not_said_to_be_missing(union: Sandbox) -> None:
    lost = request_lost_order(
        meis_shop(), marketplace="taobao", number="77001", ordered_at=now() - 80 * DAY, now=now() - 20 * DAY
    )
    LostOrder.objects.update(ordered_at=now() - 99 * DAY)
    before = Poll.objects.count()

    answer_lost_orders(now=now())

    lost.refresh_from_db()
    assert (lost.state, lost.asked_at, Poll.objects.count()) == ("not_asked", None, before)
    assert "answers for newer ones only" in state_of({"id": lost.pk})["answer"]


def test_a_marketplace_that_reports_no_orders_has_none_to_ask_for() -> None:
    with pytest.raises(Invalid, match="cannot be asked for an order"):
        request_lost_order(meis_shop(), marketplace="dangdang", number="77001", ordered_at=None, now=now())
