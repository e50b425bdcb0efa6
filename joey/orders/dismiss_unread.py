"""An operator gives up an unreadable report, which takes it off the list for good.

The report itself stays as it came; that it is not tried again is a row of its own.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import Forbidden, NotFound
from joey.kit.text import read_reason
from joey.orders.mark_unread import mark_lines_off_the_list, take_off_the_list
from joey.orders.models import ReportDismissal, UnreadReport
from joey.orders.name_one_order import has_number
from joey.orders.newest_report import LINES_OF_UNREAD
from joey.orders.replace_unread import OF_THE_REPORT
from joey.orders.staged_tables import LEFT_LIST
from joey.orders.take_order_reports import lock_lines_of
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from joey.shops.models import Shop
from joey.shops.operators import check_operator


@transaction.atomic(durable=True)
def dismiss_unreadable(report_id: UUID, *, by: Person, reason: str, now: datetime) -> None:
    """Give up one report that cannot be read.

    Raises Invalid ("reason"), Forbidden (no operator, or it is about an order of the own shop), NotFound when it is not
    listed.
    """
    reason = read_reason(reason)
    check_operator(by)
    unread = UnreadReport.objects.filter(pk=report_id).values(*OF_THE_REPORT).first()
    if unread is not None:
        lock_lines_of(unread["marketplace"])
        for shop in _shops_of_its_order(unread):
            check_operator(by, shop)
    shop_id = _shop_of_its_line(report_id)
    LEFT_LIST.create()
    if unread is None or not take_off_the_list("WHERE report_id = %s", [report_id]):
        raise NotFound(_("This report is not among the unreadable ones. It may have been read by now."))
    kept = keep_text(reason, shop_id=shop_id)
    ReportDismissal.objects.create(report_id=report_id, by=by.pk, at=now, **unread, **refer("reason", kept))
    facts = {"by": str(by.pk), "marketplace": unread["marketplace"], "reason": kept.fact}
    append("report.dismissed", f"order_report:{report_id}", facts, shop_id=shop_id, happened_at=now)
    mark_lines_off_the_list(unread["marketplace"])


@dataclass(frozen=True)
class DismissedPoll:
    """How many reports of a poll were given up, and why others were not: each reason with how many it kept."""

    dismissed: int
    kept: Mapping[str, int]


def dismiss_poll(poll: int, *, by: Person, reason: str, now: datetime) -> DismissedPoll:
    """Give up each report of a poll that cannot be read, such as the refused rows of one export: each in a transaction
    of its own, so that one which is about an order of the own shop keeps no other.

    Raises Invalid ("reason"), Forbidden (no operator), and NotFound where the list has none of the poll.
    """
    reason = read_reason(reason)
    check_operator(by)
    listed = list(UnreadReport.objects.filter(poll=poll).order_by("report_id").values_list("report_id", flat=True))
    if not listed:
        raise NotFound(_("No unreadable report came with this poll. They may have been read or given up by now."))
    dismissed, kept = 0, Counter[str]()
    for report_id in listed:
        try:
            dismiss_unreadable(report_id, by=by, reason=reason, now=now)
            dismissed += 1
        except Forbidden as refusal:
            kept[str(refusal.text)] += 1
        except NotFound:
            continue  # read, or given up by another, while this went on
    return DismissedPoll(dismissed, kept)


def _shops_of_its_order(unread: Mapping[str, Any]) -> "QuerySet[Shop]":
    """Whose lines the order has: which of them the report is about can be what could not be read."""
    found = sql.tuples(
        f"""
        SELECT DISTINCT l.shop_id FROM (SELECT %(marketplace)s AS marketplace, %(external_order)s AS number) u
        JOIN orders_orderline l ON l.marketplace = u.marketplace AND {has_number("l", "u")}
        """,
        unread,
    )
    return Shop.objects.filter(pk__in=[shop for (shop,) in found])


def _shop_of_its_line(report_id: UUID) -> UUID | None:
    """Whose order it is about: None where no shop has the line, or it could not be made out which one it is."""
    found: UUID | None = sql.value(
        "SELECT (array_agg(l.shop_id))[1]"
        f" FROM orders_unreadreport u LEFT JOIN LATERAL ({LINES_OF_UNREAD}) AS l ON true"
        " WHERE u.report_id = %s HAVING count(*) = 1",
        [report_id],
    )
    return found
