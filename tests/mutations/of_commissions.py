"""Corruptions of commissions, holds, the plan and the ledger."""

from tests.mutations.corruption import (
    REBALANCE,
    Corruption,
    booked,
    commission,
    confirmed,
    forget,
    journals,
    line,
    next_revision,
    repriced,
    shop,
)


def _last(order: str) -> str:
    return f"(SELECT max(number) FROM commissions_revision WHERE commission_id = {commission(order)})"


def _net(order: str, kind: str, debit: str, credit: str) -> tuple[str, ...]:
    """All that the marketplace gives for a line moved by its newest revision."""
    whole = f"(SELECT base_minor FROM commissions_commission WHERE id = {commission(order)})"
    return booked(shop("mei"), kind, f"{commission(order)} || ':' || {_last(order)}", (debit, credit, whole))


_PAID_AS_REPORTED = {
    "settled": "false",
    "settled_at": "NULL",
    "line_state": "'paid'",
    "changed_at": "changed_at - interval '30 days'",
}
_SETTLED_EARLIER = {
    "settled": "true",
    "settled_at": "changed_at",
    "line_state": "'settled'",
    "payable_on": "(changed_at AT TIME ZONE 'Asia/Shanghai')::date + 7",
}

OF_COMMISSIONS = [
    Corruption(
        "the earn cursor beyond an unbooked line",
        ("UPDATE commissions_earncursor SET revision = (SELECT max(revision) FROM orders_orderline)",),
        (12,),
        f"SELECT {line('1010')}",
    ),
    Corruption(
        "shop to shop through receivable",
        (
            *booked(
                shop("mei"),
                "commission.adjusted",
                f"{commission('1003')} || ':1'",
                ("shop:available", "market:receivable", "500"),
            ),
            *booked(
                shop("lulu"),
                "commission.adjusted",
                f"{commission('9002')} || ':1'",
                ("market:receivable", "shop:pending", "500"),
            ),
            *booked(
                shop("lulu"),
                "commission.confirmed",
                f"{commission('9002')} || ':1'",
                ("shop:pending", "shop:available", "500"),
            ),
        ),
        (15,),
        f"SELECT {commission('1003')}, {commission('9002')}",
    ),
    Corruption(
        "two cached balances changed",
        (
            "UPDATE ledger_account SET balance_minor = balance_minor + CASE book_id"
            f" WHEN {shop('mei')} THEN 7 ELSE -7 END WHERE kind = 'shop:available'",
        ),
        (2,),
        "SELECT id FROM ledger_account WHERE kind = 'shop:available'",
    ),
    Corruption(
        "a posting's amount with its balances",
        (
            "UPDATE ledger_posting SET amount_minor = amount_minor + 5"
            f" WHERE journal_id IN {journals(commission('1001'))}",
            REBALANCE,
        ),
        (15,),
        f"SELECT {commission('1001')}",
    ),
    Corruption(
        "revenue → rounding by an invented journal",
        booked(shop("mei"), "commission.adjusted", "'1'", ("platform:revenue", "rounding", "20")),
        (4,),
        "SELECT 'platform:revenue'",
    ),
    Corruption(
        "one line split 100/0",
        repriced("1001", base=342, amount=342, platform=0, rounding=0),
        (14,),
        f"SELECT {commission('1001')}",
    ),
    Corruption(
        "confirmed though unsettled",
        (
            *booked(
                shop("mei"),
                "commission.settled",
                f"{commission('1001')} || ':2'",
                ("market:receivable", "market:expected", "342"),
            ),
            *confirmed("1001"),
        ),
        (17,),
        f"SELECT {commission('1001')}",
    ),
    Corruption(
        "a commission that waits again though it never was closed",
        (f"UPDATE commissions_commission SET restarted = NOT restarted WHERE id = {commission('1003')}",),
        (18,),
        f"SELECT {commission('1003')}",
    ),
    Corruption(
        "dollars said to be taken back already",
        (f"UPDATE commissions_commission SET elsewhere = '{{\"USD\": 5}}' WHERE id = {commission('1003')}",),
        (14,),
        f"SELECT {commission('1003')}",
    ),
    Corruption(
        "the rates that commissions were earned at, changed",
        ("UPDATE commissions_commission SET rate_ppm = rate_ppm + 1000",),
        (13,),
        "SELECT id FROM commissions_commission",
    ),
    Corruption(
        "settled a month earlier, and payable_on with it",
        (
            "UPDATE commissions_revision SET settled_at = settled_at - interval '30 days', payable_on = payable_on - 30"
            f" WHERE commission_id = {commission('1003')}",
            f"UPDATE commissions_commission SET payable_on = payable_on - 30 WHERE id = {commission('1003')}",
        ),
        (14,),
        f"SELECT {commission('1003')}",
    ),
    Corruption(
        "changed a month earlier",
        (
            "UPDATE commissions_revision SET changed_at = changed_at - interval '30 days'"
            f" WHERE commission_id = {commission('1003')}",
        ),
        (14,),
        f"SELECT {commission('1003')}",
    ),
    Corruption(
        "unsettled, as an earlier report has it, and settled again a month earlier",
        (
            next_revision("1013", because="'commission.unsettled'", **_PAID_AS_REPORTED),
            *_net("1013", "commission.unsettled", "market:expected", "market:receivable"),
            next_revision("1013", because="'commission.settled'", **_SETTLED_EARLIER),
            *_net("1013", "commission.settled", "market:receivable", "market:expected"),
            "UPDATE commissions_commission c SET revision = r.number, restarted = true, payable_on = r.payable_on"
            f" FROM commissions_revision r WHERE c.id = {commission('1013')}"
            f" AND (r.commission_id, r.number) = (c.id, {_last('1013')})",
        ),
        (14,),
        f"SELECT {commission('1013')}",
    ),
    Corruption(
        "a report that cannot be read no longer waited for by its commission",
        ("UPDATE commissions_revision SET line_unread = false WHERE line_unread",),
        (14,),
        "SELECT commission_id FROM commissions_revision WHERE line_unread",
    ),
    Corruption(
        "made available a day later than it was",
        (
            "UPDATE commissions_commission SET confirmed_at = confirmed_at + interval '1 day'"
            f" WHERE id = {commission('1002')}",
        ),
        (14,),
        f"SELECT {commission('1002')}",
    ),
    Corruption(
        "payable_on a month back",
        (
            f"UPDATE commissions_commission SET payable_on = payable_on - 30 WHERE id = {commission('1003')}",
            f"UPDATE commissions_revision SET payable_on = payable_on - 30 WHERE commission_id = {commission('1003')}",
        ),
        (18,),
        f"SELECT {commission('1003')}",
    ),
    Corruption(
        "a commission hold deleted",
        (
            f"DELETE FROM commissions_hold WHERE commission_id = {commission('1006')}",
            f"UPDATE commissions_commission SET holds_of_all = 0 WHERE id = {commission('1006')}",
        ),
        (19,),
        f"SELECT {commission('1006')}, {line('1006')}",
    ),
    Corruption(
        "the plan in use edited to 100/0",
        ("UPDATE commissions_planversion SET shopkeeper_ppm = 1000000, platform_ppm = 0",),
        (31,),
        "SELECT id FROM commissions_planversion",
    ),
    Corruption(
        "earned and closed journals of a line deleted",
        forget(journals(commission("1005"))),
        (3, 15),
        f"SELECT {commission('1005')}, {shop('mei')}",
    ),
    Corruption(
        "commission journals renamed gift",
        (f"UPDATE ledger_journal SET kind = 'gift' WHERE id IN {journals(commission('1001'))}",),
        (4,),
        f"SELECT id FROM ledger_journal WHERE id IN {journals(commission('1001'))}",
    ),
]
