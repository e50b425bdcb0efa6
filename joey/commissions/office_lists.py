"""What the office's lists of commissions and their holds read with each row, and how they are filtered."""

from django.db.models import OuterRef, QuerySet, Subquery

from joey.commissions.holds_in_force import IS_CLOSED, OF_QUARANTINE, OF_UNREADABLE, OF_VIOLATION
from joey.commissions.models import Commission, Hold, HoldClosing


def in_state(commissions: "QuerySet[Commission]", state: str) -> "QuerySet[Commission]":
    """Of `commissions` those in this state."""
    return commissions.filter(state=state)


def with_closing(holds: "QuerySet[Hold]") -> "QuerySet[Hold]":
    """Each hold with `ended_by` and `ended_at`; both are None while it is in force."""
    closing = HoldClosing.objects.filter(hold=OuterRef("pk"))
    return holds.annotate(
        ended_by=Subquery(closing.values("closed_by")), ended_at=Subquery(closing.values("closed_at"))
    )


def having_closed(holds: "QuerySet[Hold]", wanted: bool) -> "QuerySet[Hold]":
    """Of `holds` those that were released, or those in force."""
    return holds.filter(IS_CLOSED if wanted else ~IS_CLOSED)


def having_no_other_list(holds: "QuerySet[Hold]") -> "QuerySet[Hold]":
    """Of `holds` those in force that no list shows by their cause: what waits as a commission on hold."""
    return holds.filter(~IS_CLOSED).exclude(OF_UNREADABLE | OF_QUARANTINE | OF_VIOLATION)
