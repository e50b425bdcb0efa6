"""What Mei reads on an order's page about returns: what happened, each time with its own figure."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest

from joey.commissions.holds import place_hold
from joey.commissions.models import Commission
from joey.orders.models import OrderLine
from tests.cast import DAY, NOW, leased, mei, meis_shop, refund, report, settled
from tests.commissions.stage import confirmed, take_in
from tests.proof import prove
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db

THREE: dict[str, Any] = {"quantity": 3, "paid_minor": 29700, "commission_minor": 3713, "service_fee_minor": 0}
TWO: dict[str, Any] = THREE | {"paid_minor": 19800, "commission_minor": 2475}
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def position() -> None:
    leased(meis_shop())


def steps() -> list[str]:
    """The steps of the only order, as the page shows them: what, figure, why."""
    prove()
    page = signed_in(mei()).get(f"/studio/mei/orders/{OrderLine.objects.get().pk}").content.decode()
    found = re.findall(r"<li>\s*<div class=\"row-between\">(.*?)</div>\s*<p class=\"small\">(.*?)</p>", page, re.DOTALL)
    return [" | ".join(_text(part) for part in parts) for parts in found]


def _text(part: str) -> str:
    return html.unescape(re.sub("<[^>]+>", "", part.replace("</span><span>", " "))).strip()


def test_a_return_before_settlement_is_read_once_whatever_its_case_says() -> None:
    take_in(report(**THREE))
    take_in(
        report(**TWO, reported_at=NOW - 10 * DAY + HOUR),
        refund(back=1238, refund_minor=9900, reported_at=NOW - 10 * DAY + HOUR),
    )
    before = steps()

    take_in(settled(**TWO))
    take_in(refund(back=1238, refund_minor=9900, reported_at=NOW, refunded_at=NOW - 10 * DAY + HOUR))

    assert [step for step in before if "eturn" in step] == [
        "Returned 1 of 3: −CN¥9.90 | Your part is now 80% of CN¥24.75. "
        "The other 20%, CN¥4.95, is Joey's platform fee, which its operator keeps."
    ]
    assert [step for step in steps() if "eturn" in step] == [step for step in before if "eturn" in step]
    assert "Settled; available on 21 Nov | The amount stays." in steps()


def test_a_return_after_settlement_says_the_same_with_what_is_taken_back() -> None:
    take_in(settled(**THREE))

    take_in(refund(back=1238, refund_minor=9900))

    assert steps()[-2:] == [
        "A return was reported −CN¥99.00 | The marketplace takes CN¥12.38 of the commission back.",
        "Returned 1 of 3: −CN¥9.90 | Your part is now 80% of CN¥24.75. "
        "The other 20%, CN¥4.95, is Joey's platform fee, which its operator keeps.",
    ]


def test_what_stays_on_hold_is_named_beside_what_was_made_available_and_nothing_is_no_step() -> None:
    take_in(settled(**THREE))
    place_hold(Commission.objects.get(), reason="Checking", amount_minor=100, now=NOW)
    assert confirmed() == 1
    assert steps()[-1] == (
        "Made available CN¥28.70 | The order is settled and the waiting time is over; CN¥1.00 of it stays on hold."
    )
    before = len(steps())

    take_in(refund(back=1238, refund_minor=9900))  # all that the hold kept, so nothing of hers waits any more

    assert confirmed() == 1, "the platform's part"
    assert [step.split(" | ")[0] for step in steps()[before:]] == [
        "A return was reported −CN¥99.00", "Returned 1 of 3: −CN¥9.90",
    ]  # fmt: skip


def test_a_second_return_names_its_own_amount_and_not_the_sum() -> None:
    take_in(settled(**THREE))
    take_in(refund(back=1238, refund_minor=9900))

    take_in(refund(case="2", back=1238, refund_minor=9900))

    assert steps()[-2:] == [
        "A return was reported −CN¥99.00 | The marketplace takes CN¥12.38 of the commission back.",
        "Returned 1 of 3: −CN¥9.91 | Your part is now 80% of CN¥12.37. "
        "The other 20%, CN¥2.47, is Joey's platform fee, which its operator keeps.",
    ]


def test_a_refund_whose_amount_falls_was_corrected_and_not_withdrawn() -> None:
    take_in(settled(**THREE))
    take_in(refund(back=1238, refund_minor=9900))

    take_in(refund(back=619, refund_minor=4950, reported_at=NOW))

    assert steps()[-2:] == [
        "A refund was corrected CN¥49.50 | The marketplace now takes CN¥6.19 of the commission back, not CN¥12.38.",
        "Refund to the buyer corrected from CN¥99.00 to CN¥49.50; +CN¥4.95, available on 30 Nov"
        " | The marketplace takes less of the commission back for it.",
    ]


def test_a_refund_that_did_not_happen_was_withdrawn() -> None:
    take_in(settled(**THREE))
    take_in(refund(back=1238, refund_minor=9900))

    take_in(refund(back=1238, refund_minor=9900, counts=False, reported_at=NOW))

    assert steps()[-2:] == [
        "A return was withdrawn CN¥99.00 | The marketplace gives CN¥12.38 of the commission back.",
        "Counts again; +CN¥9.90, available on 30 Nov | A return was withdrawn.",
    ]


def test_a_refund_in_another_currency_names_that_currency_only() -> None:
    take_in(settled())

    take_in(refund(back=3, refund_minor=30, currency="USD"))

    assert steps()[-2:] == [
        "A refund in another currency was reported"
        " | The marketplace takes $0.03 of its commission back in that currency.",
        "Refund in another currency: −$0.02"
        " | The marketplace took it back in this currency. New earnings in it set it off; nothing is converted.",
    ]
    take_in(refund(back=3, refund_minor=30, currency="USD", counts=False, reported_at=NOW))
    assert steps()[-2:] == [
        "A refund in another currency was corrected"
        " | The marketplace gives $0.03 of its commission back in that currency.",
        "Refund in another currency, given back: +$0.02 | The marketplace takes it back no longer.",
    ]


def test_what_was_taken_beyond_the_order_is_not_taken_for_what_the_order_gave() -> None:
    take_in(settled())

    take_in(refund(back=5000))
    first = steps()[-1]
    take_in(refund(case="2", back=100, refund_minor=0))
    second = steps()[-1]
    take_in(refund(case="2", back=40, refund_minor=0, reported_at=NOW))

    assert first == (
        "CN¥46.58 more was taken; we bear it −CN¥2.73"
        " | The marketplace took back all that this order gave, and with it your part, CN¥2.73."
        " The CN¥46.58 beyond it are not taken from you."
    )
    assert second == (
        "CN¥1.00 more was taken; we bear it"
        " | The marketplace took more back than this order ever gave. Nothing of that is taken from you."
    )
    assert steps()[-1] == (
        "It took CN¥46.98 more than it gave, no longer CN¥47.58 | We bear that, so your part stays the same."
    )


def test_a_withdrawn_settlement_withdraws_no_return() -> None:
    take_in(settled(**THREE))
    take_in(refund(back=1238, refund_minor=9900))
    before = steps()

    take_in(report(**TWO, reported_at=NOW - HOUR))
    take_in(settled(**TWO, reported_at=NOW, settled_at=NOW))

    assert steps()[: len(before)] == before
    assert not [step for step in steps()[len(before) :] if "eturn" in step or "Counts again" in step]


def test_a_settlement_that_moved_behind_a_return_says_so() -> None:
    take_in(settled(**THREE))
    take_in(refund(back=1238, refund_minor=9900))

    take_in(settled(**TWO, reported_at=NOW, settled_at=NOW))

    assert "Settled again, after its returns CN¥99.00 | They are inside the amount that it settled with now." in steps()
