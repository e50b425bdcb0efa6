"""An operator ends the gap of a marketplace whose reports were not asked for in time, so that money waits no more.

What a marketplace answers for no longer can only be imported, and no file says whether it holds all of those days: an
operator has to.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Min, QuerySet
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import NotFound
from joey.kit.text import read_reason
from joey.marketplaces import registry
from joey.orders.models import SyncCursor
from joey.orders.queries import OPEN_GAPS
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.shops.operators import check_operator


@transaction.atomic(durable=True)
def end_gap(marketplace: str, *, reason: str, by: Person, now: datetime) -> None:
    """Let money be due as if the gaps in what the marketplace reported were read.

    Raises Invalid ("reason"), Forbidden (no operator), NotFound when it has none, NotInstalled where there is no such
    marketplace either.
    """
    reason = read_reason(reason)
    check_operator(by)
    marketplace = registry.code_for(marketplace)
    of_it = with_open_gap(SyncCursor.objects.select_for_update().filter(marketplace=marketplace))
    gaps = SyncCursor.objects.filter(pk__in=[each.pk for each in of_it])
    stretch = gaps.aggregate(since=Min("gap_since"), until=Max("gap_until"))
    if not gaps.update(gap_ended_at=now):
        registry.check_code(marketplace)
        raise NotFound(_("No reports of this marketplace are missing: it was asked for all of them in time."))
    facts = {
        "by": str(by.pk),
        "marketplace": marketplace,
        "reason": keep_text(reason, shop_id=None).fact,
        **{name: at.isoformat() for name, at in stretch.items()},
    }
    append("gap.ended", f"marketplace:{marketplace}", facts, happened_at=now)


def with_open_gap(cursors: "QuerySet[SyncCursor]") -> "QuerySet[SyncCursor]":
    """Of `cursors` those with a gap for which money waits."""
    return cursors.filter(OPEN_GAPS)
