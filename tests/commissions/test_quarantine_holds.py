"""What is booked of a line that cannot be booked any more is held in the same transaction, until it is booked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from joey.commissions import move_held
from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import release_hold
from joey.commissions.models import Commission, Hold, HoldClosing, QuarantinedLine
from joey.commissions.retry_quarantined import retry_quarantined
from joey.insight.trace import order_trace
from joey.kit import sql
from tests.cast import DAY, NOW, ada, leased, meis_shop, refund, report, settled
from tests.commissions.stage import confirmed, money, take_in
from tests.commissions.test_quarantine import TOO_MUCH, fail_for
from tests.orders.polled import take_order_reports
from tests.proof import prove

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def position() -> None:
    leased(meis_shop())


def beyond_belief(order: str, **changes: Any) -> Sequence[Any]:
    """Two cases that take back more than anything can be worth."""
    return [refund(order, case=f"{order}{case}", back=TOO_MUCH, **changes) for case in "ab"]


def test_what_is_available_of_it_is_held_at_once_and_of_no_other() -> None:
    take_in(settled("1001"), settled("1002"))
    confirmed()

    take_in(*beyond_belief("1001"))

    assert (money().available, money().held) == (273, 273)
    assert Hold.objects.get().hold_class == "quarantine"
    prove()


def test_only_what_is_not_paid_yet_can_be_held() -> None:
    from tests.insight.test_words_of_a_line import take_out

    take_in(settled("1001"))
    confirmed()
    take_out(200)

    take_in(*beyond_belief("1001"))

    assert (money().available, money().held) == (0, 73)


def test_the_hold_ends_once_the_line_is_booked() -> None:
    take_in(settled("1001"))
    confirmed()
    take_in(*beyond_belief("1001"))

    take_in(*beyond_belief("1001", counts=False, reported_at=NOW))

    assert (money().available, money().held) == (273, 0)
    assert HoldClosing.objects.count() == 1
    prove()


def test_an_operator_who_retries_a_line_ends_its_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(settled("1001"))
    confirmed()
    with monkeypatch.context() as broken:
        fail_for(["1001"], broken)
        take_in(settled("1001", reported_at=NOW - DAY, settled_at=NOW - 9 * DAY))
    held = money().held

    retry_quarantined(QuarantinedLine.objects.get().pk, by="ada", now=NOW)

    assert (held, money().held, money().available) == (273, 0, 273)
    prove()


def test_an_operator_can_release_it_and_the_next_report_that_cannot_be_booked_holds_again() -> None:
    take_in(settled("1001"))
    confirmed()
    take_in(*beyond_belief("1001"))

    release_hold(Hold.objects.get(), now=NOW, by=ada(), reason="The marketplace explained it")
    released = money()
    prove()
    take_in(refund("1001", case="c", back=TOO_MUCH))

    assert (released.available, released.held) == (273, 0)
    assert (money().available, money().held) == (0, 273)
    prove()


def test_a_line_that_is_held_by_its_reports_too_keeps_that_hold() -> None:
    take_in(settled("1001", held="frozen"))
    take_in(*beyond_belief("1001"))
    both = set(Hold.objects.values_list("hold_class", flat=True))

    take_in(*beyond_belief("1001", counts=False, reported_at=NOW))

    assert both == {"frozen", "quarantine"}
    assert Commission.objects.get().holds_of_all == 1
    prove()


def test_money_that_cannot_be_moved_stops_neither_the_quarantine_nor_others(monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(settled("1001"), settled("1002"), settled("1003"))
    confirmed()
    stuck = Commission.objects.get(order_line__external_order="1001").pk
    moving = move_held.move_held_of

    def failing(*commissions: UUID, **given: Any) -> None:
        moving(*commissions, **given)
        sql.execute("SELECT 1 / %s", [0 if stuck in commissions else 1])

    take_order_reports("taobao", [*beyond_belief("1001"), *beyond_belief("1002"), report("1004")], now=NOW)
    with monkeypatch.context() as broken:
        broken.setattr(move_held, "move_held_of", failing)
        with pytest.raises(Exception, match="division by zero"):  # named at the end, once everything else is done
            earn_due(now=NOW)

    assert QuarantinedLine.objects.count() == 2
    assert Hold.objects.count() == 2
    assert (money().available, money().held, money().pending) == (546, 273, 273)
    prove()
    earn_due(now=NOW)
    assert (money().available, money().held) == (273, 546)
    prove()


def test_a_shopkeeper_reads_that_it_is_held_and_why() -> None:
    take_in(settled("1001"))
    confirmed()
    take_in(*beyond_belief("1001"))

    trace = order_trace(meis_shop(), Commission.objects.get().order_line_id, now=NOW)

    assert "larger than any real one" in trace.answer
    assert "CN¥2.73 on hold: it cannot be booked for now" in [step.what for step in trace.steps]
    assert confirm_due(now=NOW + 80 * DAY).commissions == 0


@pytest.mark.parametrize(
    "corruption",
    [
        "INSERT INTO commissions_holdclosing (hold_id, closed_by, closed_at)"
        " SELECT id, 'quarantine', now() FROM commissions_hold",
        "DELETE FROM commissions_quarantinedline",
    ],
    ids=["the hold ended", "the line taken out of quarantine"],
)
def test_prove_sees_a_hold_without_its_quarantine_and_the_other_way_round(corruption: str) -> None:
    from joey.commissions.prove import CHECKS

    take_in(settled("1001"))
    take_in(*beyond_belief("1001"))

    sql.execute(corruption)

    (rule,) = [check for check in CHECKS if check.rule.startswith("19. What is booked of a line in quarantine")]
    offender = rule.first_offender()
    assert offender is not None
    assert str(Commission.objects.get().order_line_id) in str(offender)
