"""What a shopkeeper reads about one line, from the first report to the last change: the words of docs/money.md."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from joey.commissions.confirm_due import confirm_due
from joey.commissions.holds import place_hold, release_hold
from joey.commissions.models import Commission, Hold
from joey.commissions.queries import orders_of
from joey.insight.erase_subject import erase_subject
from joey.insight.explain_waiting import day_in_words, waiting_in_short
from joey.insight.trace import Trace, order_trace
from joey.ledger.queries import balances_of
from joey.marketplaces.port import AnyReport
from joey.orders.models import Dispute, OrderLine, SyncCursor
from tests.cast import DAY, NOW, leased, mei, meis_shop, refund, report, settled
from tests.commissions.stage import confirmed, money, take_in
from tests.proof import prove
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db

THREE: dict[str, Any] = {"quantity": 3, "paid_minor": 29700, "commission_minor": 3713, "service_fee_minor": 0}


@pytest.fixture(autouse=True)
def position() -> None:
    leased(meis_shop())


def traced(**now: Any) -> Trace:
    return order_trace(meis_shop(), OrderLine.objects.order_by("id")[0].pk, now=now.get("now", NOW))


def said() -> list[str]:
    """The steps about money."""
    return [step.what for step in traced().steps if not step.code.startswith("order_line.")]


def test_an_estimate_says_the_share_and_of_what() -> None:
    take_in(report())

    assert said() == ["Estimated CN¥2.73: 80% of CN¥3.42"]
    assert "The other 20%, CN¥0.68, is Joey's platform fee, which its operator keeps." in traced().steps[-1].why
    assert "in force at the click" in traced().steps[-1].why
    assert "rounded down to a multiple of CN¥0.01" in traced().steps[-1].why, "80% of 3.42 is 2.736"


def test_a_share_that_is_a_whole_amount_is_not_called_rounded() -> None:
    take_in(report(commission_minor=500, service_fee_minor=0))

    assert said() == ["Estimated CN¥4.00: 80% of CN¥5.00"]
    assert "rounded" not in traced().steps[-1].why


def test_an_order_that_is_only_placed_is_not_called_nothing() -> None:
    take_in(report(state="placed"))

    assert said() == ["Ordered, not paid yet"]


def test_five_reports_that_say_the_same_are_one_step() -> None:
    for hour in range(5):
        take_in(report(reported_at=NOW - 9 * DAY + timedelta(hours=hour)))

    assert [step.code for step in traced().steps] == ["order_line.reported", "commission.earned"]


def test_one_of_three_returned_before_settlement() -> None:
    take_in(report(**THREE))

    take_in(report(**THREE | {"paid_minor": 19800, "commission_minor": 2475}, reported_at=NOW - 9 * DAY))

    assert said() == ["Estimated CN¥29.70: 80% of CN¥37.13", "Returned 1 of 3: −CN¥9.90"]
    prove()


def test_one_of_three_returned_after_settlement() -> None:
    take_in(settled(**THREE))

    take_in(refund(back=1238, refund_minor=9900))

    assert said()[-1] == "Returned 1 of 3: −CN¥9.90"


def test_what_a_line_says_has_shares_in_percent_and_money_no_empty_row_and_the_readers_language() -> None:
    """Case P10."""
    take_in(report(**THREE))
    take_in(report(**THREE | {"paid_minor": 19800, "commission_minor": 2475}, reported_at=NOW - 9 * DAY))
    take_in(report(**THREE | {"paid_minor": 0, "commission_minor": 0}, reported_at=NOW - 8 * DAY))
    take_in(report(state="closed", **THREE | {"paid_minor": 0, "commission_minor": 0}, reported_at=NOW - 7 * DAY))

    shown = traced().steps
    why = " ".join(step.why for step in shown)
    assert "The other 20%, CN¥7.42, is Joey's platform fee, which its operator keeps." in why
    assert "The other 20%, CN¥4.95, is Joey's platform fee, which its operator keeps." in why
    assert [step.what for step in shown if step.what.endswith("¥0.00")] == []
    assert [step.what for step in shown if step.figure is not None and not step.figure.minor] == []
    with translation.override("zh-hans"):
        assert "另外 20%，即 ¥7.42，是 Joey 服务费，归本站运营方。" in traced().steps[1].why


@pytest.mark.parametrize(
    ("language", "words"), [("en", "an operator wrote “Ten orders”"), ("zh-hans", "运营人员写道“Ten orders”")]
)
def test_an_order_on_hold_quotes_its_operator_and_can_be_appealed_on_its_page(language: str, words: str) -> None:
    """Case P10."""
    take_in(settled())
    place_hold(Commission.objects.get(), reason="Ten orders", now=NOW)
    page = f"/studio/mei/orders/{OrderLine.objects.get().pk}"
    client = signed_in(mei())
    reader = {"accept-language": language}

    assert words in html.unescape(client.get(page, headers=reader).content.decode())
    assert client.post(page, {"text": "They are my neighbours"}).status_code == 302

    assert Dispute.objects.get().cause == "appeal"
    assert 'name="text"' not in client.get(page, headers=reader).content.decode()


def test_an_order_that_goes_its_way_offers_no_appeal() -> None:
    take_in(settled())
    page = f"/studio/mei/orders/{OrderLine.objects.get().pk}"

    assert 'name="text"' not in signed_in(mei()).get(page).content.decode()
    assert signed_in(mei()).post(page, {"text": "Why?"}).status_code == 409


def test_a_part_of_the_price_given_back_is_no_return() -> None:
    take_in(settled(commission_minor=2000, service_fee_minor=0, paid_minor=20000))

    take_in(refund(back=200, refund_minor=2000))

    assert said()[-1] == "Refunded in part, CN¥20.00 to the buyer: −CN¥1.60"


def test_a_refund_after_the_payout_is_set_off_and_the_payout_stays() -> None:
    """Stories 11 and 12: the balance is below zero, nothing is collected, and new earnings fill it first."""
    shop = meis_shop()
    take_in(settled("1001", commission_minor=3713, service_fee_minor=0))
    confirmed()
    take_out(2970)

    take_in(refund("1001", back=3713))
    below = balances_of(shop.pk)["CNY"].available.minor
    take_in(settled("1002", commission_minor=12500, service_fee_minor=0))
    confirmed()

    assert said()[-1] == "Refunded: −CN¥29.70, set off against new earnings; your payout stays"
    assert (below, balances_of(shop.pk)["CNY"].available.minor) == (-2970, 7030)


def take_out(minor: int) -> None:
    from joey.ledger.chart import AccountKind
    from joey.ledger.post import Move, post
    from joey.money.money import Money

    moves = [Move(AccountKind.SHOP_AVAILABLE, AccountKind.SHOP_RESERVED, Money(minor, "CNY"))]
    post(meis_shop().pk, kind="payout.reserved", reference="1", happened_at=NOW, moves=moves)


def test_a_line_that_counts_again_says_when() -> None:
    take_in(settled())
    confirmed()
    take_in(report(state="closed", reported_at=NOW - 2 * DAY))

    take_in(settled(reported_at=NOW, settled_at=NOW - 9 * DAY))

    assert said()[-2:] == ["Closed: −CN¥2.73", "Counts again; +CN¥2.73, available on 30 Nov"]


def test_a_raise_after_settlement_says_both_amounts_and_its_own_day() -> None:
    take_in(settled())
    confirmed()

    take_in(settled(reported_at=NOW, settled_at=NOW - 9 * DAY, commission_minor=530))

    assert said()[-1] == "The marketplace changed CN¥3.42 to CN¥4.92; +CN¥1.20, available on 30 Nov"
    trace = traced()
    assert trace.reason == "waiting"
    answer = "The order is settled. CN¥1.20 becomes available on 30 Nov. CN¥2.73 of it was made available already."
    assert trace.answer == answer


def test_a_withdrawn_settlement_waits_again_and_says_so() -> None:
    take_in(settled())
    confirmed()

    take_in(report(reported_at=NOW))

    assert said()[-1] == "Settlement withdrawn, waiting again"
    assert traced().reason == "settlement_withdrawn"


def test_more_taken_than_given_is_ours() -> None:
    take_in(settled())

    take_in(refund(back=5000))

    assert said()[-1] == "CN¥46.58 more was taken; we bear it"
    assert traced().reason == "penalty"


def test_more_taken_after_the_payout_says_what_is_set_off() -> None:
    take_in(settled())
    confirmed()
    take_out(273)

    take_in(refund(back=5000))

    assert (
        said()[-1] == "CN¥46.58 more was taken; we bear it. CN¥2.73 is set off against new earnings; your payout stays"
    )


def test_what_was_taken_beyond_is_said_to_be_over() -> None:
    take_in(settled())
    take_in(refund(back=5000))

    take_in(report(reported_at=NOW, commission_minor=5400))

    assert said()[-1] == "Settlement withdrawn, waiting again"
    assert traced().steps[-1].why.endswith("It no longer takes CN¥46.58 beyond what the order gave.")


def test_a_line_of_nothing_that_settles_again_promises_nothing() -> None:
    take_in(settled())
    take_in(refund())
    take_in(report(reported_at=NOW - DAY, commission_minor=0, service_fee_minor=0))

    take_in(settled(reported_at=NOW))

    assert traced().steps[-1].what == "Settled"
    assert traced().steps[-1].why == "There is nothing of it to become available."


def test_a_loss_of_which_a_part_was_still_available_says_how_much_is_set_off() -> None:
    take_in(settled())
    confirmed()
    take_out(200)

    take_in(report(state="closed", reported_at=NOW))

    assert said()[-1] == "Closed: −CN¥2.73, CN¥2.00 of it set off against new earnings; your payout stays"


def test_a_hold_names_its_amount_and_reason() -> None:
    take_in(settled())
    hold = place_hold(Commission.objects.get(), reason="The statement is lower", amount_minor=37, now=NOW)

    held = traced()
    release_hold(hold, now=NOW, reason="Looked into it")

    assert held.steps[-1].what == "CN¥0.37 on hold: an operator wrote “The statement is lower”"
    assert held.answer.startswith("CN¥0.37 is on hold: an operator wrote “The statement is lower”.")
    assert said()[-1] == "Hold ended"


def test_an_operator_who_ended_a_hold_is_not_taken_for_a_report_once_the_reason_is_erased() -> None:
    take_in(settled(held="frozen"))
    release_hold(Hold.objects.get(), now=NOW, reason="The buyer, Wang, says it is right")

    erase_subject(f"order_line:{OrderLine.objects.get().pk}", reason="He asked for it", now=NOW)

    ended = traced().steps[-1]
    assert (ended.what, ended.why) == ("Hold ended", "The reason was erased.")


def test_several_holds_of_a_part_are_named_with_what_they_hold_together() -> None:
    take_in(settled())
    for reason in ("The statement is lower", "Ten orders from one device", "The statement is lower"):
        place_hold(Commission.objects.get(), reason=reason, amount_minor=37, now=NOW)

    wrote = "an operator wrote “The statement is lower”, an operator wrote “Ten orders from one device”"
    assert traced().answer.startswith(f"CN¥1.11 is on hold: {wrote}. Only this")


def test_a_hold_on_what_was_paid_out_does_not_say_that_it_holds_that() -> None:
    take_in(settled())
    confirmed()
    take_out(273)

    place_hold(Commission.objects.get(), reason="The statement is lower", now=NOW)

    assert money().held == 0
    assert traced().steps[-1].why.startswith("Only this amount is held, as far as it is not paid out yet;")


def test_a_hold_that_ends_because_nothing_is_left_says_so() -> None:
    take_in(settled(held="frozen"))

    take_in(report(state="closed", commission_minor=0, service_fee_minor=0, held="frozen", reported_at=NOW))

    (ended,) = (step for step in traced().steps if step.what == "Hold ended")
    assert ended.why == "Nothing of this order is left to hold."


def test_a_refund_in_another_currency_is_named() -> None:
    take_in(settled())

    take_in(refund(back=3, currency="USD"))

    assert said()[-1] == "Refund in another currency: −$0.02"


def test_settled_and_available_each_say_their_day() -> None:
    take_in(report())
    take_in(settled(days_ago=1))
    confirm_due(now=NOW + 6 * DAY)

    assert said()[1:] == ["Settled; available on 29 Nov", "Made available"]


def test_what_was_made_available_is_not_said_to_be_available_still() -> None:
    """A payout takes from all that is available, so no line can say whether it is paid out since."""
    take_in(settled(days_ago=7))
    confirm_due(now=NOW)
    line = orders_of(meis_shop().pk, limit=1)[0]

    assert traced().answer == (
        "CN¥2.73 is confirmed. It was made available on 23 Nov."
        " Payouts are made from the whole available balance, not order by order."
    )
    assert waiting_in_short(line, now=NOW) == "available on 23 Nov"
    assert day_in_words(line, now=NOW) == ("Available on", line.payable_on)


def test_what_was_made_available_later_than_its_day_has_one_day_and_a_sentence_says_so() -> None:
    take_in(settled(days_ago=9))
    confirm_due(now=NOW)
    line = orders_of(meis_shop().pk, limit=1)[0]

    assert "It was due on 21 Nov and was made available later, on 23 Nov." in traced().answer
    assert said()[0].endswith("; available on 21 Nov")
    assert waiting_in_short(line, now=NOW) == "available on 21 Nov"
    assert day_in_words(line, now=NOW) == ("Available on", line.payable_on)
    with translation.override("zh-hans"):
        assert "可提现日是11月21日，实际到11月23日才计入可提现余额。" in traced().answer


def test_a_day_in_the_past_says_what_it_waits_for() -> None:
    take_in(settled(days_ago=9))
    due = traced().answer
    SyncCursor.objects.create(marketplace="taobao", account="a", question="orders", read_until=NOW - 5 * DAY)

    assert "was due on 21 Nov and becomes available within minutes" in due
    assert traced().reason == "reports_not_read"
    assert "read only up to 18 Nov" in traced().answer
    assert "It was expected around 21 Nov and is 2 days late." in traced().answer
    assert traced().answer.endswith("asked for again every few minutes.")


def test_a_late_order_is_not_expected_on_a_day_that_is_over() -> None:
    """Case P9: how late, why, and when it is checked next."""
    take_in(report(paid_at=NOW - 40 * DAY))
    line = orders_of(meis_shop().pk, limit=1)[0]

    assert "was expected around 2 Nov and is 21 days late." in traced().answer
    assert "Taobao or Tmall has not settled it yet" in traced().answer
    assert "asked for again" not in traced().answer, "nothing asks that marketplace"
    SyncCursor.objects.create(marketplace="taobao", account="a", question="orders", read_until=NOW)
    read = "The reports of Taobao or Tmall are read up to 23 Nov, "
    assert re.search(f"{read}[0-9:]{{5}}, and asked for again every few minutes.", traced().answer)
    with translation.override("zh-hans"):
        assert "原本预计在11月2日前后可提现，已晚 21 天。" in traced().answer
        assert re.search("报告已读到11月23日 [0-9:]{5}，每隔几分钟会再查一次。", traced().answer)
    assert day_in_words(line, now=NOW) == ("Was due on", line.payable_on)


def test_a_held_order_promises_no_day() -> None:
    take_in(report())
    place_hold(Commission.objects.get(), reason="Checking", now=NOW)
    line = orders_of(meis_shop().pk, limit=1)[0]

    assert day_in_words(line, now=NOW) == ("Not before", line.payable_on)
    assert "late" not in traced().answer
    assert "and is 11 days late." in traced(now=NOW + 20 * DAY).answer


def test_a_settled_order_names_its_day_as_its_sentence_does() -> None:
    take_in(settled(days_ago=1))
    line = orders_of(meis_shop().pk, limit=1)[0]

    assert day_in_words(line, now=NOW) == ("Available on", line.payable_on)
    assert "becomes available on 29 Nov" in traced().answer


def test_the_words_are_chinese_where_the_reader_is() -> None:
    take_in(report())
    with translation.override("zh-hans"):
        words = said()[0]

    assert "¥2.73" in words
    assert "CN¥" not in words


@pytest.mark.parametrize(
    ("reports", "words"),
    [
        ([report()], "payable about 2 Dec"),
        ([report(paid_at=NOW - 40 * DAY)], "21 days late, not settled by the marketplace yet"),
        ([settled(days_ago=1)], "available on 29 Nov"),
        ([settled()], "available within minutes"),
        ([settled(), report(reported_at=NOW)], "not settled any more, waiting again"),
        ([settled(), *(refund(case=case, back=10**15) for case in "ab")], "cannot be booked, an operator looks at it"),
        ([report(state="closed")], ""),
    ],
)
def test_a_list_says_in_a_few_words_what_each_line_waits_for(reports: list[Any], words: str) -> None:
    for each in reports:
        take_in(each)

    line = orders_of(meis_shop().pk, limit=1)[0]

    assert waiting_in_short(line, now=NOW) == words


# ── Why there is nothing, in words that are true ────────────────────────────────────────────────────────────

FREE: dict[str, Any] = {"service_fee_minor": 0}


@pytest.mark.parametrize(
    ("reports", "reason", "words"),
    [
        ([settled(**FREE), refund(back=380, refund_minor=0)], "taken_back", "all that this order gave, CN¥3.80."),
        ([settled(**FREE), refund(back=380, refund_minor=100)], "taken_back", "took back all that this order gave"),
        ([settled(**FREE), refund(back=380)], "returned", "All of it was returned"),
        ([settled(**FREE), refund(back=381, refund_minor=0)], "penalty", "took back CN¥0.01 more than this order gave"),
        ([settled(commission_minor=0, **FREE)], "no_commission", "reports no commission for this order"),
        ([settled(commission_minor=0, rate_ppm=0, **FREE)], "zero_rate", "pays no commission on this item"),
        ([settled(commission_minor=1, **FREE)], "too_little", "pays CN¥0.01 for this order. Your part of that is less"),
        ([settled(**FREE), refund(back=379, refund_minor=0)], "too_little", "pays CN¥0.01 for this order."),
    ],
    ids=["penalty", "a little returned", "returned", "beyond", "none", "rate", "one fen", "one fen left"],
)  # fmt: skip
def test_why_an_order_earns_nothing(reports: list[AnyReport], reason: str, words: str) -> None:
    for each in reports:
        take_in(each)

    found = traced()
    assert (found.reason, words in found.answer) == (reason, True), found.answer
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert ("took back all" in traced().answer) == (language == "en" and reason == "taken_back")


@pytest.mark.parametrize(
    ("reason", "said_why"), [("order split", "In its own words: “order split”."), ("closed", ""), ("", "")]
)
def test_a_closed_order_gives_its_marketplace_s_own_reason(reason: str, said_why: str) -> None:
    take_in(report(), report(state="closed", reason=reason, commission_minor=0, reported_at=NOW - DAY, **FREE))

    closed = "The marketplace closed this order. A closed order earns nothing."
    assert (traced().reason, traced().answer) == ("closed", f"{closed} {said_why}".strip())


@pytest.mark.parametrize(
    ("now", "what", "why"),
    [
        (380, "Settlement withdrawn, waiting again", ["All of it is pending again, until it is settled once more."]),
        (190, "Settlement withdrawn, waiting again",
         ["The marketplace changed CN¥3.80 to CN¥1.90.", "CN¥1.52 is pending again, until it is settled once more."]),
        (500, "Settlement withdrawn, waiting again",
         ["The marketplace changed CN¥3.80 to CN¥5.00.", "CN¥4.00 is pending again, until it is settled once more."]),
        (0, "Settlement withdrawn",
         ["The marketplace changed CN¥3.80 to CN¥0.00.", "Nothing of it is left to wait for."]),
    ],
    ids=["all", "less", "more", "nothing"],
)  # fmt: skip
def test_a_withdrawn_settlement_says_what_is_left_and_why(now: int, what: str, why: list[str]) -> None:
    take_in(settled(**FREE))
    take_in(report(commission_minor=now, reported_at=NOW - DAY, **FREE))

    step = traced().steps[-1]
    assert step.what == what
    assert step.why == " ".join(["The marketplace took its settlement back.", *why])
