"""Where positions and their leases rest, and what moves them on."""

from django.db.models import Q
from django.db.models.functions import Now

from joey.kit.rests import Job, Rest, Subject
from joey.sharing.models import Position, PositionLease

RETURN_IDLE = Job("joey.sharing.jobs.return_idle_leases")

POSITION = Subject("position", Position, "registered_at")
LEASE = Subject("lease", PositionLease, "leased_from")
SUBJECTS = [POSITION, LEASE]

NEVER_REST = {
    "Link": "for ever",
    "TrackedUrl": "as long as its lease",
    "Click": "append-only",
    "Click.visitor": "who opened the link, no state",
    "OutboundClick": "append-only",
}

RESTS = [
    Rest(POSITION, "leased", (RETURN_IDLE,), "when its lease ends", rows=Q(free_from=None)),
    Rest(POSITION, "free later", (RETURN_IDLE,), "at `free_from`", rows=Q(free_from__gt=Now())),
    Rest(LEASE, "open", (RETURN_IDLE,), "a while after its last use, checked once a day", rows=Q(ended_at=None)),
]
