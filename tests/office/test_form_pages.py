"""What an operator begins in the office, with whom and why: a pause of all payouts, a hold on one, other limits."""

import pytest
from django.test import Client

from joey.payouts.limits import limits_at
from joey.payouts.models import PayoutHold, PayoutLimits
from joey.payouts.pause import open_pauses
from joey.record.erasable import TextRef, text_of
from joey.record.queries import events_of
from tests.cast import ada, mei
from tests.office.test_office import act, signed_in
from tests.payouts.stage import ready_shop, requested, second_operator
from tests.proof import prove

pytestmark = pytest.mark.django_db

PAUSE, LIMITS = "/office/pause-payouts/", "/office/publish-limits/"
ISK = {
    "currency": "ISK", "floor": "5", "by_rule_below": "100", "two_from": "900", "per_operator_day": "9000",
    "in_days": "0", "reason": "The bank’s fee",
}  # fmt: skip


def said(client: Client, address: str, **given: str) -> str:
    return str(client.post(address, given, follow=True).content.decode())


def reason_of_event(subject: str) -> tuple[str, object, str | None]:
    event = list(events_of([subject]))[-1]
    return event.kind, event.facts["by"], text_of(TextRef.from_fact(event.facts["reason"]).id)


def test_two_clicks_pause_all_payouts_once_with_whom_and_why_and_another_operator_can_pause_too() -> None:
    client = signed_in(ada(), code_seconds_ago=None)  # what only stops money needs no code

    first = said(client, PAUSE, reason="The bank does not answer")
    said(client, PAUSE, reason="The bank does not answer")
    [pause] = open_pauses()
    said(signed_in(second_operator()), PAUSE, reason="The bank does not answer")

    assert "Payouts are paused" in first
    assert len(open_pauses()) == 2
    assert reason_of_event(f"pause:{pause.pk}") == ("payouts.paused", str(ada().pk), "The bank does not answer")
    prove()


def test_two_clicks_hold_one_payout_once_with_whom_and_why() -> None:
    shop = ready_shop(200_000)
    payout = requested(shop, 100_000)
    client = signed_in(ada(), code_seconds_ago=None)

    asked = act(client, "payouts_payout", "hold", payout.pk).content.decode()
    for _click in range(2):
        act(client, "payouts_payout", "hold", payout.pk, reason="The name does not fit")

    assert 'name="reason"' in asked
    hold = PayoutHold.objects.get()
    assert (hold.payout_id, hold.placed_by) == (payout.pk, ada())
    assert reason_of_event(f"payout:{payout.pk}") == ("payout.held", str(ada().pk), "The name does not fit")
    prove()


def test_two_clicks_publish_limits_once_with_whom_and_why() -> None:
    client = signed_in(ada())
    before = PayoutLimits.objects.filter(currency="ISK").count()

    first, second = said(client, LIMITS, **ISK), said(client, LIMITS, **ISK)

    assert "The limits in ISK are published" in first
    assert "These limits are published already" in second
    published = PayoutLimits.objects.filter(currency="ISK").order_by("version").last()
    assert published is not None
    assert PayoutLimits.objects.filter(currency="ISK").count() == before + 1
    assert limits_at("ISK", published.from_at) == published
    assert (published.floor_minor, published.by_rule_below_minor, published.published_by) == (5, 100, ada())
    assert reason_of_event("payout_limits:ISK") == ("payout_limits.published", str(ada().pk), "The bank’s fee")
    prove()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"floor": "five"}, "This is not an amount Joey can read"),
        ({"floor": "5.5"}, "This is not an amount Joey can read"),  # ISK has no smaller unit
        ({"currency": "XXX"}, "Joey does not know the currency"),
        ({"two_from": "10"}, "The limits have to rise"),
        ({"in_days": "-1"}, "Give a number of days from 0 to 365"),
        ({"reason": " "}, "Give a reason"),
    ],
)
def test_limits_that_cannot_be_are_refused_and_what_was_written_stays(wrong: dict[str, str], sentence: str) -> None:
    before = PayoutLimits.objects.count()

    page = said(signed_in(ada()), LIMITS, **{**ISK, **wrong})

    assert sentence in page
    assert 'value="9000"' in page
    assert PayoutLimits.objects.count() == before


def test_the_form_begins_with_the_limits_in_force() -> None:
    page = signed_in(ada()).get(f"{LIMITS}?currency=CNY").content.decode()

    assert '<option value="CNY" selected>' in page
    assert all(f'value="{amount}"' in page for amount in ("1.00", "1000.00", "10000.00", "50000.00"))


def test_limits_need_a_fresh_code_and_both_pages_an_operator() -> None:
    before = PayoutLimits.objects.count()
    old, keeper = signed_in(ada(), code_seconds_ago=None), signed_in(mei())

    assert old.post(LIMITS, ISK).headers["Location"] == "/studio/confirm?next=%2Foffice%2Fpublish-limits%2F"
    assert old.get(f"{LIMITS}?currency=CNY").headers["Location"].startswith("/studio/confirm")
    assert [keeper.post(address, {**ISK}).status_code for address in (PAUSE, LIMITS)] == [404, 404]
    assert (PayoutLimits.objects.count(), open_pauses()) == (before, [])


@pytest.mark.parametrize(("address", "words"), [(PAUSE, "暂停全部提现"), (LIMITS, "公布提现限额")])
def test_the_pages_speak_chinese(address: str, words: str) -> None:
    client = signed_in(ada())
    page = client.get(address, headers={"Accept-Language": "zh-hans"}).content.decode()

    assert words in page
