"""Nothing becomes available on a report that a newer one replaced, while no one can read what that one says."""

import pytest

from joey.commissions.queries import orders_of
from joey.commissions.waits_for import UNREAD, waits_for
from joey.marketplaces.port import UnreadableReport
from joey.orders.dismiss_unread import dismiss_unreadable
from joey.orders.queries import unread_reports
from joey.people.operators import make_operator
from tests.cast import DAY, NOW, leased, meis_shop, settled
from tests.commissions.stage import confirmed, money, take_in
from tests.proof import prove

pytestmark = pytest.mark.django_db

ORDER = "4294159887444064307"
NEWER = UnreadableReport("order", ORDER, NOW - DAY, {"n": 1}, "pub_share_fee is no amount", external_line=f"{ORDER}-1")


@pytest.fixture(autouse=True)
def position() -> None:
    leased(meis_shop())


def waits() -> str:
    (shown,) = orders_of(meis_shop().pk, limit=1)
    return waits_for(shown, now=NOW)


def test_a_line_whose_newest_report_cannot_be_read_waits_and_says_so() -> None:
    take_in(settled(), settled("1002"))
    take_in(NEWER)

    assert confirmed() == 1  # the neighbour
    assert (money().pending, money().available) == (273, 273)
    assert UNREAD in {waits_for(shown, now=NOW) for shown in orders_of(meis_shop().pk, limit=2)}
    prove()


def test_a_later_report_that_can_be_read_ends_the_wait() -> None:
    take_in(settled())
    take_in(NEWER)
    take_in(settled(reported_at=NOW - DAY / 2))

    assert (confirmed(), money().available) == (1, 273)
    prove()


def test_an_operator_who_gives_the_report_up_ends_the_wait() -> None:
    take_in(settled())
    take_in(NEWER)
    assert (confirmed(), waits()) == (0, UNREAD)

    (shown,) = unread_reports()
    dismiss_unreadable(shown.report_id, by=make_operator("ada@example.com"), reason="A test of theirs", now=NOW)

    assert (confirmed(), money().available) == (1, 273)
    prove()
