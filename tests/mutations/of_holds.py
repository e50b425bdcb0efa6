"""Corruptions of holds and of what they stop, of time, and of what was known when."""

from tests.mutations.corruption import (
    REBALANCE,
    Corruption,
    accounts,
    booked,
    commission,
    confirmed,
    journals,
    line,
    next_revision,
    payout,
    shop,
)


def attempt(key: str) -> str:
    return f"(SELECT id FROM payouts_payoutattempt WHERE payout_id = {payout(key)})"


def _unheld(order: str, *, in_its_revisions: bool) -> tuple[str, ...]:
    """A line that its reports hold, held no more: line, commission, hold and events."""
    forgotten = (
        f"DELETE FROM commissions_hold WHERE commission_id = {commission(order)}",
        f"UPDATE commissions_commission SET holds_of_all = 0 WHERE id = {commission(order)}",
        f"UPDATE orders_orderline SET held = '' WHERE external_order = '{order}'",
        "DELETE FROM record_event WHERE kind IN ('commission.held', 'order_line.contradicted')"
        f" AND subject_key = 'order_line:' || {line(order)}",
    )
    revisions = (
        f"UPDATE commissions_revision SET line_held = '', line_causes = '[]' WHERE commission_id = {commission(order)}"
    )
    return (*forgotten, revisions) if in_its_revisions else forgotten


OF_HOLDS = [
    Corruption(
        "a question that a contradicting answer had opened deleted, after it was answered",
        (
            f"DELETE FROM record_event WHERE facts ->> 'hold' IN"
            f" (SELECT id::text FROM payouts_payouthold WHERE attempt_id = {attempt('contradicted')})",
            "DELETE FROM payouts_payoutholdclosing WHERE hold_id IN"
            f" (SELECT id FROM payouts_payouthold WHERE attempt_id = {attempt('contradicted')})",
            f"DELETE FROM payouts_payouthold WHERE attempt_id = {attempt('contradicted')}",
        ),
        (27,),
        f"SELECT {attempt('contradicted')}",
    ),
    Corruption(
        "a question that had been opened before its shop's payout was sent",
        (
            "UPDATE payouts_payouthold SET recorded_at = recorded_at - interval '1 hour'"
            f" WHERE attempt_id = {attempt('contradicted')}",
        ),
        (26,),
        f"SELECT {payout('contradicted')}",
    ),
    Corruption(
        "a hold on one payout moved to another",
        (f"UPDATE payouts_payouthold SET payout_id = {payout('contradicted')} WHERE payout_id = {payout('approved')}",),
        (19,),
        f"SELECT id FROM payouts_payouthold WHERE payout_id = {payout('approved')}",
    ),
    Corruption(
        "a contradicted line held no more, with its hold and all that was noted",
        _unheld("1011", in_its_revisions=True),
        (8,),
        f"SELECT {line('1011')}",
    ),
    Corruption(
        "the hold of a frozen line deleted, and the line no longer frozen",
        _unheld("1009", in_its_revisions=False),
        (19,),
        f"SELECT {commission('1009')}",
    ),
    Corruption(
        "made available while it was on hold",
        confirmed("1006"),
        (17,),
        f"SELECT {commission('1006')}",
    ),
    Corruption(
        "all of it made available though a part was on hold",
        (
            f"UPDATE commissions_hold SET amount_minor = 100 WHERE commission_id = {commission('1006')}",
            f"UPDATE commissions_commission SET holds_of_all = 0, hold_minor = 100 WHERE id = {commission('1006')}",
            *confirmed("1006"),
        ),
        (17,),
        f"SELECT {commission('1006')}",
    ),
    Corruption(
        "a hold of all made one of a fen",
        (
            f"UPDATE commissions_hold SET amount_minor = 1 WHERE commission_id = {commission('1006')}",
            f"UPDATE commissions_commission SET holds_of_all = 0, hold_minor = 1 WHERE id = {commission('1006')}",
        ),
        (19,),
        f"SELECT 'order_line:' || {line('1006')}",
    ),
    Corruption(
        "a hold of 7.00 made one of 39,000.00",
        (
            f"UPDATE commissions_hold SET amount_minor = 3900000 WHERE commission_id = {commission('9002')}",
            f"UPDATE commissions_commission SET hold_minor = 3900000 WHERE id = {commission('9002')}",
        ),
        (19,),
        f"SELECT 'order_line:' || {line('9002')}",
    ),
    Corruption(
        "a hold dated a month back",
        (
            "UPDATE commissions_hold SET opened_at = opened_at - interval '30 days'"
            f" WHERE commission_id = {commission('9002')}",
        ),
        (19,),
        f"SELECT 'order_line:' || {line('9002')}",
    ),
    Corruption(
        "money on hold given back while the hold lasts",
        (
            next_revision(
                "9002", because="'hold.released'", held_minor="0", released_minor="released_minor + held_minor"
            ),
            "UPDATE commissions_commission SET released_minor = released_minor + held_minor, held_minor = 0,"
            f" revision = revision + 1 WHERE id = {commission('9002')}",
            *booked(
                shop("lulu"),
                "hold.released",
                f"{commission('9002')} || ':' || (SELECT revision FROM commissions_commission"
                f" WHERE id = {commission('9002')})",
                ("shop:held", "shop:available", "700"),
            ),
            "UPDATE ledger_journal SET recorded_at = recorded_at - interval '2 hours'",
        ),
        (19,),
        f"SELECT {commission('9002')}",
    ),
    Corruption(
        "made available before the reports were read up to its day",
        (
            "UPDATE orders_poll SET since = since - interval '20 days', until = until - interval '20 days',"
            " asked_at = asked_at - interval '20 days'",
            "UPDATE orders_synccursor SET read_until = read_until - interval '20 days'",
        ),
        (17,),
        "SELECT commission_id FROM commissions_revision WHERE because = 'commission.confirmed'",
    ),
    Corruption(
        "the platform's part made revenue before the shop's part was available",
        (
            next_revision("1003", because="'noted'", platform_released_minor="platform_minor"),
            "UPDATE commissions_commission SET platform_released_minor = platform_minor, revision = revision + 1"
            f" WHERE id = {commission('1003')}",
            *booked(
                shop("mei"),
                "commission.confirmed",
                f"{commission('1003')} || ':2'",
                ("platform:pending", "platform:revenue", "68"),
            ),
        ),
        (17,),
        f"SELECT {commission('1003')}",
    ),
    Corruption(
        "a journal of one change renamed to another kind that may post the same",
        (
            "UPDATE ledger_journal SET kind = 'commission.adjusted'"
            f" WHERE id IN {journals(commission('1001'))} AND kind = 'commission.earned'",
        ),
        (15,),
        f"SELECT id FROM ledger_journal WHERE id IN {journals(commission('1001'))}",
    ),
    Corruption(
        "what one marketplace owes booked on another's account",
        (
            accounts(shop("mei"), "market:expected", party="jd"),
            "UPDATE ledger_posting p SET debit_id = jd.id FROM ledger_account jd"
            f" WHERE p.journal_id IN {journals(commission('1001'))} AND jd.book_id = p.book_id AND jd.party = 'jd'",
            REBALANCE,
        ),
        (15,),
        f"SELECT {commission('1001')}",
    ),
    Corruption(
        "a better price in between, taken back by the next change",
        (
            next_revision(
                "1001",
                because="'commission.adjusted'",
                given_minor="385",
                base_minor="347",
                amount_minor="277",
                pending_minor="277",
                platform_minor="69",
            ),
            next_revision(
                "1001",
                given_minor="380",
                base_minor="342",
                amount_minor="273",
                pending_minor="273",
                platform_minor="68",
            ),
            f"UPDATE commissions_commission SET revision = 3 WHERE id = {commission('1001')}",
            *booked(
                shop("mei"),
                "commission.adjusted",
                f"{commission('1001')} || ':2'",
                ("market:expected", "shop:pending", "4"),
                ("market:expected", "platform:pending", "1"),
            ),
            *booked(
                shop("mei"),
                "commission.adjusted",
                f"{commission('1001')} || ':3'",
                ("shop:pending", "market:expected", "4"),
                ("platform:pending", "market:expected", "1"),
            ),
        ),
        (14,),
        f"SELECT {commission('1001')}",
    ),
    Corruption(
        "a plan chosen by the day of the report instead of the click's",
        (
            "UPDATE commissions_commission c SET plan_moment = l.reported_at, plan_moment_kind = 'reported',"
            " shown_rate_ppm = NULL, shown_offer_id = NULL"
            f" FROM orders_orderline l WHERE l.id = c.order_line_id AND c.id = {commission('1003')}",
        ),
        (13,),
        f"SELECT {commission('1003')}",
    ),
    Corruption(
        "a line hidden in quarantine, with the event that says so",
        (
            "INSERT INTO record_event (shop_id, kind, version, subject_key, facts, happened_at) SELECT shop_id,"
            " 'order_line.quarantined', 1, 'order_line:' || id, jsonb_build_object('reason', 'amount_too_large'), now()"
            " FROM orders_orderline WHERE external_order = '1010'",
            "INSERT INTO commissions_quarantinedline (line_id, marketplace, revision, reason, detail, since)"
            " SELECT id, marketplace, revision, 'amount_too_large', '', now() FROM orders_orderline"
            " WHERE external_order = '1010'",
            "UPDATE commissions_earncursor SET revision = (SELECT max(revision) FROM orders_orderline)",
        ),
        (12,),
        f"SELECT {line('1010')}",
    ),
    Corruption(
        "the booking ahead of every line to come",
        ("UPDATE commissions_earncursor SET revision = revision + 1000000",),
        (33,),
        "SELECT marketplace FROM commissions_earncursor",
    ),
    Corruption(
        "a payout approved under limits of another day",
        (f"UPDATE payouts_payout SET decided_at = decided_at + interval '30 days' WHERE id = {payout('large')}",),
        (24,),
        f"SELECT {payout('large')}",
    ),
    Corruption(
        "a payout requested during the pause of its payee, dated after it",
        (f"UPDATE payouts_payout SET requested_at = requested_at + interval '3 days' WHERE id = {payout('paid')}",),
        (23,),
        f"SELECT {payout('paid')}",
    ),
    Corruption(
        "an operator who approved all day",
        (
            f"UPDATE payouts_payout SET amount_minor = 6000000 WHERE id = {payout('large')}",
            f"UPDATE record_event SET facts = facts || '{{\"amount_minor\": 6000000}}' WHERE kind = 'payout.requested'"
            f" AND subject_key = 'payout:' || {payout('large')}",
        ),
        (24,),
        f"SELECT operator_id FROM payouts_approval WHERE payout_id = {payout('large')}",
    ),
]
