"""Where each column of orders_report comes from, for each kind of report of a staged set `s`."""

from collections.abc import Mapping

from joey.orders.report_digest import COLUMNS

Values = Mapping[str, str]  # an SQL expression for each of COLUMNS

# Where each column of orders_report comes from; what a kind of report does not have is empty.
_EMPTY = {
    "marketplace": "%(marketplace)s", "external_part": "''", "payload_sha256": "s.digest", "problem": "''",
    "currency": "''", "state": "''", "held": "''", "reason": "''", "evidence": "NULL::jsonb", "title": "''",
    "external_item": "''", "quantity": "NULL::int", "paid_minor": "NULL::bigint", "commission_minor": "NULL::bigint",
    "service_fee_minor": "NULL::bigint", "rate_ppm": "NULL::int", "clicked_at": "NULL::timestamptz",
    "placed_at": "NULL::timestamptz", "paid_at": "NULL::timestamptz", "settled_at": "NULL::timestamptz",
    "case_id": "''", "counts": "NULL::boolean", "refund_minor": "NULL::bigint",
    "commission_back_minor": "NULL::bigint", "protected_minor": "NULL::bigint", "refunded_at": "NULL::timestamptz",
    "refunded_by": "NULL::timestamptz",
}  # fmt: skip


def _from(*own: str, **other: str) -> Values:
    return {name: f"s.{name}" for name in COLUMNS} | _EMPTY | {name: f"s.{name}" for name in own} | other


OF_ORDER = _from(
    "external_part", "currency", "state", "held", "reason", "evidence", "title", "external_item", "quantity",
    "paid_minor", "commission_minor", "service_fee_minor", "protected_minor", "rate_ppm", "clicked_at", "placed_at",
    "paid_at", "settled_at", kind="'order'",
)  # fmt: skip
OF_REFUND = _from(
    "currency", "case_id", "counts", "refund_minor", "commission_back_minor", "protected_minor", "refunded_at",
    "refunded_by", kind="'refund'",
)  # fmt: skip
OF_HOLD = _from("external_part", "placed_at", kind="'hold'", held="CASE WHEN s.frozen THEN 'frozen' ELSE '' END")
OF_UNREADABLE = _from("external_part", "problem", "case_id")
