"""What pages ask about ways out."""

from uuid import UUID

from joey.kit import sql


def known_copy_code(listing_id: UUID) -> str:
    """The copy-code that the marketplace gave for this listing on the shop's open lease, or "". One query."""
    found = sql.value(
        "SELECT t.copy_code FROM sharing_trackedurl t JOIN sharing_positionlease l ON l.id = t.lease_id"
        " WHERE t.listing_id = %s AND l.ended_at IS NULL ORDER BY t.made_at DESC LIMIT 1",
        [listing_id],
    )
    return str(found or "")
