"""Where lists of goods rest that are fetched from an address, and what operators do with them."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from joey.catalog.feeds.models import FeedAddress
from joey.kit.rests import AT_ONCE, Rest, Subject, Verb

SHRINK = Verb("feed shrink", "catalog_feedaddress:shrink")
RESUME = Verb("feed resume", "catalog_feedaddress:ask", sure=False)
_BY_ADDRESS = "the address may hold a password, which is typed where no page and no browser keeps it"
STARTS = [
    Verb("feed add", "", terminal_only=_BY_ADDRESS),
    Verb("feed pause", "catalog_feedaddress:pause"),
    Verb("feed remove", "", terminal_only="who removes a feed has its address at hand, to add it again"),
]
FEED = Subject("feed by address", FeedAddress, "held_at", over=Q(held_at=None))
SUBJECTS = [FEED]

NEVER_REST = {
    "AskedSearch": "forgotten after some minutes",
    "Offer": "as its marketplace says",
    "PricePoint": "append-only",
    "SameCursor": "moved on by a job",
    "SameToken": "counted by a job",
    "SameCount": "counted by a job",
    "SameKey": "written by a job",
    "Alike": "decided by a job",
    "Alike.evidence": "on what it was decided, no state",
    "AskedSearch.trouble": "how its answer was, no state",
}
RESTS = [
    Rest(
        FEED, "held", (SHRINK, RESUME), "when a list has its goods again, or an operator lets it count", AT_ONCE,
        label=_("Feeds that lack many goods"), rows=~Q(held_at=None),
    ),
]  # fmt: skip
