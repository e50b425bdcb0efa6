"""Write down what `worked_out` came to: commissions, their revisions, journals, and the events that people read."""

from datetime import datetime

from joey.commissions.book_elsewhere import book_elsewhere
from joey.commissions.queries import BELOW_ZERO
from joey.commissions.shown_rates import SHOWN
from joey.kit import sql
from joey.ledger.post import post_set
from joey.record.append import append_set

# Copied from one revision to the next by what changes no line: confirming, holding, releasing.
LINE_FIGURES = (
    "line_revision, line_state, line_held, line_unread, line_unclear_refund, line_frozen, line_export_differs,"
    " line_violation, line_causes, given_minor, fee_minor, back_minor, quantity, buyer_paid_minor,"
    " buyer_refunded_minor, protected_minor, changed_at, settled_at"
)
# Taken from the commission's row after any change.
PARTS = (
    "base_minor, penalty_minor, amount_minor, pending_minor, held_minor, released_minor, platform_minor,"
    " platform_released_minor, rounding_minor, settled, payable_on"
)


def write_changes(now: datetime) -> int:
    """Book the set `worked_out`, of which SHOWN has the rates; how many journals that made."""
    _write_commissions(now)
    _write_revisions(now)
    journals = _book()
    _record(now)
    return journals + book_elsewhere(now)


def copy_revisions(changed: str, *, now: datetime) -> None:
    """A revision for each (commission_id, because) of the table `changed`, whose row was moved and counted up."""
    copied = ", ".join(f"last.{name.strip()}" for name in LINE_FIGURES.split(","))
    parts = ", ".join(f"c.{name.strip()}" for name in PARTS.split(","))
    sql.execute(
        f"""
        INSERT INTO commissions_revision (commission_id, number, because, {LINE_FIGURES}, {PARTS}, recorded_at)
        SELECT c.id, c.revision, changed.because, {copied}, {parts}, %(now)s
        FROM {changed} AS changed JOIN commissions_commission c ON c.id = changed.commission_id
        JOIN commissions_revision last ON (last.commission_id, last.number) = (c.id, c.revision - 1)
        """,
        {"now": now},
    )


def _write_commissions(now: datetime) -> None:
    sql.execute(
        f"""
        INSERT INTO commissions_commission (id, shop_id, order_line_id, marketplace, plan_id, plan_moment,
            plan_moment_kind, rate_ppm, shown_rate_ppm, shown_offer_id, currency, base_minor, penalty_minor,
            amount_minor, pending_minor, held_minor, released_minor, platform_minor, platform_released_minor,
            rounding_minor, settled, restarted, payable_on, elsewhere, holds_of_all, hold_minor, revision,
            line_revision, earned_at)
        SELECT commission_id, shop_id, line_id, marketplace, plan_id, plan_moment, plan_moment_kind, first_rate_ppm,
               s.rate_ppm, s.offer_id, currency, new_base, new_penalty, new_amount, new_pending, 0, 0, new_platform, 0,
               new_rounding, is_settled, restarted, payable_on, '{{}}', 0, 0, number, revision, %(now)s
        FROM worked_out w LEFT JOIN {SHOWN} s ON s.key = w.commission_id WHERE is_new
        """,
        {"now": now},
    )
    sql.execute(
        """
        UPDATE commissions_commission c
        SET base_minor = w.new_base, penalty_minor = w.new_penalty, amount_minor = w.new_amount,
            pending_minor = w.new_pending, held_minor = w.new_held, released_minor = w.new_released,
            platform_minor = w.new_platform, platform_released_minor = w.new_revenue,
            rounding_minor = w.new_rounding, settled = w.is_settled, restarted = w.restarted,
            payable_on = w.payable_on, revision = w.number, line_revision = w.revision
        FROM worked_out w WHERE NOT w.is_new AND c.id = w.commission_id
        """
    )


def _write_revisions(now: datetime) -> None:
    sql.execute(
        f"""
        INSERT INTO commissions_revision (commission_id, number, because, {LINE_FIGURES}, {PARTS}, recorded_at)
        SELECT commission_id, number, {_BECAUSE}, revision, state, held, has_unread, has_unclear_refund, is_frozen,
               export_differs, has_violation, hold_causes, commission_minor, service_fee_minor,
               returned_commission_minor, quantity, paid_minor, returned_paid_minor,
               protected_minor + returned_protected_minor, changed_at, settled_at, new_base,
               new_penalty, new_amount, new_pending, new_held, new_released, new_platform, new_revenue,
               new_rounding, is_settled, payable_on, %(now)s
        FROM worked_out w
        """,
        {"now": now},
    )


# The kind of the event, and of the main journal, of a change. "noted": nothing of it is money.
_BECAUSE = """
    CASE WHEN w.is_new THEN 'commission.earned' WHEN w.withdrawn THEN 'commission.unsettled'
         WHEN w.is_settled AND NOT w.was_settled THEN 'commission.settled'
         WHEN (w.new_base, w.new_penalty) <> (w.old_base, w.old_penalty) THEN 'commission.adjusted'
         ELSE 'noted' END
"""


def _book() -> int:
    """The pairs of docs/money.md, each with its amount; those of nothing drop out. How many journals that made.

    A difference is booked against the account of the time before (`was_settled`); then what is owed moves between
    expected and receivable. A penalty moves with it: back there, taken here.
    """
    return post_set(
        """
        SELECT shop_id AS book_id, move.kind, commission_id || ':' || number AS reference, changed_at AS happened_at,
               move.debit AS debit_kind, CASE WHEN move.debit LIKE 'market:%%' OR move.debit = 'platform:penalty'
                                              THEN marketplace ELSE '' END AS debit_party,
               move.credit AS credit_kind, CASE WHEN move.credit LIKE 'market:%%' OR move.credit = 'platform:penalty'
                                                THEN marketplace ELSE '' END AS credit_party,
               currency, move.amount AS amount_minor
        FROM (
            SELECT w.*, CASE WHEN is_new THEN 'commission.earned' ELSE 'commission.adjusted' END AS changed,
                   CASE WHEN was_settled THEN 'market:receivable' ELSE 'market:expected' END AS market_then,
                   CASE WHEN is_settled THEN 'market:receivable' ELSE 'market:expected' END AS market_now,
                   new_rounding - old_rounding AS rounded
            FROM worked_out w
        ) AS w CROSS JOIN LATERAL (VALUES
            (changed, market_then, 'shop:pending', up),
            (changed, market_then, 'platform:pending', platform_up),
            (changed, market_then, 'rounding', rounded),
            (changed, 'shop:pending', market_then, from_pending),
            (changed, 'shop:held', market_then, from_held),
            (changed, 'shop:available', market_then, from_released),
            (changed, 'platform:pending', market_then, platform_from_pending),
            (changed, 'platform:revenue', market_then, from_revenue),
            (changed, 'rounding', market_then, -rounded),
            ('penalty.taken', market_then, 'platform:penalty',
             CASE WHEN is_settled = was_settled THEN greatest(0, old_penalty - new_penalty) ELSE old_penalty END),
            ('penalty.taken', 'platform:penalty', market_now,
             CASE WHEN is_settled = was_settled THEN greatest(0, new_penalty - old_penalty) ELSE new_penalty END),
            ('commission.settled', 'market:receivable', 'market:expected',
             CASE WHEN is_settled AND NOT was_settled THEN new_base ELSE 0 END),
            ('commission.unsettled', 'market:expected', 'market:receivable',
             CASE WHEN withdrawn THEN new_base ELSE 0 END),
            ('commission.unsettled', 'shop:held', 'shop:pending', held_back),
            ('commission.unsettled', 'shop:available', 'shop:pending', released_back),
            ('commission.unsettled', 'platform:revenue', 'platform:pending', revenue_back)
        ) AS move (kind, debit, credit, amount) WHERE move.amount > 0
        """
    )


def _record(now: datetime) -> None:
    """What happened to each line, with what it takes to say why: the figures before and after."""
    append_set(
        f"""
        SELECT w.shop_id, {_BECAUSE} AS kind, 'order_line:' || w.line_id AS subject_key,
               jsonb_strip_nulls(jsonb_build_object(
                   'amount_minor', w.new_amount, 'before_minor', w.old_amount, 'base_minor', w.new_base,
                   'given_minor', w.commission_minor, 'share_ppm', w.shopkeeper_ppm,
                   'penalty_minor', nullif(w.new_penalty, 0), 'penalty_before_minor', nullif(w.old_penalty, 0),
                   'before_base_minor', w.old_base, 'from_available_minor', nullif(w.from_released, 0),
                   'rate_ppm', w.rate_ppm, 'shown_rate_ppm', s.rate_ppm, 'plan', w.plan_id,
                   'plan_moment', w.plan_moment, 'plan_moment_kind', w.plan_moment_kind,
                   'currency', w.currency, 'settled', w.is_settled,
                   'line_state', w.state, 'line_state_before', last.line_state, 'payable_on', w.payable_on,
                   'quantity', w.quantity, 'buyer_paid_minor', w.paid_minor,
                   'buyer_paid_before_minor', last.buyer_paid_minor, 'buyer_paid_first_minor', first.buyer_paid_minor,
                   'quantity_before', last.quantity,
                   'protected_minor', nullif(
                       w.protected_minor + w.returned_protected_minor - coalesce(last.protected_minor, 0), 0),
                   'protected_sum_minor', nullif(
                       w.protected_minor + w.returned_protected_minor - coalesce(first.protected_minor, 0), 0),
                   'below_zero_minor', CASE WHEN w.from_released > 0 AND {BELOW_ZERO} > 0
                                            THEN least(w.from_released, {BELOW_ZERO}) END,
                   'refunded_minor', nullif(w.returned_paid_minor - coalesce(last.buyer_refunded_minor, 0), 0),
                   'refunded_sum_minor', nullif(w.returned_paid_minor, 0),
                   'unclear_refund', nullif(w.has_unclear_refund, false)
               )) AS facts,
               %(now)s AS happened_at
        FROM worked_out w
        LEFT JOIN {SHOWN} s ON s.key = w.commission_id
        LEFT JOIN commissions_revision last ON (last.commission_id, last.number) = (w.commission_id, w.old_number)
        LEFT JOIN commissions_revision first ON (first.commission_id, first.number) = (w.commission_id, 1)
                                            AND NOT w.is_new
        WHERE {_BECAUSE} <> 'noted'
        """,
        {"now": now},
    )
