"""What makes a report the one it is: a digest over its payload and everything that was read in it."""

from collections.abc import Mapping

# Columns of orders_report, in the order in which the digest takes them.
COLUMNS = (
    "marketplace", "kind", "external_order", "external_line", "external_part", "stamped_at", "payload_sha256",
    "problem", "currency", "state", "held", "reason", "evidence", "title", "external_item", "quantity", "paid_minor",
    "commission_minor", "service_fee_minor", "rate_ppm", "clicked_at", "placed_at", "paid_at", "settled_at", "case_id",
    "counts", "refund_minor", "commission_back_minor", "protected_minor", "refunded_at",
    "refunded_by",
)  # fmt: skip
_TIMES = frozenset({"stamped_at", "clicked_at", "placed_at", "paid_at", "settled_at", "refunded_at", "refunded_by"})


def digest_of(values: Mapping[str, str], *, again: str) -> str:
    """SHA-256 as an SQL expression. `values` has an expression for each of COLUMNS.

    `again` is NULL, or the poll for a report that is kept once more because the marketplace went back to it.
    """
    parts = [f"{values[name]} AT TIME ZONE 'UTC'" if name in _TIMES else values[name] for name in COLUMNS]
    return f"sha256(convert_to(ROW({', '.join(parts)}, {again})::text, 'UTF8'))"


def digest_of_row(row: str) -> str:
    """The digest of a row of orders_report, from what it holds; it has to be its column `digest`."""
    values = {name: f"{row}.{name}" for name in COLUMNS}
    return digest_of(values, again=f"CASE WHEN {row}.again THEN {row}.poll_id END")
