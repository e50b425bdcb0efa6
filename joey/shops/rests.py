"""Where reports of buyers rest, and what operators begin with shops."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from joey.kit.rests import AT_ONCE, Rest, Subject, Verb
from joey.shops.models import BuyerReport

ANSWER = Verb("shops answer-report", "shops_buyerreport:answer")
STARTS = [Verb("shops front", "shops_shop:front_page")]
REPORT = Subject("report of a buyer", BuyerReport, "reported_at", over=Q(answered_at__isnull=False))
SUBJECTS = [REPORT]

NEVER_REST = {
    "Shop": "open until its keeper closes it",
    "ShopAccount": "kept after it ended",
    "Shelf": "the keeper’s to change",
    "Listing": "the keeper’s to change, or the rules’",
    "RateNotice": "sent by a job, and deleted after some weeks",
    "Shop.front": "decided by an operator, or by the rule; nothing waits for it",
    "Listing.state": "the keeper’s to change, or the rules’",
    "BuyerReport.outcome": "what its answer did, no state",
}
_OPEN = Q(answered_at__isnull=True)
RESTS = [
    Rest(
        REPORT, "open", (ANSWER,), "when an operator answers", AT_ONCE,
        label=_("Reports of buyers"), rows=_OPEN, query="?open=yes",
    ),
    Rest(
        REPORT, "late", (ANSWER,), "when an operator answers", AT_ONCE,
        label=_("Late answers to reports of buyers"), rows=_OPEN, query="?open=yes", since="answer_by", trouble=True,
    ),
]  # fmt: skip
