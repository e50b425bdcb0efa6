"""Corruptions of commissions, holds, the plan and the ledger."""

from tests.mutations.corruption import (
    REBALANCE,
    Corruption,
    accounts,
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

_ELSEWHERE = ("shop:available", "platform:revenue", "market:receivable")


def _last(order: str) -> str:
    return f"(SELECT max(number) FROM commissions_revision WHERE commission_id = {commission(order)})"


def _dollars(slug: str, order: str, *, given: bool = True, ours: int = 100) -> tuple[str, ...]:
    """Five dollars, as the plan splits them, given to a shop's book by a line's newest revision, or taken from it."""
    parts = {"shop:available": 400, "platform:revenue": ours}
    moves = [("market:receivable", part, str(minor)) for part, minor in parts.items() if minor]
    return booked(
        shop(slug),
        "entry.other_currency",
        f"{commission(order)} || ':' || {_last(order)} || ':USD'",
        *(moves if given else [(credit, debit, minor) for debit, credit, minor in moves]),
        currency="USD",
    )


def _said_to_be_taken(order: str, cents: int) -> tuple[str, ...]:
    return (
        f"UPDATE commissions_commission SET elsewhere = '{{\"USD\": {cents}}}' WHERE id = {commission(order)}",
        f"UPDATE orders_orderline SET returned_elsewhere = '{{\"USD\": {cents}}}' WHERE id = {line(order)}",
    )


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

_OWN = "'own:taobao:bcdfghjkmnpq'"  # the code of an account of the keeper's own

OF_COMMISSIONS = [
    Corruption(
        "the earn cursor beyond an unbooked line",
        ("UPDATE commissions_earncursor SET revision = (SELECT max(revision) FROM orders_orderline)",),
        (12,),
        f"SELECT {line('1010')}",
    ),
    Corruption(
        "a commission of a line that its marketplace pays itself",
        (
            f"INSERT INTO commissions_earncursor (marketplace, revision, caught_up_at) SELECT {_OWN}, revision, now()"
            f" FROM orders_orderline WHERE id = {line('1001')}",
            f"UPDATE orders_orderline SET marketplace = {_OWN} WHERE id = {line('1001')}",
            f"UPDATE commissions_commission SET marketplace = {_OWN} WHERE id = {commission('1001')}",
        ),
        (12,),
        f"SELECT {line('1001')}",
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
        "shop to shop by entries in another currency",
        (
            *booked(
                shop("mei"),
                "entry.other_currency",
                f"{commission('9002')} || ':1:x'",
                ("shop:available", "market:receivable", "50000"),
            ),
            *booked(
                shop("lulu"),
                "entry.other_currency",
                f"{commission('9002')} || ':1:y'",
                ("market:receivable", "shop:available", "50000"),
            ),
        ),
        (15,),
        f"SELECT {shop('mei')}, {shop('lulu')}",
    ),
    Corruption(
        "our revenue gone by an entry in another currency",
        booked(
            shop("mei"),
            "entry.other_currency",
            f"{commission('9001')} || ':1:x'",
            ("platform:revenue", "market:receivable", "1000"),
        ),
        (15,),
        f"SELECT {shop('mei')}",
    ),
    Corruption(
        "dollars of a line booked to another shop",
        (accounts(shop("lulu"), *_ELSEWHERE, currency="USD"), *_dollars("lulu", "1003")),
        (15,),
        f"SELECT {shop('lulu')}",
    ),
    Corruption(
        "dollars of a line given to its shop, without our part",
        (
            accounts(shop("mei"), *_ELSEWHERE, currency="USD"),
            *_dollars("mei", "1003", ours=0),
            *_said_to_be_taken("1003", -500),
        ),
        (15,),
        f"SELECT {commission('1003')}",
    ),
    Corruption(
        "dollars said to be taken back, and booked",
        (
            accounts(shop("mei"), *_ELSEWHERE, currency="USD"),
            *_dollars("mei", "1003", given=False),
            *_said_to_be_taken("1003", 500),
        ),
        (14,),
        f"SELECT {commission('1003')}",
    ),
    Corruption(
        "dollars that no refund took given by one change and taken by the next",
        (
            accounts(shop("mei"), *_ELSEWHERE, currency="USD"),
            next_revision("1003", because="'noted'"),
            *_dollars("mei", "1003"),
            next_revision("1003", because="'noted'"),
            *_dollars("mei", "1003", given=False),
            f"UPDATE commissions_commission SET revision = revision + 2 WHERE id = {commission('1003')}",
        ),
        (14,),
        f"SELECT {commission('1003')}",
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
        "made available while on hold, and dated before the hold and its journal",
        (
            "UPDATE commissions_revision SET booked_at = booked_at - interval '2 hours'",
            "UPDATE ledger_journal SET recorded_at = recorded_at - interval '2 hours'",
            *confirmed("1006", booked_at="now() - interval '1 hour'"),
        ),
        (15,),
        f"SELECT {commission('1006')}",
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
