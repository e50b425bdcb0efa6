"""Why it earned, or why not: each reason once, with its time, its rule or state, and its figure."""

from datetime import timedelta
from uuid import UUID

import pytest

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import place_hold
from joey.commissions.models import Commission
from joey.insight.trace import Trace, click_trace, office_trace, order_trace
from joey.kit.ids import id_at
from joey.kit.refusals import NotFound
from joey.orders.models import OrderLine
from joey.payouts.decide import approve, refuse
from joey.payouts.models import Payout
from joey.sharing.models import Click, OutboundClick, PositionLease
from tests.cast import DAY, NOW, ada, flask, leased, listed, lulus_shop, meis_shop, refund, report, settled, shared
from tests.orders.polled import take_order_reports
from tests.payouts.stage import cny, ready_shop, requested

pytestmark = pytest.mark.django_db


def take_in(*reports: object) -> Trace:
    take_order_reports("taobao", reports, now=NOW)  # type: ignore[arg-type]
    earn_due(now=NOW)
    return traced()


def traced() -> Trace:
    return order_trace(meis_shop(), OrderLine.objects.get().pk, now=NOW)


def figures(trace: Trace) -> list[tuple[str, str | None]]:
    return [(step.code, step.figure.text if step.figure else None) for step in trace.steps]


def test_a_paid_order_says_when_about_how_much_can_be_expected() -> None:
    leased(meis_shop())

    trace = take_in(report())

    assert trace.reason == "not_settled"
    assert "CN¥2.73" in trace.answer
    assert figures(trace) == [("order_line.reported", "CN¥69.00"), ("commission.earned", "CN¥2.73")]
    assert "110000000001" in trace.steps[0].why
    assert "5.5%" in trace.steps[0].why
    assert trace.steps[0].at == NOW - 10 * DAY


def test_a_settled_order_waits_for_its_day() -> None:
    leased(meis_shop())

    trace = take_in(settled(days_ago=1))

    assert trace.reason == "waiting"
    assert "29 Nov" in trace.answer


def test_a_confirmed_order_is_available() -> None:
    leased(meis_shop())
    take_in(settled())
    confirm_due(now=NOW)

    trace = traced()

    assert trace.reason == "available"
    assert figures(trace)[-1] == ("commission.confirmed", "CN¥2.73")


def test_a_returned_order_says_what_was_taken_back() -> None:
    leased(meis_shop())
    take_in(settled())

    trace = take_in(refund())

    assert trace.reason == "returned"
    assert figures(trace)[-2:] == [("order_line.returned", "−CN¥69.00"), ("commission.adjusted", "−CN¥2.73")]


def test_a_held_order_names_the_reason_of_the_hold() -> None:
    leased(meis_shop())
    take_in(settled())
    place_hold(Commission.objects.get(), reason="Ten orders from one device in an hour", now=NOW)

    trace = traced()

    assert trace.reason == "held"
    assert "Ten orders from one device in an hour" in trace.answer


def test_a_closed_order_earns_nothing_and_says_so() -> None:
    leased(meis_shop())
    take_in(report())

    trace = take_in(report(state="closed", reported_at=NOW - 8 * DAY))

    assert trace.reason == "closed"
    assert figures(trace)[-1] == ("commission.adjusted", "−CN¥2.73")


def test_a_zero_rate_is_the_marketplaces_and_not_a_mistake() -> None:
    leased(meis_shop())

    trace = take_in(report(commission_minor=0, service_fee_minor=0, rate_ppm=0))

    assert trace.reason == "zero_rate"


def test_an_unpaid_order_earns_nothing_yet() -> None:
    leased(meis_shop())

    assert take_in(report(state="placed")).reason == "unpaid"


def test_a_report_that_is_not_booked_yet_is_not_called_a_zero_rate() -> None:
    leased(meis_shop())
    take_order_reports("taobao", [report()], now=NOW)

    assert traced().reason == "not_booked"


def test_an_unknown_position_is_explained_to_the_office() -> None:
    take_order_reports("taobao", [report(position="999")], now=NOW)

    trace = office_trace(OrderLine.objects.get().pk, now=NOW)

    assert trace.reason == "unknown_position"
    assert "999" in trace.answer


def test_another_shops_order_is_not_to_be_seen() -> None:
    leased(meis_shop())
    take_in(report())

    with pytest.raises(NotFound):
        order_trace(lulus_shop(), OrderLine.objects.get().pk, now=NOW)


def clicked(visitor: str = "person", *, lease: PositionLease | None = None, went_on: bool = True) -> UUID:
    """A visit eleven minutes before ten days ago, and its outbound click a minute later."""
    listing = listed(meis_shop(), flask())
    link = shared(listing, "abc")
    at = NOW - 10 * DAY - timedelta(minutes=11)
    click = Click.objects.create(
        id=id_at(at),
        shop_id=meis_shop().pk,
        link_id=link.pk,
        listing_id=listing.pk,
        at=at,
        visitor_key=b"x",
        visitor=visitor,
    )
    if went_on:
        OutboundClick.objects.create(
            click_id=click.pk, shop_id=meis_shop().pk, at=at + timedelta(minutes=1), marketplace="taobao",
            lease_id=lease.pk if lease else None,
        )  # fmt: skip
    return click.pk


def test_a_visit_that_led_to_an_order_tells_the_whole_story() -> None:
    click = clicked(lease=leased(meis_shop()))
    take_in(settled())
    confirm_due(now=NOW)

    trace = click_trace(meis_shop(), click, now=NOW)

    assert trace.reason == "available"
    assert [step.code for step in trace.steps] == [
        "click",
        "outbound_click",
        "order_line.reported",
        "commission.earned",
        "commission.confirmed",
    ]


def test_an_orders_story_begins_with_the_link_that_led_to_it() -> None:
    """Case P8: where two visits can be meant, the trace begins with the report."""
    clicked(lease=(lease := leased(meis_shop())))
    take_in(settled())
    line = OrderLine.objects.get().pk

    first, second, *_rest = order_trace(meis_shop(), line, now=NOW).steps
    assert (first.code, second.code) == ("click", "outbound_click")
    assert "Channel: WeChat chat. Link: abc." in first.why

    way = OutboundClick.objects.get()
    click = Click.objects.get()
    other = Click.objects.create(
        **{each.attname: getattr(click, each.attname) for each in Click._meta.fields} | {"id": id_at(click.at)}
    )
    OutboundClick.objects.create(
        click_id=other.pk, shop_id=way.shop_id, at=way.at, marketplace="taobao", lease_id=lease.pk
    )
    assert order_trace(meis_shop(), line, now=NOW).steps[0].code == "order_line.reported"


def test_an_orders_story_ends_with_the_payout_for_its_keeper_and_for_operators() -> None:
    """Case P8: the first payout after it was made available that was not refused."""
    shop = ready_shop(10_000)
    line = OrderLine.objects.get().pk
    first = requested(shop, 4_000)
    for trace in (order_trace(shop, line, now=NOW), office_trace(line, now=NOW)):
        assert figures(trace)[-1] == ("payout.requested", "CN¥40.00")

    refuse(first, by=ada(), reason="The name is another", now=NOW)
    assert order_trace(shop, line, now=NOW).steps[-1].code == "commission.confirmed"

    second = approve(requested(shop, 5_000, key="key-2"), by=ada(), now=NOW)
    Payout.objects.filter(pk=second.pk).update(state="paid", finished_at=NOW + DAY)
    last = order_trace(shop, line, now=NOW).steps[-1]
    assert (last.code, last.at, last.figure) == ("payout.paid", NOW + DAY, cny(5_000))
    assert last.why == "Payouts are made from the whole available balance, not order by order."


def test_a_visit_without_an_order_says_that_none_was_reported() -> None:
    click = clicked(lease=leased(meis_shop()))

    trace = click_trace(meis_shop(), click, now=NOW)

    assert trace.reason == "no_order"
    assert "15" in trace.answer


def test_a_visit_that_stayed_says_so() -> None:
    assert click_trace(meis_shop(), clicked(went_on=False), now=NOW).reason == "looked_only"


def test_a_visit_without_a_position_could_not_earn() -> None:
    assert click_trace(meis_shop(), clicked(), now=NOW).reason == "earns_nothing_here"


def test_a_visit_names_its_item_its_channel_and_its_link() -> None:
    step = click_trace(meis_shop(), clicked(went_on=False), now=NOW).steps[0]

    assert step.why == "To “Stainless steel flask, 500 ml”. Channel: WeChat chat. Link: abc."


def test_a_preview_is_not_a_person() -> None:
    assert click_trace(meis_shop(), clicked("preview", went_on=False), now=NOW).reason == "not_a_person"


def test_another_shops_visit_is_not_to_be_seen() -> None:
    with pytest.raises(NotFound):
        click_trace(lulus_shop(), clicked(went_on=False), now=NOW)
