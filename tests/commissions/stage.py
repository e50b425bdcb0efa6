"""Mei's line at Taobao, reported and booked step by step, and where its money is."""

from dataclasses import dataclass
from datetime import datetime

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission
from joey.kit import sql
from joey.marketplaces.port import AnyReport
from tests.cast import NOW, meis_shop
from tests.orders.polled import take_order_reports


@dataclass(frozen=True)
class Money:
    """Minor units of Mei's book in CNY, by account."""

    pending: int = 0
    available: int = 0
    held: int = 0
    expected: int = 0
    receivable: int = 0
    revenue: int = 0
    penalty: int = 0


def take_in(*reports: AnyReport, now: datetime = NOW) -> None:
    """Take the reports in as one poll would, and book them."""
    take_order_reports("taobao", reports, now=now)
    earn_due(now=now)


def confirmed(now: datetime = NOW) -> int:
    return confirm_due(now=now).commissions


def money() -> Money:
    """What Mei's book holds. Market and penalty accounts are in debit: what is owed shows above zero."""
    minor = dict(
        sql.tuples(
            "SELECT kind, sum(balance_minor)::bigint FROM ledger_account"
            " WHERE book_id = %s AND currency = 'CNY' GROUP BY 1",
            [meis_shop().pk],
        )
    )
    return Money(
        pending=minor.get("shop:pending", 0),
        available=minor.get("shop:available", 0),
        held=minor.get("shop:held", 0),
        expected=-minor.get("market:expected", 0),
        receivable=-minor.get("market:receivable", 0),
        revenue=minor.get("platform:revenue", 0),
        penalty=-minor.get("platform:penalty", 0),
    )


def line() -> Commission:
    return Commission.objects.get()
