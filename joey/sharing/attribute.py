"""Whose order is this? The shop that the report's evidence names, or no shop: never the nearest match.

Evidence is a position with the time of the click or of the order, which belongs to the shop that leased it then, or a
sub-id, which is the code of a share link. Item ids are no evidence: they differ per publisher and rotate.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.kit.sets import Int, JsonText, SetTable
from joey.sharing.queries import slug_of

AT_CLICK, AT_ORDER, SUB_ID = "position_at_click", "position_at_order", "sub_id"
KINDS = (AT_CLICK, AT_ORDER, SUB_ID)
_LINKED = """EXISTS (
    SELECT FROM sharing_trackedurl t
    WHERE t.lease_id = l.id AND date_trunc('second', t.made_at) <= e.at_latest
      AND (t.item <> '' AND t.item = e.item OR t.title <> '' AND t.title = e.title))"""
# The last shop that had the position before, apart from the one that the piece names.
_EARLIER = """(
    SELECT earlier.shop_id FROM sharing_positionlease earlier
    WHERE earlier.position_id = n.position_id AND earlier.leased_from <= n.at_latest
      AND earlier.shop_id IS DISTINCT FROM n.shop_id
    ORDER BY earlier.leased_from DESC LIMIT 1)"""

UNCHECKED = ("no_click_time", "no_order_time")  # the piece may be right; the report lacks the time to check it


@dataclass(frozen=True)
class EvidencePiece:
    """One piece of the evidence of one report."""

    report: int
    place: Int  # in the order of belief, 0 first
    kind: str  # one of KINDS
    key: str
    at: datetime | None  # the time that decides who held a position
    at_latest: datetime | None  # the same, or the last second of it where it is a stretch of time: a minute
    item: str  # what was ordered, as the report names it: a hint, needed only where a position changed hands
    title: str
    received_at: datetime


@dataclass(frozen=True)
class Attributed:
    """What evidence comes to: a shop and the piece that decided, or the reason for suspense."""

    shop_id: UUID | None
    lease_id: UUID | None
    suspense: str
    evidence_kind: str
    evidence_key: str
    evidence_at: datetime | None
    failed_evidence: JsonText  # with a reason for suspense: all pieces, each with its problem or the shop it names


@dataclass(frozen=True)
class Attribution(Attributed):
    """What the evidence of one report comes to."""

    report: int


def _had(lease: str, at: str) -> str:
    """SQL condition: at this moment the position was the shop's that has this lease."""
    return f"""
        ({at} >= {lease}.leased_from AND ({lease}.until IS NULL OR {at} < {lease}.until OR (
            NOT {lease}.is_reuse AND NOT EXISTS (
                SELECT FROM sharing_positionlease next
                WHERE next.position_id = {lease}.position_id AND next.leased_from > {lease}.leased_from
                  AND next.leased_from <= {at}))))"""


def attribute_set(marketplace: str, pieces: SetTable[EvidencePiece], verdicts: SetTable[Attribution]) -> None:
    """What each report of the set comes to, by the rule of `verdicts_on`."""
    given = f"SELECT * FROM {pieces}"
    verdicts.insert(verdicts_on(given, marketplace="%(marketplace)s"), {"marketplace": marketplace})


def verdicts_on(pieces: str, *, marketplace: str = "e.marketplace") -> str:
    """One verdict per report that has any evidence, as SQL: the columns of Attribution.

    `pieces` is a query for the columns of EvidencePiece; `report` may be of any type. `marketplace` is an expression,
    of `e` for a column of theirs.

    Pieces that name different shops decide nothing. Else the first piece that can be checked decides: it names a shop,
    or its problem is the reason for suspense, even where a lesser piece would name one. A lesser piece that names no
    shop changes nothing.

    A lease covers a moment from `leased_from` until `until`, which is the order window and the refund time after its
    last use; its position serves no other shop before that, so at most one lease does. After that the position is
    still the shop's as long as no other shop has had it: no other link could lead there. Once another shop had it, a
    moment that no lease covers names no shop, and the new tenant has an order only if it had a link to that item by
    then (`not_linked`): what the earlier tenant shared may still sell. Items are known by id or by title.

    A time that is a stretch, a minute, names the shop that has the position by the end of it, unless another had it at
    its beginning: then it names none (`changed_hands`), whatever was linked. A position rests for weeks between two
    shops, so no third one is between.

    A link names its shop to reports that came after it was made: no earlier one can have got its code from it.
    """
    return f"""
        WITH named AS MATERIALIZED (
            SELECT e.report, e.place, e.kind, e.key, e.at, e.at_latest, coalesce(l.shop_id, k.shop_id) AS shop_id,
                   l.id AS lease_id, p.id AS position_id,
                   CASE WHEN e.kind = '{SUB_ID}' THEN CASE WHEN k.id IS NULL THEN 'unknown_sub_id' ELSE '' END
                        WHEN p.id IS NULL THEN 'unknown_position'
                        WHEN e.at IS NULL THEN
                            CASE e.kind WHEN '{AT_CLICK}' THEN 'no_click_time' ELSE 'no_order_time' END
                        WHEN l.id IS NULL THEN
                            CASE e.kind WHEN '{AT_CLICK}' THEN 'not_leased_at_click' ELSE 'not_leased_at_order' END
                        WHEN l.shop_id <> before.shop_id THEN 'changed_hands'
                        WHEN l.is_reuse AND NOT {_LINKED} THEN 'not_linked'
                        ELSE '' END AS problem
            FROM ({pieces}) e
            LEFT JOIN sharing_position p ON e.kind <> '{SUB_ID}' AND p.marketplace = {marketplace} AND p.key = e.key
            LEFT JOIN sharing_positionlease l ON l.position_id = p.id AND {_had("l", "e.at_latest")}
            LEFT JOIN sharing_positionlease before
              ON before.position_id = p.id AND e.at < e.at_latest AND {_had("before", "e.at")}
            LEFT JOIN sharing_link k ON e.kind = '{SUB_ID}' AND k.code = e.key
             AND k.made_at <= e.received_at
        ), weighed AS (
            SELECT report, count(DISTINCT shop_id) FILTER (WHERE problem = '') > 1 AS conflict,
                   (array_agg(problem ORDER BY place))[1] AS first_problem,
                   (array_agg(problem ORDER BY place) FILTER (WHERE problem NOT IN {UNCHECKED}))[1] AS problem,
                   min(place) FILTER (WHERE problem = '') AS place
            FROM named GROUP BY report
        ), decided AS (
            SELECT report, place,
                   CASE WHEN conflict THEN 'conflicting_evidence' ELSE coalesce(problem, first_problem) END AS suspense
            FROM weighed
        ), failed AS (
            SELECT n.report, jsonb_agg(jsonb_build_object(
                       'kind', n.kind, 'key', n.key, 'at', n.at, 'problem', n.problem, 'shop', {slug_of("n.shop_id")},
                       'earlier_shop', CASE WHEN n.problem <> '' THEN {slug_of(_EARLIER)} END
                   ) ORDER BY n.place) AS pieces
            FROM named n JOIN decided d ON d.report = n.report AND d.suspense <> ''
            GROUP BY 1
        )
        SELECT d.report, n.shop_id, n.lease_id, d.suspense, coalesce(n.kind, '') AS evidence_kind,
               coalesce(n.key, '') AS evidence_key, n.at AS evidence_at, coalesce(f.pieces, '[]') AS failed_evidence
        FROM decided d
        LEFT JOIN named n ON n.report = d.report AND n.place = d.place AND d.suspense = ''
        LEFT JOIN failed f ON f.report = d.report
    """
