"""A line in suspense finds its shop by all that was ever reported of it, or by an operator, once and for ever."""

from datetime import timedelta
from uuid import UUID

import pytest

from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.insight.trace import order_trace
from joey.kit.refusals import Conflict, Forbidden, Invalid, NotFound
from joey.marketplaces.port import ByPosition, HeldReason
from joey.orders import retry_suspense as module
from joey.orders.attribute_line import attribute_line
from joey.orders.models import OperatorAttribution, OrderClaim, OrderLine
from joey.orders.retry_suspense import retry_all_suspense, retry_suspense
from joey.people.models import Person
from joey.record.erasable import text_of
from tests.cast import DAY, NOW, ada, leased, lulu, lulus_shop, meis_shop, report, settled
from tests.orders.polled import polled
from tests.proof import prove
from tests.slow import but_every

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost() -> OrderLine:
    polled(report(position="999"))
    return OrderLine.objects.get()


def test_an_operator_gives_a_lost_order_to_a_shop_for_a_reason(lost: OrderLine) -> None:
    attribute_line(lost.pk, meis_shop(), reason="  She showed the receipt ", by=ada(), now=NOW)
    earn_due(now=NOW)

    line = OrderLine.objects.get()
    assert (line.shop_id, line.suspense, line.failed_evidence) == (meis_shop().pk, "", [])
    assert (line.evidence_kind, line.revision > lost.revision) == ("operator", True)
    given = OperatorAttribution.objects.get()
    assert (given.by, text_of(given.reason_id)) == (ada().pk, "She showed the receipt")
    assert Commission.objects.get().shop_id == meis_shop().pk
    steps = {step.code: step.why for step in order_trace(meis_shop(), line.pk, now=NOW).steps}
    assert steps["order_line.given"] == "She showed the receipt"
    prove()


def test_later_reports_move_the_given_line_and_never_its_shop(lost: OrderLine) -> None:
    leased(lulus_shop(), key="110000000002")
    attribute_line(lost.pk, meis_shop(), reason="Receipt", by=ada(), now=NOW)

    polled(settled(position="999"))
    assert OrderLine.objects.get().held == ""
    polled(settled(days_ago=8, position="110000000002"))

    line = OrderLine.objects.get()
    assert (line.shop_id, line.state, line.held) == (meis_shop().pk, "settled", "contradiction")
    earn_due(now=NOW)
    prove()


def test_a_claim_is_for_ever(lost: OrderLine) -> None:
    attribute_line(lost.pk, meis_shop(), reason="Receipt", by=ada(), now=NOW)

    for shop in (meis_shop(), lulus_shop()):
        with pytest.raises(Conflict):
            attribute_line(lost.pk, shop, reason="Another receipt", by=ada(), now=NOW)

    assert OrderClaim.objects.get().shop_id == meis_shop().pk
    assert OperatorAttribution.objects.count() == 1


def test_without_a_reason_or_to_an_own_shop_nothing_moves(lost: OrderLine) -> None:
    with pytest.raises(Invalid):
        attribute_line(lost.pk, meis_shop(), reason=" ", by=ada(), now=NOW)
    with pytest.raises(Forbidden):
        attribute_line(lost.pk, meis_shop(), reason="Receipt", by=lulu(), now=NOW)
    Person.objects.filter(pk=lulu().pk).update(is_staff=True)
    with pytest.raises(Forbidden, match="own shop"):
        attribute_line(lost.pk, lulus_shop(), reason="Mine", by=lulu(), now=NOW)
    with pytest.raises(NotFound):
        attribute_line(meis_shop().pk, meis_shop(), reason="Receipt", by=ada(), now=NOW)

    assert not OrderClaim.objects.exists()
    assert OrderLine.objects.get().revision == lost.revision


def test_an_earlier_report_that_named_the_position_finds_the_shop_later() -> None:
    polled(report(position="999"))
    polled(settled(evidence=()))  # the newest report names nothing
    leased(meis_shop(), key="999")

    assert retry_all_suspense(now=NOW) == 1

    line = OrderLine.objects.get()
    assert (line.shop_id, line.state, line.evidence_key) == (meis_shop().pk, "settled", "999")
    assert line.clicked_at == report().clicked_at, "the plan is that of its click, as if known from the start"
    earn_due(now=NOW)
    prove()


def test_the_reason_for_suspense_is_one_of_today(lost: OrderLine) -> None:
    assert lost.suspense == "unknown_position"
    leased(meis_shop(), key="999", since=NOW - DAY)

    assert retry_suspense("taobao", now=NOW) == 0

    line = OrderLine.objects.get()
    assert (line.suspense, line.failed_evidence[0]["problem"]) == ("not_leased_at_click", "not_leased_at_click")
    prove()


@pytest.mark.parametrize("held", but_every(2, ["", "frozen", "risk", "unknown_code"]))
def test_lines_of_two_shops_that_are_found_late_contradict_as_they_would_have(held: HeldReason) -> None:
    polled(report(position="999"))
    polled(settled(position="998", held=held, state="unknown" if held == "unknown_code" else "settled"))
    leased(meis_shop(), key="999")
    leased(lulus_shop(), key="998")

    assert [retry_all_suspense(now=NOW) for _ in range(2)] == [1, 0]

    line = OrderLine.objects.get()
    assert (line.shop_id, line.state) == (meis_shop().pk, "paid" if held == "unknown_code" else "settled")
    assert line.held == ("unknown_code" if held == "unknown_code" else "contradiction")
    earn_due(now=NOW)
    prove()


def test_a_marketplace_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch, lost: OrderLine) -> None:
    leased(meis_shop(), key="999")
    OrderLine.objects.filter(pk=polled_elsewhere()).update(marketplace="gone")
    inner = module._retry_lines

    def fails_for_one(marketplace: str, **given: object) -> object:
        if marketplace == "gone":
            raise RuntimeError("a fault")
        return inner(marketplace, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_retry_lines", fails_for_one)

    with pytest.raises(RuntimeError, match="a fault"):  # so that the job counts as failed
        retry_all_suspense(now=NOW)

    assert OrderLine.objects.get(pk=lost.pk).shop_id == meis_shop().pk


def polled_elsewhere() -> UUID:
    polled(report("2", evidence=(ByPosition("997", "clicked"),), clicked_at=NOW - timedelta(days=3)))
    return OrderLine.objects.get(external_order="2").pk
