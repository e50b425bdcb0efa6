"""Lines of one name that only their part tells apart: each is its own shop's, a refund of the name may be of either."""

from dataclasses import replace
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from joey.commissions.earn_due import earn_due
from joey.commissions.holds import release_hold
from joey.commissions.holds_in_force import held_lines
from joey.commissions.models import Hold
from joey.commissions.queries import orders_of
from joey.commissions.waits_for import HELD, waits_for
from joey.insight.explain_waiting import waiting_in_words
from joey.insight.trace import order_trace
from joey.ledger.queries import balances_of
from joey.marketplaces.port import (
    AnyReport,
    HoldReport,
    OrderReport,
    RefundReport,
    ReportedRow,
    UnreadableReport,
)
from joey.marketplaces.read_reports import read_row
from joey.marketplaces.taobao.connector import TaobaoConnector
from joey.orders.models import OrderLine
from joey.orders.queries import unread_reports
from joey.shops.models import Shop
from tests.cast import DAY, NOW, ada, leased, lulus_shop, meis_shop, refund, report, settled
from tests.commissions.stage import confirmed
from tests.orders.polled import polled
from tests.proof import prove
from tests.slow import but_every, cases_but_every

pytestmark = pytest.mark.django_db

MEIS, LULUS = "110000000001", "110000000002"
MINE = settled(external_part=MEIS)
HERS = settled(external_part=LULUS, position=LULUS)
BACK = refund()  # names the line, and neither part
CLOSED = replace(HERS, state="closed", commission_minor=0, service_fee_minor=0, settled_at=None)
OF_NOTHING = replace(HERS, commission_minor=0, service_fee_minor=0)
TAOBAO = TaobaoConnector({"credentials": {"app_key": "1", "app_secret": "s"}})


@pytest.fixture
def both_have_positions() -> None:
    leased(meis_shop(), MEIS)
    leased(lulus_shop(), LULUS)


def taken(*reports: AnyReport) -> None:
    polled(*reports)
    earn_due(now=NOW)


def of(shop: Shop) -> tuple[int, int, int]:
    """What the shop has pending, on hold and available."""
    found = balances_of(shop.pk).get("CNY")
    return (found.pending.minor, found.held.minor, found.available.minor) if found else (0, 0, 0)


def lines() -> dict[str, OrderLine]:
    return {line.external_part: line for line in OrderLine.objects.all()}


def open_holds() -> dict[UUID, str]:
    return {hold.line_id: hold.hold_class for hold in held_lines()}


@pytest.mark.usefixtures("both_have_positions")
def test_each_part_is_a_line_of_the_shop_that_its_own_report_names() -> None:
    taken(report(external_part=MEIS), report(external_part=LULUS, position=LULUS))
    taken(MINE)

    found = lines()
    assert {part: (line.shop_id, line.state, line.held) for part, line in found.items()} == {
        MEIS: (meis_shop().pk, "settled", ""),
        LULUS: (lulus_shop().pk, "paid", ""),
    }
    assert (of(meis_shop()), of(lulus_shop())) == ((273, 0, 0), (273, 0, 0))
    assert polled(MINE, report(external_part=LULUS, position=LULUS)).reports == 0, "known"
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_of_a_line_that_alone_has_its_name_a_refund_is_taken_back_though_it_names_no_part() -> None:
    taken(MINE, settled("2", external_part=LULUS, position=LULUS), BACK)

    assert (of(meis_shop()), of(lulus_shop())) == ((0, 0, 0), (273, 0, 0))
    assert not any(line.has_unclear_refund for line in lines().values())
    prove()


@pytest.mark.parametrize("order", but_every(2, list(permutations([MINE, HERS, BACK]))))
@pytest.mark.usefixtures("both_have_positions")
def test_a_refund_that_may_be_of_two_lines_is_of_neither_and_holds_both(order: tuple[AnyReport, ...]) -> None:
    for each in order:
        taken(each)

    assert confirmed() == 0
    assert (of(meis_shop()), of(lulus_shop())) == ((273, 0, 0), (273, 0, 0))
    assert open_holds() == {line.pk: "unclear_refund" for line in lines().values()}
    assert {line.returned_commission_minor for line in lines().values()} == {0}
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_what_is_available_goes_on_hold_and_back_once_an_operator_releases_it() -> None:
    taken(MINE, HERS)
    assert confirmed() == 2
    taken(BACK)
    assert (of(meis_shop()), of(lulus_shop())) == ((0, 273, 0), (0, 273, 0))
    prove()

    release_hold(Hold.objects.get(shop=meis_shop()), by=ada(), reason="Taobao says it is Lulu's", now=NOW)

    assert (of(meis_shop()), of(lulus_shop())) == ((0, 0, 273), (0, 273, 0))
    prove()


def released() -> None:
    release_hold(Hold.objects.get(shop=meis_shop()), by=ada(), reason="Taobao says it is Lulu's", now=NOW)
    assert of(meis_shop()) == (0, 0, 273)


SAME_CASE = refund(reported_at=NOW)


@pytest.mark.parametrize(
    "newer", [replace(MINE, reported_at=NOW, payload={"again": 1}), SAME_CASE], ids=["line", "case"]
)
@pytest.mark.usefixtures("both_have_positions")
def test_what_an_operator_released_stays_released_while_the_case_is_the_same(newer: AnyReport) -> None:
    taken(MINE, HERS)
    confirmed()
    taken(BACK)
    released()

    taken(newer)

    assert (of(meis_shop()), of(lulus_shop())) == ((0, 0, 273), (0, 273, 0))
    prove()
    taken(replace(SAME_CASE, counts=False, reported_at=NOW + DAY / 24, payload={}))
    assert open_holds() == {}
    prove()


NUMBERED = refund(refunded_at=NOW - DAY)
UNNUMBERED = refund(case="@2026-11-21 12:00:00", refunded_at=NOW - DAY, reported_at=NOW)


@pytest.mark.usefixtures("both_have_positions")
def test_the_same_refund_under_its_other_name_opens_no_other_hold() -> None:
    taken(MINE, HERS)
    confirmed()
    taken(NUMBERED)
    released()

    taken(UNNUMBERED)
    assert (of(meis_shop()), of(lulus_shop())) == ((0, 0, 273), (0, 273, 0))
    prove()
    taken(replace(NUMBERED, reported_at=NOW + DAY / 24, payload={"again": 1}))
    assert (of(meis_shop()), of(lulus_shop())) == ((0, 0, 273), (0, 273, 0))
    prove()


@pytest.mark.parametrize(
    ("known", "news"),
    cases_but_every(
        2,
        [
            (BACK, refund(case="8813", back=1)),
            (BACK, refund(back=300, reported_at=NOW)),
            (NUMBERED, refund(case="8813", refunded_at=NOW - DAY)),
            (NUMBERED, replace(UNNUMBERED, commission_back_minor=300)),
        ],
    ),
    ids=["another case", "another amount", "another that is equal", "another amount under the other name"],
)
@pytest.mark.usefixtures("both_have_positions")
def test_another_case_or_amount_is_held_again(known: AnyReport, news: AnyReport) -> None:
    taken(MINE, HERS)
    confirmed()
    taken(known)
    released()

    taken(news)

    assert (of(meis_shop()), of(lulus_shop())) == ((0, 273, 0), (0, 273, 0))
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_what_an_operator_decided_counts_for_what_was_there_when_it_was_decided() -> None:
    taken(MINE, HERS)
    confirmed()
    taken(BACK)
    taken(refund(case="8813", back=1))
    released()

    taken(refund(counts=False, reported_at=NOW))
    assert of(meis_shop()) == (0, 0, 273), "the other case was decided about, too"
    prove()
    taken(refund(reported_at=NOW + DAY / 24))
    assert of(meis_shop()) == (0, 273, 0), "a case that counts again is news"
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_a_second_line_that_comes_after_the_refund_was_taken_back_makes_nothing_payable() -> None:
    taken(MINE, BACK)
    assert of(meis_shop()) == (0, 0, 0)

    taken(HERS)

    assert confirmed() == 0
    assert set(open_holds().values()) == {"unclear_refund"}
    row = orders_of(meis_shop().pk, limit=1)[0]
    assert (waits_for(row, now=NOW), row.held_by_marketplace) == (HELD, "unclear_refund")
    assert "may belong to it or to another order of the same number. An operator" in waiting_in_words(
        row, HELD, now=NOW
    )
    story = [step.what for step in order_trace(meis_shop(), row.id, now=NOW).steps]
    assert "It is not known which order a return belongs to" in story
    assert "A return was withdrawn" not in story
    prove()


@pytest.mark.parametrize(
    "clear",
    [refund(counts=False, reported_at=NOW), refund(refunded_at=NOW - 30 * DAY, reported_at=NOW)],
    ids=["it counts no more", "it is from before the settlement"],
)
@pytest.mark.usefixtures("both_have_positions")
def test_the_holds_end_once_there_is_nothing_to_take_back(clear: AnyReport) -> None:
    taken(MINE, HERS, BACK)

    taken(clear)

    assert open_holds() == {}
    assert confirmed() == 2
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_a_line_of_which_nothing_would_be_taken_back_is_not_held_for_another_one() -> None:
    taken(MINE, report(external_part=LULUS, position=LULUS), BACK)

    assert [line.has_unclear_refund for line in (lines()[MEIS], lines()[LULUS])] == [True, False]
    taken(HERS)
    assert lines()[LULUS].has_unclear_refund
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_a_line_that_no_shop_has_makes_the_refund_unclear_as_well() -> None:
    taken(MINE, settled(external_part="3", position="3"), BACK)

    assert of(meis_shop()) == (273, 0, 0)
    assert set(open_holds().values()) == {"unclear_refund"}
    prove()


@pytest.mark.parametrize("nothing", [CLOSED, OF_NOTHING], ids=["closed", "commission of zero"])
@pytest.mark.parametrize("order", but_every(3, permutations(range(3))))
@pytest.mark.usefixtures("both_have_positions")
def test_a_refund_is_of_the_only_line_that_gives_something(nothing: OrderReport, order: tuple[int, ...]) -> None:
    reports: list[OrderReport | RefundReport] = [MINE, nothing, BACK]
    for each in order:
        taken(reports[each])

    assert (of(meis_shop()), of(lulus_shop()), open_holds()) == ((0, 0, 0), (0, 0, 0), {})
    assert lines()[MEIS].returned_commission_minor == 342
    assert (lines()[LULUS].returned_commission_minor, lines()[LULUS].has_unclear_refund) == (0, False)
    prove()


@pytest.mark.parametrize("nothing", [CLOSED, OF_NOTHING], ids=["closed", "commission of zero"])
@pytest.mark.usefixtures("both_have_positions")
def test_a_line_that_gives_something_again_makes_the_refund_unclear_until_it_does_not(nothing: OrderReport) -> None:
    taken(MINE, nothing, BACK)
    prove()

    taken(replace(HERS, reported_at=NOW - DAY, payload={"again": 1}))
    assert (of(meis_shop()), of(lulus_shop())) == ((273, 0, 0), (273, 0, 0))
    assert set(open_holds()) == {line.pk for line in lines().values()}
    prove()

    taken(replace(nothing, reported_at=NOW, payload={"again": 2}))
    assert (of(meis_shop()), of(lulus_shop()), open_holds()) == ((0, 0, 0), (0, 0, 0), {})
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_of_two_lines_that_give_nothing_nothing_is_taken_back() -> None:
    taken(replace(MINE, commission_minor=0, service_fee_minor=0), OF_NOTHING, BACK)

    assert {(line.returned_commission_minor, line.has_unclear_refund) for line in lines().values()} == {(0, False)}
    assert open_holds() == {}
    prove()


def unread(report: OrderReport, **changes: Any) -> UnreadableReport:
    return UnreadableReport(
        "order", report.external_order, NOW - DAY, {"n": report.external_part}, "no amount",
        external_line=report.external_line, **({"external_part": report.external_part} | changes),
    )  # fmt: skip


@pytest.mark.usefixtures("both_have_positions")
def test_an_unreadable_report_of_one_part_holds_that_alone_and_a_newer_one_of_the_other_does_not_replace_it() -> None:
    taken(MINE, HERS)

    taken(unread(HERS))
    taken(replace(MINE, reported_at=NOW, payload={"again": 1}))

    assert {part: line.has_unread for part, line in lines().items()} == {MEIS: False, LULUS: True}
    prove()
    taken(replace(HERS, reported_at=NOW, payload={"again": 2}))
    assert not lines()[LULUS].has_unread
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_an_unreadable_refund_holds_each_line_of_its_name() -> None:
    taken(MINE, HERS)

    taken(replace(unread(MINE, external_part=""), kind="refund", case_id="8812"))

    assert {line.has_unread for line in lines().values()} == {True}
    prove()
    taken(refund(counts=False, reported_at=NOW))
    assert {line.has_unread for line in lines().values()} == {False}
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_a_part_that_no_column_holds_is_unreadable_and_about_no_line() -> None:
    taken(report(external_part="1" * 65))

    assert OrderLine.objects.count() == 0
    prove()


def punished(*parts: str, frozen: bool) -> list[AnyReport]:
    """The rows of Taobao's report of punished orders about these ad zones, as they are read."""
    row = {"tb_trade_id": MINE.external_line, "punish_status": "0" if frozen else "1"}
    rows = [row | ({"tk_adzone_id": int(part)} if part else {}) for part in parts]
    return [read_row(TAOBAO, ReportedRow("hold", row, NOW)) for row in rows]


def frozen_parts() -> set[str]:
    return {part for part, line in lines().items() if line.is_frozen}


@pytest.mark.parametrize("holds_come_first", [True, False])
@pytest.mark.usefixtures("both_have_positions")
def test_a_frozen_part_holds_its_own_line_and_no_other_whichever_comes_first(holds_come_first: bool) -> None:
    holds = punished(MEIS, frozen=True) + punished(LULUS, frozen=False)
    for reports in (holds, [MINE, HERS])[:: 1 if holds_come_first else -1]:
        taken(*reports)

    confirmed()

    assert frozen_parts() == {MEIS}
    assert [each.hold_class for each in held_lines()] == ["frozen"]
    assert of(lulus_shop()) == (0, 0, 273)
    assert sum(of(meis_shop())[:2]) == 273
    assert polled(*holds).reports == 0, "known"
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_each_part_is_frozen_and_released_by_its_own_rows() -> None:
    taken(MINE, HERS)
    confirmed()
    taken(*punished(MEIS, LULUS, frozen=True))
    assert (of(meis_shop()), of(lulus_shop())) == ((0, 273, 0), (0, 273, 0))

    taken(*punished(MEIS, frozen=False), *punished(LULUS, frozen=True))
    assert (of(meis_shop()), of(lulus_shop())) == ((0, 0, 273), (0, 273, 0))
    prove()
    taken(*punished(MEIS, frozen=True), *punished(LULUS, frozen=False))
    assert (of(meis_shop()), of(lulus_shop())) == ((0, 273, 0), (0, 0, 273)), "it went back to a report that is known"
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_what_an_operator_released_of_one_part_stays_so_whatever_is_reported_of_another() -> None:
    taken(MINE, HERS, *punished(MEIS, LULUS, frozen=True))
    confirmed()
    release_hold(Hold.objects.get(shop=meis_shop()), by=ada(), reason="Taobao pays it", now=NOW)
    confirmed()

    taken(*punished(LULUS, frozen=False))
    taken(*punished(LULUS, frozen=True))
    confirmed()

    assert frozen_parts() == {MEIS, LULUS}
    assert of(meis_shop()) == (0, 0, 273)
    assert sum(of(lulus_shop())[:2]) == 273
    prove()
    taken(*punished(MEIS, frozen=False))
    taken(*punished(MEIS, frozen=True))
    assert of(meis_shop()) == (0, 273, 0), "frozen again, and no one decided about that"
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_a_row_without_an_ad_zone_is_not_ended_by_another_row_of_the_same_answer() -> None:
    taken(MINE, *punished("", frozen=True))
    taken(*punished("", frozen=True), *punished(MEIS, frozen=False))

    assert frozen_parts() == {MEIS}, "it is still there"
    taken(*punished("", frozen=False))
    assert frozen_parts() == set()
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_a_row_without_an_ad_zone_is_about_all_parts_and_what_one_of_them_says_does_not_end_it() -> None:
    taken(MINE, HERS, *punished("", frozen=True))
    assert frozen_parts() == {MEIS, LULUS}

    taken(*punished(MEIS, frozen=False))
    assert frozen_parts() == {MEIS, LULUS}
    taken(*punished("", frozen=False))
    assert frozen_parts() == set()
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_a_line_whose_part_is_not_known_is_held_with_any_part_of_its_trade() -> None:
    taken(settled(), *punished(MEIS, frozen=True), *punished(LULUS, frozen=False))

    assert frozen_parts() == {""}
    taken(*punished(MEIS, frozen=False))
    assert frozen_parts() == set()
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_a_frozen_part_holds_the_shares_of_its_trade_in_it() -> None:
    taken(MINE, HERS, replace(MINE, external_line=f"{MINE.external_line}/3", external_part="3"))
    taken(replace(HERS, external_line=f"{HERS.external_line}/3"))

    taken(HoldReport(MINE.external_line, frozen=True, payload={"n": 1}, part=LULUS))

    frozen = OrderLine.objects.filter(is_frozen=True).values_list("external_line", "external_part")
    assert set(frozen) == {(HERS.external_line, LULUS), (f"{HERS.external_line}/3", LULUS)}
    prove()


@pytest.mark.usefixtures("both_have_positions")
def test_a_hold_whose_part_no_column_holds_is_unreadable() -> None:
    taken(MINE, HoldReport(MINE.external_line, frozen=True, payload={"n": 1}, part="1" * 65))

    assert [listed.kind for listed in unread_reports()] == ["hold"]
    assert frozen_parts() == set()
    prove()
