"""The evidence of reports, as it is kept with them, in the form in which attribute.py weighs it."""

from joey.marketplaces.port import MINUTE
from joey.sharing.attribute import AT_CLICK, SUB_ID


def at_latest(at: str, to_the_minute: str) -> str:
    """SQL for the last second that the time of a piece of evidence may be; `to_the_minute` is a condition."""
    return f"CASE WHEN {to_the_minute} THEN {at} + interval '{MINUTE}' ELSE {at} END"


def pieces_of(reports: str) -> str:
    """Query for the pieces of a table, or a query in parentheses, of order reports."""
    return f"""
        SELECT r.report, (piece.number - 1)::int AS place, piece.facts ->> 'kind' AS kind, piece.facts ->> 'key' AS key,
               own.at, {at_latest("own.at", "piece.facts ? 'to_the_minute'")} AS at_latest,
               r.external_item AS item, r.title, r.received_at
        FROM {reports} r CROSS JOIN LATERAL jsonb_array_elements(r.evidence) WITH ORDINALITY AS piece (facts, number)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN piece.facts ->> 'kind' = '{AT_CLICK}' THEN r.clicked_at
                        WHEN piece.facts ->> 'kind' <> '{SUB_ID}' THEN r.placed_at END AS at
        ) AS own
    """
