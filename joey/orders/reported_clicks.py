"""The click that named the shop of a line, as exactly as any report of the line says it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from joey.kit import sql
from joey.orders.kept_evidence import pieces_of
from joey.sharing.attribute import AT_CLICK


def reported_clicks(lines: Iterable[UUID]) -> dict[UUID, tuple[datetime, datetime]]:
    """The first and the last second that it may be of: one second, or a minute where no report has its seconds.

    None for a line that no click gave to its shop. One query; none without lines.
    """
    asked = list(lines)
    if not asked:
        return {}
    of_lines = """(
        SELECT l.id AS report, r.evidence, r.clicked_at, r.placed_at, r.external_item, r.title, r.received_at
        FROM orders_orderline l JOIN orders_report r
          ON (r.marketplace, r.external_order, r.external_line, r.external_part)
           = (l.marketplace, l.external_order, l.external_line, l.external_part)
        WHERE l.id = ANY(%s) AND r.kind = 'order' AND r.problem = ''
    )"""
    found = sql.tuples(
        f"""
        SELECT DISTINCT ON (l.id) l.id, piece.at, piece.at_latest
        FROM ({pieces_of(of_lines)}) AS piece JOIN orders_orderline l ON l.id = piece.report
        WHERE piece.kind = '{AT_CLICK}' AND (l.evidence_kind, l.evidence_key) = (piece.kind, piece.key)
          AND l.evidence_at IN (piece.at, date_trunc('minute', piece.at))
        ORDER BY l.id, piece.at_latest - piece.at, piece.at
        """,
        [asked],
    )
    return {line: (at, at_latest) for line, at, at_latest in found}
