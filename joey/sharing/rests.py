"""Where positions and their leases rest, and what moves them on."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from joey.kit.rests import AT_ONCE, Job, Rest, Subject, Verb
from joey.sharing.models import Position, PositionLease
from joey.sharing.positions_report import FREE, LEASED, REFUSED, RESTING, WITHDRAWN

RETURN_IDLE = Job("joey.sharing.jobs.return_idle_leases")
END = Verb("positions end", "sharing_positionlease:end")
WITHDRAW = Verb("positions withdraw", "sharing_position:withdraw")
STARTS = [Verb("positions register", "page:register_positions")]
_IN_USE = "waits for nothing: it is in use, or rests as agreed"

POSITION = Subject("position", Position, "registered_at", over=FREE & ~REFUSED | WITHDRAWN & ~LEASED)
LEASE = Subject("lease", PositionLease, "leased_from", over=Q(ended_at__isnull=False))
SUBJECTS = [POSITION, LEASE]

NEVER_REST = {
    "Link": "append-only",
    "LeaseChange": "append-only",
    "TrackedUrl": "append-only",
    "Click": "append-only",
    "Click.visitor": "who opened the link, no state",
    "OutboundClick": "append-only",
}

RESTS = [
    Rest(
        POSITION, "leased", (RETURN_IDLE, WITHDRAW), "when its lease ends, or it is withdrawn", rows=LEASED,
        unlisted=_IN_USE,
    ),
    Rest(
        POSITION, "free later", (RETURN_IDLE, WITHDRAW), "at `free_from`, or it is withdrawn", rows=RESTING,
        unlisted=_IN_USE,
    ),
    Rest(
        POSITION, "refused by its marketplace", (WITHDRAW,),
        "when an operator withdraws it, or the marketplace links an item on it again", AT_ONCE,
        label=_("Positions that their marketplace refuses"), rows=REFUSED, query="?use=refused", since="refused_at",
    ),
    Rest(
        LEASE, "open", (RETURN_IDLE, END), "30 days after its last use, checked once a day", rows=Q(ended_at=None),
        unlisted=_IN_USE,
    ),
]  # fmt: skip
