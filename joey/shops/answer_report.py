"""An operator answers a report: hides the item, shows it again, or leaves it, and says why."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict, Invalid, NotFound
from joey.kit.text import read_reason
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.erase_texts import Erasure, erase_kept
from joey.shops.arrange import hide_listing, show_listing
from joey.shops.models import BuyerReport
from joey.shops.operators import check_operator

Outcome = BuyerReport.Outcome
AT_ONCE = 500  # reports that one run of the job deletes


@transaction.atomic
def answer_report(report_id: UUID, *, answer: str, outcome: str, by: Person | None, now: datetime) -> BuyerReport:
    """Answer it once. Its reporter reads `answer`, and so does the keeper of what is hidden.

    `by` is None at the terminal. Raises Invalid ("reason", "outcome"), NotFound, Forbidden (no operator, or the own
    shop), Conflict once it is answered, and what hiding or showing raises.
    """
    why = read_reason(answer)
    if outcome not in Outcome.values:
        raise Invalid(_("Choose what becomes of the item: nothing, hidden or shown."), field="outcome")
    report = BuyerReport.objects.select_for_update(of=("self",)).select_related("shop").filter(pk=report_id).first()
    if report is None:
        raise NotFound(_("There is no such report."))
    if by is not None:
        check_operator(by, report.shop)
    if report.answered_at is not None:
        raise Conflict(_("This report was answered already."))
    if outcome != Outcome.NOTHING:
        if report.listing_id is None:
            raise Invalid(_("This report is about no item that could be hidden or shown."), field="outcome")
        if outcome == Outcome.HIDDEN:
            hide_listing(report.shop, report.listing_id, reason=why, now=now)
        else:
            show_listing(report.shop, report.listing_id, by_operator=True, now=now)
    kept = keep_text(why, shop_id=report.shop_id)
    report.outcome, report.answered_at, report.answered_by = outcome, now, name_of(by)
    report.answer_id, report.answer_sha256 = kept.id, kept.digest
    report.save(update_fields=["outcome", "answered_at", "answered_by", "answer_id", "answer_sha256"])
    facts = {"by": name_of(by), "outcome": outcome, "answer": kept.fact}
    append("report.answered", f"report:{report.id}", facts, shop_id=report.shop_id, happened_at=now)
    return report


@transaction.atomic
def delete_old_reports(*, now: datetime) -> int:
    """Delete what was answered longer ago than the setting allows, with its texts; how many. Safe to repeat."""
    if not settings.JOEY_REPORT_DAYS:
        return 0
    ended = now - timedelta(days=settings.JOEY_REPORT_DAYS)
    old = list(BuyerReport.objects.select_for_update(skip_locked=True).filter(answered_at__lt=ended)[:AT_ONCE])
    erasure = Erasure(by="rule", reason="Reports are kept for a limited time.", now=now)
    for report in old:
        erase_kept(f"report:{report.id}", [report.words_id, report.answer_id], erasure, shop_id=report.shop_id)
    BuyerReport.objects.filter(pk__in=[report.pk for report in old]).delete()
    return len(old)
