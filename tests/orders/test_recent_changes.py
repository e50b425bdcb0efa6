"""Where a check of an account finds something to look at: the newest change of each kind."""

import pytest

from joey.orders.recent_changes import recent_changes
from tests.cast import DAY, NOW, leased, meis_shop, refund, report, settled
from tests.orders.polled import take_order_reports

pytestmark = pytest.mark.django_db


def test_the_newest_line_of_each_state_with_and_without_a_shop_and_the_newest_case_are_named() -> None:
    leased(meis_shop())
    older, newer, nobodys, done, returned = (NOW - days * DAY for days in (6, 5, 8, 4, 2))
    take_order_reports(
        "taobao",
        [
            report("1", reported_at=older),
            report("2", reported_at=newer),
            report("3", reported_at=nobodys, position="999"),
            settled("4", reported_at=done, settled_at=done),
            refund("4", reported_at=returned),
        ],
        now=NOW,
    )

    assert recent_changes("taobao") == [returned, done, newer, nobodys]
    assert recent_changes("jd") == []
