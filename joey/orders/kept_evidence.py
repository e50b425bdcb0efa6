"""The evidence of reports, as it is kept with them, in the form in which attribute.py weighs it."""

from joey.sharing.attribute import AT_CLICK, SUB_ID


def pieces_of(reports: str) -> str:
    """Query for the pieces of a table, or a query in parentheses, of order reports."""
    return f"""
        SELECT r.report, (piece.number - 1)::int AS place, piece.facts ->> 'kind' AS kind, piece.facts ->> 'key' AS key,
               CASE WHEN piece.facts ->> 'kind' = '{AT_CLICK}' THEN r.clicked_at
                    WHEN piece.facts ->> 'kind' <> '{SUB_ID}' THEN r.placed_at END AS at,
               r.external_item AS item, r.title, r.received_at
        FROM {reports} r CROSS JOIN LATERAL jsonb_array_elements(r.evidence) WITH ORDINALITY AS piece (facts, number)
    """
