"""What a commission waits for, in a sentence: also when the day it was expected on is over."""

from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from joey.commissions import waits_for
from joey.commissions.follow_report_holds import EXPORT_DIFFERS, REFUNDS_UNREAD, UNCLEAR_REFUND, UNREADABLE, VIOLATION
from joey.commissions.queries import OrderRow
from joey.insight.explain_evidence import held_because
from joey.insight.explain_holds import held_words, unbookable_because
from joey.insight.queries import open_holds
from joey.kit.days import day_text, today_of
from joey.kit.text import sentences
from joey.kit.zone import zone
from joey.marketplaces import registry


def waiting_in_words(line: OrderRow, code: str, *, now: datetime) -> str:
    """The sentences for a code of joey.commissions.waits_for: of a hold its reason, of what is late by how much, and
    when it is checked next.
    """
    return sentences(_because(line, code, now=now), _late(line, code, now=now), _checked(line, code, now=now))


def _because(line: OrderRow, code: str, *, now: datetime) -> str:
    terms = {
        "figure": line.pending.text,
        "day": _day(line.payable_on, now),
        "marketplace": registry.reporter_name(line.marketplace),
        "read": _day(line.read_until, now),
    }
    if code == waits_for.HELD:
        return _held(line)
    if code == waits_for.QUARANTINED:
        return _("It cannot be booked: %s. An operator looks at it.") % unbookable_because(line.quarantined)
    return {
        waits_for.NOT_BOOKED: _("The report came in a moment ago and is being booked. Check again in a minute."),
        waits_for.NOT_INSTALLED: _(
            "It waits: %(marketplace)s is not set up on this site now, so its orders are neither booked nor made"
            " available. They will be once the operator sets it up again."
        ),
        waits_for.WITHDRAWN: _(
            "The order is not settled any more. %(figure)s waits until the marketplace settles it again, and then its"
            " waiting days."
        ),
        waits_for.NOT_SETTLED: _not_settled(line, now=now),
        waits_for.DAYS: _("The order is settled. %(figure)s becomes available on %(day)s."),
        waits_for.NOT_READ: _(
            "The order is settled. %(figure)s becomes available once the reports of %(marketplace)s are read up to its"
            " day; they are read only up to %(read)s."
        ),
        waits_for.DUE: _("The order is settled. %(figure)s was due on %(day)s and becomes available within minutes."),
    }[code] % terms


def waiting_in_short(line: OrderRow, *, now: datetime) -> str:
    """A few words for a list; "" where nothing waits, or the line's state says it already."""
    code = waits_for.waits_for(line, now=now)
    if not line.commission.minor and code not in (waits_for.QUARANTINED, waits_for.NOT_INSTALLED):
        return ""
    if code == waits_for.NOT_SETTLED and line.payable_on and not _is_over(line, now=now):
        return _("payable about %s") % _day(line.payable_on, now)
    if code == waits_for.NOT_SETTLED and _is_over(line, now=now):
        late = _days_late(line, now=now)
        words = ngettext(
            "%d day late, not settled by the marketplace yet", "%d days late, not settled by the marketplace yet", late
        )
        return words % late
    return {
        waits_for.DAYS: _("available on %s") % _day(line.payable_on, now),
        waits_for.NOT_SETTLED: _("waits for the marketplace to settle it"),
        waits_for.WITHDRAWN: _("not settled any more, waiting again"),
        waits_for.NOT_READ: _("waits for reports that are not read yet"),
        waits_for.NOT_INSTALLED: _("waits until its marketplace is set up again"),
        waits_for.DUE: _("available within minutes"),
        waits_for.QUARANTINED: _("cannot be booked, an operator looks at it"),
        waits_for.NOTHING: _("available on %s") % _day(line.payable_on, now) if line.released.minor > 0 else "",
    }.get(code, "")


def made_available(line: OrderRow, *, now: datetime) -> str:
    """That all of it was made available, with the day that decides, and when it was if that was later; whether it is
    paid out since is not known by line.
    """
    terms = {
        "figure": line.commission.text,
        "day": _day(line.payable_on, now),
        "later": _day(line.made_available_at, now),
    }
    if line.returned.minor:
        kept = _("Part of it was returned. %(figure)s of the commission stays yours.")
    else:
        kept = _("%(figure)s is confirmed.")
    if line.payable_on and line.made_available_at and today_of(line.made_available_at) > line.payable_on:
        came = _("It was due on %(day)s and was made available later, on %(later)s.")
    else:
        came = _("It was made available on %(day)s.")
    return sentences(kept % terms, came % terms)


def day_in_words(line: OrderRow, *, now: datetime) -> tuple[str, date] | None:
    """What the day of a line's commission is, and the day: from which it is available, was due, or can be expected.

    None where there is none, as where nothing is left of it.
    """
    if not line.commission.minor or line.payable_on is None:
        return None
    if line.commission_state == "confirmed":
        return _("Available on"), line.payable_on
    if _is_over(line, now=now):
        return _("Was due on"), line.payable_on
    waits = waits_for.waits_for(line, now=now)
    if waits in (waits_for.HELD, waits_for.QUARANTINED, waits_for.NOT_INSTALLED):
        return _("Not before"), line.payable_on  # when that ends is not known
    if waits in (waits_for.DAYS, waits_for.DUE):
        return _("Available on"), line.payable_on
    return _("Payable about"), line.payable_on


def _is_over(line: OrderRow, *, now: datetime) -> bool:
    """Whether the day on which it was expected is over."""
    return line.payable_on is not None and line.payable_on < today_of(now)


def _days_late(line: OrderRow, *, now: datetime) -> int:
    return (today_of(now) - line.payable_on).days if line.payable_on else 0


def _late(line: OrderRow, code: str, *, now: datetime) -> str:
    """By how much, where the day is over and no sentence promises it for the next minutes."""
    if not line.commission.minor or not _is_over(line, now=now) or code not in _CAN_BE_LATE:
        return ""
    late = _days_late(line, now=now)
    words = ngettext(
        "It was expected around %(day)s and is %(num)d day late.",
        "It was expected around %(day)s and is %(num)d days late.",
        late,
    )
    return words % {"day": _day(line.payable_on, now), "num": late}


def _checked(line: OrderRow, code: str, *, now: datetime) -> str:
    """When what it waits for is looked for next, where that is a report of its marketplace."""
    waits_for_report = code in _ENDED_BY_REPORT or (code == waits_for.HELD and line.held_by_marketplace)
    if line.read_until is None or not waits_for_report or not _is_over(line, now=now):
        return ""
    read = line.read_until.astimezone(zone())
    terms = {"marketplace": registry.reporter_name(line.marketplace), "day": _day(line.read_until, now),
             "time": f"{read:%H:%M}"}  # fmt: skip
    return (
        _("The reports of %(marketplace)s are read up to %(day)s, %(time)s, and asked for again every few minutes.")
        % terms
    )


_ENDED_BY_REPORT = (waits_for.NOT_SETTLED, waits_for.WITHDRAWN, waits_for.NOT_READ)
_CAN_BE_LATE = (*_ENDED_BY_REPORT, waits_for.HELD, waits_for.QUARANTINED)


def _not_settled(line: OrderRow, *, now: datetime) -> str:
    if _is_over(line, now=now):
        return _("About %(figure)s, once the marketplace settles the order: %(marketplace)s has not settled it yet.")
    return _(
        "About %(figure)s, once the marketplace settles the order. If nothing is returned, expect it around %(day)s."
    )


def _day(day: date | None, now: datetime) -> str:
    return day_text(day, today_of(now).year) if day else "–"


def _held(line: OrderRow) -> str:
    if line.held_by_marketplace:
        held = _("%(figure)s is on hold: %(reason)s. An operator looks at it; you need not do anything.")
        if line.held_by_marketplace not in (UNREADABLE, UNCLEAR_REFUND, EXPORT_DIFFERS, REFUNDS_UNREAD, VIOLATION):
            held = _(
                "%(figure)s is on hold: %(reason)s. The hold ends once a later report no longer says so; you need not"
                " do anything."
            )
        return held % {"figure": line.on_hold.text, "reason": held_because(line.held_by_marketplace)}
    reasons = dict.fromkeys(held_words(hold.hold_class, hold.reason) for hold in open_holds(line.id))
    return _("%(figure)s is on hold: %(reason)s. Only this amount is held; the rest of your money is not.") % {
        "figure": line.on_hold.text, "reason": _(", ").join(reasons) or "–",
    }  # fmt: skip
