"""Bring order lines up to a set of staged, attributed reports: state, amounts, holds, evidence, returns."""

from joey.kit import sql
from joey.orders.claim_lines import BY_OPERATOR
from joey.orders.newest_report import HOLD, LINE, hold_rank, holding_first, rank
from joey.orders.staged_tables import CONTRADICTIONS, ELSEWHERE, HOLDS, MOVED, NAMED, NEWEST, REFUNDS
from joey.orders.taken_back import (
    cases_of,
    is_elsewhere,
    is_one_of_several,
    is_own,
    is_taken_back,
    is_unclear,
    order_reports_of,
    reported_once,
    sum_of,
)
from joey.sharing.attribute import KINDS

# Of several reports that name the line's shop the earliest click or order decides, and a tie always the same way.
EVIDENCE_RANK = (
    f"(coalesce({{0}}.evidence_at, 'infinity'), array_position(ARRAY{list(KINDS)}, {{0}}.evidence_kind::text),"
    " {0}.evidence_key, coalesce({0}.clicked_at, 'infinity'))"
)
_HELD = ("held", "held_at", "held_poll", "held_digest")


def _decides_hold(row: str) -> str:
    """Whether the most recent report `row` of the set decides about the hold of `line`: it is newer than the report
    that decides now, or that one is in the set as well, and what it said before counts no more.
    """
    said, known = (f"({', '.join(f'{each}.{name}' for name in _HELD)})" for each in (row, "line"))
    return f"""
        ({hold_rank(row, HOLD)} > {hold_rank("line", HOLD)}
         OR {said} <> {known}
        AND (line.external_order, line.external_line, line.external_part, line.held_at, line.held_poll,
             line.held_digest)
         IN (SELECT external_order, external_line, external_part, reported_at, poll, digest FROM {NAMED}))
    """


def move_lines(marketplace: str, *, any_held: bool) -> None:
    """Make and move the lines, each change a row of MOVED."""
    if any_held:
        _find_newest_hold()
    _write_lines(marketplace)
    if any_held:
        _hold_lines(marketplace)
    _complete_evidence(marketplace)
    _note_contradictions(marketplace)
    _apply_refunds(marketplace)
    _revise_unclear(marketplace)


def _find_newest_hold() -> None:
    """Whether a line is held is said by its most recent report of all, also by one that moves nothing else."""
    HOLDS.insert(
        f"""
        SELECT DISTINCT ON (external_order, external_line, external_part) external_order, external_line, external_part,
               held, reported_at AS held_at, poll AS held_poll, digest AS held_digest
        FROM {NAMED} n ORDER BY external_order, external_line, external_part, {holding_first("n")}
        """
    )
    sql.execute(
        f"""
        UPDATE {NEWEST} n SET {", ".join(f"{name} = h.{name}" for name in _HELD)} FROM {HOLDS} h
        WHERE (n.external_order, n.external_line, n.external_part)
            = (h.external_order, h.external_line, h.external_part)
        """
    )


def _write_lines(marketplace: str) -> None:
    """Insert the lines that are new; move the others that the set has a newer report of."""
    evidence = "lease_id, evidence_kind, evidence_key, evidence_at, clicked_at"
    taken = (
        "shop_id, suspense, failed_evidence, state, reason, title, external_item, quantity, currency, paid_minor,"
        " commission_minor, service_fee_minor, protected_minor, rate_ppm, placed_at, paid_at, settled_at, reported_at"
    )
    changes = [
        f"{name} = excluded.{name}" for name in (*taken.split(", "), "reported_poll", "report_digest", "revision")
    ]
    changes += [
        f"{name} = CASE WHEN line.evidence_kind = '' THEN excluded.{name} ELSE line.{name} END"
        for name in evidence.split(", ")
    ]
    changes += [
        f"{name} = CASE WHEN {_decides_hold('excluded')} THEN excluded.{name} ELSE line.{name} END" for name in _HELD
    ]
    sql.execute(
        f"""
        WITH moved AS (
            INSERT INTO orders_orderline AS line (
                id, marketplace, external_order, external_line, external_part, reported_poll, report_digest, {taken},
                {evidence}, {", ".join(_HELD)}, returned_paid_minor, returned_commission_minor,
                returned_protected_minor, returned_elsewhere, revision
            )
            SELECT joey_uuid7(), %(marketplace)s, external_order, external_line, external_part, poll, digest, {taken},
                   {evidence}, {", ".join(_HELD)}, 0, 0, 0, '{{}}', nextval('orders_revision')
            FROM {NEWEST}
            ON CONFLICT (marketplace, external_order, external_line, external_part) DO UPDATE SET {", ".join(changes)}
            WHERE {rank("excluded", LINE)} > {rank("line", LINE)}
            RETURNING line.id, line.shop_id
        )
        INSERT INTO {MOVED} (id, shop_id, event) SELECT id, shop_id, 'order_line.reported' FROM moved
        """,
        {"marketplace": marketplace},
    )


def _hold_lines(marketplace: str) -> None:
    """Lines that the set moves no further, but whose hold begins or ends with a report of it."""
    sql.execute(
        f"""
        WITH moved AS (
            UPDATE orders_orderline line
            SET {", ".join(f"{name} = h.{name}" for name in _HELD)}, revision = nextval('orders_revision')
            FROM {HOLDS} h
            WHERE (line.marketplace, line.external_order, line.external_line, line.external_part)
                = (%(marketplace)s, h.external_order, h.external_line, h.external_part)
              AND {_decides_hold("h")}
            RETURNING line.id, line.shop_id
        )
        INSERT INTO {MOVED} (id, shop_id, event) SELECT id, shop_id, 'order_line.reported' FROM moved
        """,
        {"marketplace": marketplace},
    )


def _complete_evidence(marketplace: str) -> None:
    """Lines learn which evidence decided, also from a report that moves nothing because it came late. What an operator
    decided stays.
    """
    sql.execute(
        f"""
        WITH named AS (
            SELECT DISTINCT ON (external_order, external_line, external_part) * FROM {NAMED} n WHERE evidence_kind <> ''
            ORDER BY external_order, external_line, external_part, {EVIDENCE_RANK.format("n")}
        ), better AS (
            SELECT line.id, line.suspense AS was, n.* FROM named n
            JOIN orders_orderline line
              ON (line.marketplace, line.external_order, line.external_line, line.external_part)
               = (%(marketplace)s, n.external_order, n.external_line, n.external_part)
            WHERE line.evidence_kind = ''
               OR line.evidence_kind <> '{BY_OPERATOR}' AND {EVIDENCE_RANK.format("n")} < {EVIDENCE_RANK.format("line")}
        ), completed AS (
            UPDATE orders_orderline line
            SET shop_id = b.shop_id, suspense = '', failed_evidence = '[]', lease_id = b.lease_id,
                evidence_kind = b.evidence_kind, evidence_key = b.evidence_key, evidence_at = b.evidence_at,
                clicked_at = b.clicked_at, revision = nextval('orders_revision')
            FROM better b WHERE line.id = b.id
            RETURNING line.id, line.shop_id, b.was
        )
        INSERT INTO {MOVED} (id, shop_id, event)
        SELECT id, shop_id, 'order_line.attributed' FROM completed WHERE was <> ''
        """,
        {"marketplace": marketplace},
    )


def _note_contradictions(marketplace: str) -> None:
    """Each contradicting report once: a report that is known already is no part of the set any more."""
    sql.execute(
        f"""
        INSERT INTO {MOVED} (id, shop_id, event)
        SELECT DISTINCT line.id, line.shop_id, 'order_line.contradicted'
        FROM {CONTRADICTIONS} c JOIN {NAMED} n USING (report)
        JOIN orders_orderline line ON (line.marketplace, line.external_order, line.external_line, line.external_part)
                                    = (%(marketplace)s, n.external_order, n.external_line, n.external_part)
        """,
        {"marketplace": marketplace},
    )


# Each refund case `c` of the lines that the set is about, also of those that it moves no further: it may say that the
# currency of one is another now. It is of each line of its name: a new line makes the refunds of another unclear.
_CASES_OF_THE_SET = f"""
    (
        SELECT external_order, external_line FROM {REFUNDS} UNION SELECT external_order, external_line FROM {NAMED}
    ) AS touched
    JOIN orders_orderline line ON (line.marketplace, line.external_order, line.external_line)
                                = (%(marketplace)s, touched.external_order, touched.external_line)
    JOIN LATERAL ({reported_once(cases_of("line"), of="each_case.external_line")}) AS c ON true
"""


def _add_up_elsewhere(marketplace: str) -> None:
    """Fill ELSEWHERE. Most sets have no such case, and no need to read what was reported of its line before."""
    given, own = {"marketplace": marketplace}, is_own("c", "line")
    if sql.value(f"SELECT EXISTS (SELECT FROM {_CASES_OF_THE_SET} WHERE NOT {own})", given):
        ELSEWHERE.insert(
            f"""
            WITH said AS MATERIALIZED ({order_reports_of(f"SELECT line.id FROM {_CASES_OF_THE_SET} WHERE NOT {own}")})
            SELECT line.id AS line_id, c.currency, {sum_of("c.commission_back_minor")} AS back_minor
            FROM {_CASES_OF_THE_SET} WHERE {is_taken_back("c", "line")} AND {is_elsewhere("c", "line")}
            GROUP BY line.id, c.currency
            """,
            given,
        )


def _apply_refunds(marketplace: str) -> None:
    """Bring each touched line's returned amounts up to the sum of the cases that are taken back, in its own currency.

    What was taken back in another currency is added up beside it: nothing is converted. Of several lines of one name
    that give something none has anything back, and those that would have are marked.
    """
    _add_up_elsewhere(marketplace)
    own = f"{is_taken_back('c', 'line')} AND {is_own('c', 'line')}"
    sql.execute(
        f"""
        WITH added AS (
            SELECT line.id, {is_one_of_several("line")} AS of_several, bool_or({is_unclear("c", "line")}) AS is_unclear,
                   {sum_of("c.refund_minor", where=own)} AS paid,
                   {sum_of("c.commission_back_minor", where=own)} AS commission,
                   {sum_of("c.protected_minor", where=own)} AS protected,
                   coalesce((SELECT jsonb_object_agg(e.currency, e.back_minor) FROM {ELSEWHERE} e
                             WHERE e.line_id = line.id), '{{}}') AS elsewhere
            FROM {_CASES_OF_THE_SET} GROUP BY line.id
        ), returned AS (
            SELECT id, false AS unclear, paid, commission, protected, elsewhere FROM added WHERE NOT of_several
            UNION ALL SELECT id, is_unclear, 0, 0, 0, '{{}}' FROM added WHERE of_several
        ), moved AS (
            UPDATE orders_orderline line
            SET returned_paid_minor = returned.paid, returned_commission_minor = returned.commission,
                returned_protected_minor = returned.protected, returned_elsewhere = returned.elsewhere,
                has_unclear_refund = returned.unclear, revision = nextval('orders_revision')
            FROM returned
            WHERE line.id = returned.id
              AND (line.returned_paid_minor, line.returned_commission_minor, line.returned_protected_minor,
                   line.returned_elsewhere, line.has_unclear_refund)
               <> (returned.paid, returned.commission, returned.protected, returned.elsewhere, returned.unclear)
            RETURNING line.id, line.shop_id
        )
        INSERT INTO {MOVED} (id, shop_id, event) SELECT id, shop_id, 'order_line.returned' FROM moved
        """,
        {"marketplace": marketplace},
    )


def _revise_unclear(marketplace: str) -> None:
    """Of a line with an unclear refund any report of its cases may bring another reason to hold it (hold_causes.py):
    a new revision, for which nothing of the line itself moves.
    """
    sql.execute(
        f"""
        UPDATE orders_orderline line SET revision = nextval('orders_revision')
        FROM (SELECT DISTINCT external_order, external_line FROM {REFUNDS}) AS reported
        WHERE line.has_unclear_refund AND (line.marketplace, line.external_order, line.external_line)
                                        = (%(marketplace)s, reported.external_order, reported.external_line)
        """,
        {"marketplace": marketplace},
    )
