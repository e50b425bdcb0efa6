"""A report that contradicts its line moves state and amounts, never the shop, and holds the line until one does not."""

from dataclasses import replace
from typing import Any

import pytest

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.kit import sql
from joey.marketplaces.port import AnyReport, ByPosition, BySubId, Evidence, OrderReport
from joey.orders.attribute_line import attribute_line
from joey.orders.models import OrderClaim, OrderLine
from joey.orders.prove_contradictions import CONTRADICTIONS
from joey.orders.retry_suspense import retry_suspense
from tests.cast import DAY, NOW, flask, leased, listed, lulus_shop, meis_shop, refund, report, settled, shared
from tests.orders.polled import polled, take_order_reports
from tests.proof import prove
from tests.slow import slow

pytestmark = pytest.mark.django_db

LULUS = "110000000002"


@pytest.fixture(autouse=True)
def _both_have_positions() -> None:
    leased(meis_shop())
    leased(lulus_shop(), key=LULUS)


def after(*reports: AnyReport) -> OrderLine:
    """The line after each report came by itself."""
    for each in reports:
        take_order_reports("taobao", [each], now=NOW)
    return OrderLine.objects.get()


def other_shop(**changes: Any) -> OrderReport:
    facts: dict[str, Any] = {"days_ago": 8, "position": LULUS}
    return settled(**(facts | changes))


def test_a_contradicting_close_closes() -> None:
    line = after(report(), other_shop(state="closed", commission_minor=0, service_fee_minor=0, settled_at=None))

    assert (line.shop_id, line.state, line.commission_minor) == (meis_shop().pk, "closed", 0)
    assert (line.held, line.evidence_key) == ("contradiction", "110000000001")
    assert sql.value("SELECT count(*) FROM record_event WHERE kind = 'order_line.contradicted'") == 1


@pytest.mark.parametrize("together", [True, False])
def test_amounts_are_taken_and_the_claim_stays(together: bool) -> None:
    reports = [report(), other_shop(commission_minor=310, paid_minor=6000)]
    if together:
        take_order_reports("taobao", reports, now=NOW)
    else:
        after(*reports)

    line = OrderLine.objects.get()
    assert (line.commission_minor, line.paid_minor, line.held) == (310, 6000, "contradiction")
    assert OrderClaim.objects.get().shop_id == line.shop_id == meis_shop().pk


@pytest.mark.parametrize("together", [True, False])
def test_a_newer_report_in_words_that_no_one_knows_claims_no_line_of_an_older_one(together: bool) -> None:
    reports = [report(), other_shop(state="unknown", held="unknown_code")]
    if together:
        take_order_reports("taobao", reports, now=NOW)
    else:
        after(*reports)

    line = OrderLine.objects.get()
    assert OrderClaim.objects.get().shop_id == line.shop_id == meis_shop().pk
    assert (line.state, line.held, line.evidence_key) == ("paid", "unknown_code", "110000000001")
    prove()


BOTH = (ByPosition("110000000001", "clicked"), ByPosition(LULUS, "clicked"))
ORDERED = (ByPosition("110000000001", "clicked"), ByPosition(LULUS, "ordered"))
UNCHECKED = (ByPosition("999", "clicked"), ByPosition(LULUS, "clicked"))


@pytest.mark.parametrize("evidence", [BOTH, BOTH[::-1], ORDERED, UNCHECKED], ids=["both", "turned", "times", "unknown"])
@pytest.mark.parametrize("disputed_before", [True, slow(False)])
def test_evidence_that_names_another_shop_beside_the_line_s_own_holds_it_too(
    evidence: tuple[ByPosition, ...], disputed_before: bool
) -> None:
    line = after(report(), *([other_shop()] if disputed_before else []), settled(days_ago=7, evidence=evidence))

    assert (line.shop_id, line.state, line.held, line.suspense) == (meis_shop().pk, "settled", "contradiction", "")
    assert line.evidence_key == "110000000001"
    earn_due(now=NOW)
    assert confirm_due(now=NOW + 90 * DAY).commissions == 0
    prove()


@pytest.mark.parametrize("late", [report(), report(evidence=())])
def test_a_late_report_of_a_line_in_suspense_leaves_what_its_newest_holds(late: OrderReport) -> None:
    line = after(report(evidence=(), reported_at=NOW - 12 * DAY), settled(days_ago=7, state="unknown", evidence=()))
    assert (line.suspense, line.held) == ("no_evidence", "unknown_code")

    line = after(replace(late, reported_at=NOW - 11 * DAY))

    assert line.held == "unknown_code"
    earn_due(now=NOW)
    prove()


def test_an_operator_who_decided_between_the_shops_is_not_asked_again_about_the_same_evidence() -> None:
    line = after(report(evidence=BOTH))
    assert line.suspense == "conflicting_evidence"
    attribute_line(line.pk, meis_shop(), reason="Receipt", by=None, now=NOW)

    assert after(settled(evidence=BOTH)).held == ""
    assert after(settled(days_ago=8, evidence=BOTH[1:])).held == "contradiction"
    assert after(settled(days_ago=7)).evidence_kind == "operator"
    assert after(settled(days_ago=6, evidence=BOTH)).held == ""
    earn_due(now=NOW)
    prove()


def test_prove_names_a_line_whose_newest_report_names_another_shop_beside_its_own() -> None:
    line = after(report(), settled(evidence=BOTH))
    sql.execute("UPDATE orders_orderline SET held = ''")

    assert str(line.pk) in str(CONTRADICTIONS.first_offender())


@pytest.mark.parametrize("later", [{}, {"clicked_at": None}, {"position": "999"}])
def test_a_later_report_that_does_not_contradict_releases_the_line(later: dict[str, Any]) -> None:
    line = after(report(), other_shop(), settled(days_ago=7, **later))

    assert (line.shop_id, line.state, line.held) == (meis_shop().pk, "settled", "")


def test_a_late_report_that_does_not_contradict_releases_nothing() -> None:
    line = after(report(), other_shop(days_ago=5), settled(days_ago=6))

    assert (line.held, line.settled_at) == ("contradiction", NOW - 5 * DAY)


def test_a_contradicting_report_that_comes_late_holds_nothing_and_moves_nothing() -> None:
    line = after(report(), settled(days_ago=5), other_shop(days_ago=6, commission_minor=1))

    assert (line.held, line.commission_minor) == ("", 380)


def test_a_late_report_that_names_the_shop_of_a_disputed_line_leaves_it_disputed() -> None:
    line = after(settled(days_ago=7, evidence=BOTH), report())

    assert (line.shop_id, line.state, line.held) == (meis_shop().pk, "settled", "contradiction")
    assert sql.value("SELECT count(*) FROM record_event WHERE kind = 'order_line.contradicted'") == 1
    earn_due(now=NOW)
    assert confirm_due(now=NOW + 90 * DAY).commissions == 0
    prove()


def test_a_newer_report_that_names_the_shop_of_a_disputed_line_ends_the_dispute() -> None:
    line = after(report(evidence=BOTH), settled())

    assert (line.shop_id, line.state, line.held) == (meis_shop().pk, "settled", "")
    earn_due(now=NOW)
    prove()


@pytest.mark.parametrize("together", [True, False])
def test_a_line_keeps_its_currency_and_takes_nothing_from_a_report_in_another(together: bool) -> None:
    abroad = settled(days_ago=8, currency="USD", commission_minor=50, paid_minor=900)
    if together:
        take_order_reports("taobao", [report(), abroad], now=NOW)
    else:
        after(report(), abroad)

    line = OrderLine.objects.get()
    assert (line.currency, line.state, line.commission_minor, line.paid_minor) == ("CNY", "paid", 380, 6900)
    assert (line.held, line.held_at) == ("currency", NOW - 8 * DAY)
    assert after(settled(days_ago=7)).held == ""


def test_a_line_first_seen_with_an_unknown_code_keeps_its_currency_too() -> None:
    unknown = replace(report(), state="unknown", held="unknown_code", payload={"code": 99})

    line = after(unknown, replace(unknown, currency="USD", commission_minor=1, reported_at=NOW - 8 * DAY))

    assert (line.currency, line.commission_minor, line.held) == ("CNY", 380, "currency")


def test_another_currency_is_said_before_another_shop() -> None:
    assert after(report(), other_shop(currency="USD")).held == "currency"


def test_a_refund_in_another_currency_is_kept_apart() -> None:
    line = after(report(), settled(), refund(back=100))
    revision = line.revision

    line = after(refund(case="8813", back=2, currency="USD"), refund(case="8814", back=3, currency="USD"))

    assert (line.returned_commission_minor, line.returned_elsewhere) == (100, {"USD": 5})
    assert line.revision > revision, "booking reads the line again"
    prove_lines()
    assert after(refund(case="8813", back=2, currency="USD", counts=False, reported_at=NOW)).returned_elsewhere == {
        "USD": 3
    }
    prove_lines()


def test_more_may_be_taken_back_than_was_given() -> None:
    line = after(report(), settled(), refund(back=5000))

    assert line.returned_commission_minor == 5000


def test_what_is_found_later_is_held_as_if_known_from_the_start() -> None:
    polled(report("7", position="999"))
    polled(settled("7", position=LULUS, clicked_at=None))  # names no shop without the time of the click
    polled(settled("7", days_ago=7, position=LULUS, clicked_at=NOW - 99 * DAY))
    assert OrderLine.objects.get().suspense

    leased(lulus_shop_two(), key="999")
    assert retry_suspense("taobao", now=NOW) == 1

    line = OrderLine.objects.get()
    assert (line.evidence_key, line.clicked_at, line.state) == ("999", report().clicked_at, "settled")
    prove_lines()


@pytest.mark.parametrize("piece", [ByPosition("110000000001", "clicked"), BySubId("meiscode22")])
def test_no_later_evidence_takes_the_place_of_what_an_operator_decided(piece: Evidence) -> None:
    shared(listed(meis_shop(), flask()), "meiscode22")
    line = after(report(evidence=BOTH))
    attribute_line(line.pk, meis_shop(), reason="Receipt", by=None, now=NOW)

    line = after(settled(evidence=(piece,)), settled(days_ago=8, evidence=BOTH))

    assert (line.evidence_kind, line.held) == ("operator", ""), "no operator is asked again about the same evidence"
    prove_lines()


def lulus_shop_two() -> Any:
    from joey.shops.models import Shop
    from tests.cast import sam

    return Shop.objects.get_or_create(slug="sam", defaults={"owner": sam(), "name": "三木"})[0]


def prove_lines() -> None:
    from joey.orders import prove as orders

    assert [(check.rule, found) for check in orders.CHECKS if (found := check.first_offender())] == []


def test_all_of_it_holds() -> None:
    after(report(), other_shop(), settled(days_ago=3))
    from joey.commissions.earn_due import earn_due

    earn_due(now=NOW)
    prove()
