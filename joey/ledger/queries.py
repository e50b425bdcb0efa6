"""What the accounts hold. Reading a balance is one row, however long its history."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from joey.kit import sql
from joey.ledger.chart import AccountKind
from joey.ledger.models import Account
from joey.money.money import Money


@dataclass(frozen=True)
class Balances:
    """A shop's money in one currency. `available` may be below zero after a late return, `held` is blocked for
    a reason, `paid` is all time."""

    pending: Money
    available: Money
    held: Money
    reserved: Money
    paid: Money


def balances_of(shop_id: UUID) -> Mapping[str, Balances]:
    """By currency; a shop that never earned has no entry. One query."""
    by_kind: dict[str, dict[str, int]] = {}
    for row in sql.rows(
        "SELECT kind, currency, sum(balance_minor)::bigint AS minor FROM ledger_account"
        " WHERE book_id = %s GROUP BY 1, 2",
        [shop_id],
    ):
        by_kind.setdefault(row["currency"], {})[row["kind"]] = row["minor"]
    return {
        currency: Balances(
            pending=Money(kinds.get(AccountKind.SHOP_PENDING, 0), currency),
            available=Money(kinds.get(AccountKind.SHOP_AVAILABLE, 0), currency),
            held=Money(kinds.get(AccountKind.SHOP_HELD, 0), currency),
            # from the shopkeeper's side, money with the bank is still "on its way"
            reserved=Money(
                kinds.get(AccountKind.SHOP_RESERVED, 0) + kinds.get(AccountKind.RAIL_IN_TRANSIT, 0), currency
            ),
            paid=Money(kinds.get(AccountKind.PAID, 0), currency),
        )
        for currency, kinds in sorted(by_kind.items())
    }


def overdrawn_books() -> "QuerySet[Account]":
    """The accounts of what shops have available that are below zero, for a condition on book and currency."""
    return Account.objects.filter(kind=AccountKind.SHOP_AVAILABLE, balance_minor__lt=0)


def currencies_booked() -> frozenset[str]:
    """Those in which any book has an account. One query."""
    return frozenset(row["currency"] for row in sql.rows("SELECT DISTINCT currency FROM ledger_account"))


def lock_account(book_id: UUID, kind: AccountKind, currency: str, *, party: str = "") -> int:
    """The balance in minor units, its row locked until the transaction ends; 0 when there is no such account."""
    assert sql.inside_transaction(), "a lock outside a transaction is gone at once"
    found = sql.value(
        "SELECT balance_minor FROM ledger_account WHERE (book_id, kind, party, currency) = (%s, %s, %s, %s) FOR UPDATE",
        [book_id, kind, party, currency],
    )
    return 0 if found is None else int(found)
