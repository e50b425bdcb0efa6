"""What happened to a line's commission, in the words that a shopkeeper reads: each booked change, with its figure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from joey.insight.explain_evidence import held_because
from joey.money.money import Money

Facts = Mapping[str, Any]
Explained = tuple[str, str, int | None]  # what, why, figure in minor units


def rate_text(ppm: int) -> str:
    """1 part per million is 0.0001 %: 55000 → "5.5%", which no line breaks."""
    whole, part = divmod(ppm, 10_000)
    return f"{whole}.{part:04d}".rstrip("0").rstrip(".") + "%"


def day_text(day: date | str | None) -> str:
    if isinstance(day, str):
        day = date.fromisoformat(day)
    return date_format(day, "MONTH_DAY_FORMAT") if day else "–"


def earned(facts: Facts) -> Explained:
    """The first booking: what is estimated, or settled already, and from what; and the rate, if another was shown."""
    what, why, figure = _earned(facts)
    return what, " ".join([why, *_other_rate(facts)]), figure


def _earned(facts: Facts) -> Explained:
    if facts["line_state"] == "placed":
        return _("Ordered, not paid yet"), _("Commission starts when the marketplace reports the payment."), None
    if facts["line_state"] == "closed":
        return _("Closed before it earned"), _("A closed order earns nothing."), None
    if facts.get("penalty_minor"):
        return penalty(facts)
    if not facts["base_minor"]:
        return _("Nothing to book"), _("At this report the marketplace pays nothing for the order."), None
    terms = {
        "figure": _money(facts, "amount_minor"), "share": rate_text(facts["share_ppm"]),
        "base": _money(facts, "base_minor"), "day": day_text(facts["payable_on"]),
    }  # fmt: skip
    if facts["settled"]:
        what = _("Earned %(figure)s: %(share)s of %(base)s; available on %(day)s") % terms
    else:
        what = _("Estimated %(figure)s: %(share)s of %(base)s") % terms
    return what, _plan(facts), facts["amount_minor"]


def adjusted(facts: Facts) -> Explained:
    """A later report changed what the line gives."""
    if facts.get("penalty_minor", 0) > facts.get("penalty_before_minor", 0):
        return penalty(facts)
    delta = facts["amount_minor"] - facts["before_minor"]
    if facts["line_state"] == "closed":
        return _ended(_("Closed"), facts), _("The order was closed, and a closed order earns nothing."), delta
    if delta > 0:
        return _up(facts, delta)
    if delta < 0:
        return _down(facts), _changed_by(facts), delta
    return _changed(facts), _("Your part stays the same."), None


def settled(facts: Facts) -> Explained:
    """The marketplace owes it now; its waiting days begin."""
    delta = facts["amount_minor"] - facts["before_minor"]
    if facts.get("line_state_before") == "closed":
        return _up(facts, delta)
    if delta < 0 and facts.get("protected_minor"):
        why = f"{_down(facts)}."
    else:
        why = f"{_changed(facts)}." if facts["base_minor"] != facts["before_base_minor"] else _("The amount stays.")
    return _("Settled; available on %s") % day_text(facts["payable_on"]), why, delta or None


def unsettled(facts: Facts) -> Explained:
    if facts["line_state"] == "closed":
        return adjusted(facts)
    delta = facts["amount_minor"] - facts["before_minor"]
    why = _("The marketplace took its settlement back. All of it is pending again, until it is settled once more.")
    return _("Settlement withdrawn, waiting again"), why, delta or None


def penalty(facts: Facts) -> Explained:
    """More was taken than the line gave. `figure` is the shop's part that went with it."""
    more = Money(facts.get("penalty_minor", 0) - facts.get("penalty_before_minor", 0), facts["currency"]).text
    delta = facts["amount_minor"] - facts["before_minor"]
    why = _("The marketplace took more back than this order ever gave. Nothing of that is taken from you.")
    return _("%s more was taken; we bear it") % more, why, delta or None


def confirmed(facts: Facts) -> Explained:
    why = _("The order is settled, the waiting time is over, and nothing holds it.")
    return _("Available"), why, facts["amount_minor"]


def other_currency(facts: Facts) -> Explained:
    """A refund in a currency that is not the line's: an entry in that currency, nothing converted."""
    what = _("Refund in another currency: %s") % _money(facts, "amount_minor")
    why = _("The marketplace took it back in this currency. New earnings in it set it off; nothing is converted.")
    return what, why, facts["amount_minor"]


def held(facts: Facts) -> Explained:
    reason = facts.get("reason") or held_because(facts["class"])
    what = _("%(figure)s on hold: %(reason)s") % {"figure": _money(facts, "amount_minor"), "reason": reason}
    return what, _("Only this order is held; the rest of your money is not."), None


def released(facts: Facts) -> Explained:
    return (
        _("Hold ended"),
        facts.get("reason") or _("No longer so: %s.") % held_because(facts["class"]),
        None,
    )


def quarantined(facts: Facts) -> Explained:
    why = _("An operator looks at it. Your other orders go on as usual.")
    return _("Cannot be booked: %s") % unbookable_because(facts["reason"]), why, None


def unbookable_because(reason: str) -> str:
    """Why a line is in quarantine, from joey.commissions.quarantine."""
    return {
        "amount_too_large": _("the reported amount is larger than any real one"),
        "currency_changed": _("the marketplace now reports it in another currency"),
        "cannot_be_booked": _("its figures do not fit together"),
    }[reason]


# ── Parts of sentences ───────────────────────────────────────────────────────────────────────────────────


def _up(facts: Facts, delta: int) -> Explained:
    if facts.get("line_state_before") == "closed":
        what, why = _("Counts again"), _("The marketplace opened the order again.")
    elif facts.get("refunded_minor", 0) < 0:
        what, why = _("Counts again"), _("A return was withdrawn.")
    else:
        what, why = _changed(facts), _("The marketplace now pays more for it than before.")
    terms = {"what": what, "more": f"+{Money(delta, facts['currency']).text}", "day": day_text(facts["payable_on"])}
    if facts["settled"]:
        return _("%(what)s; %(more)s, available on %(day)s") % terms, why, delta
    return _("%(what)s; %(more)s") % terms, why, delta


def _down(facts: Facts) -> str:
    """Returned, refunded, or simply less; and what that means for money that is out already."""
    units, of = _units_returned(facts)
    back = facts.get("refunded_minor", 0) or max(0, facts.get("buyer_paid_before_minor", 0) - facts["buyer_paid_minor"])
    if facts.get("protected_minor"):
        what = _("Price protection of %s") % _plain(facts, facts["protected_minor"])
    elif back and not facts["amount_minor"]:
        what = _("Refunded")
    elif units:
        what = _("Returned %(units)d of %(of)d") % {"units": units, "of": of}
    elif back:
        what = _("Refunded in part, %s to the buyer") % _plain(facts, back)
    else:
        what = _changed(facts)
    return _ended(what, facts)


def _ended(what: str, facts: Facts) -> str:
    terms = {"what": what, "less": Money(facts["amount_minor"] - facts["before_minor"], facts["currency"]).text}
    if facts.get("below_zero"):
        return _("%(what)s: %(less)s, set off against new earnings; your payout stays") % terms
    return _("%(what)s: %(less)s") % terms


def _units_returned(facts: Facts) -> tuple[int, int]:
    """How many pieces came back, of how many; (0, 0) where the figures do not say so exactly."""
    if facts.get("returned_units"):
        return facts["returned_units"], facts["returned_of"]
    before = facts.get("quantity_before", facts["quantity"])
    if facts["quantity"] < before:
        return before - facts["quantity"], before
    total = max(facts.get("buyer_paid_first_minor", 0), facts.get("buyer_paid_before_minor", 0))
    back = facts.get("refunded_minor", 0) or facts.get("buyer_paid_before_minor", 0) - facts["buyer_paid_minor"]
    if back <= 0 or not total:
        return 0, 0
    units, rest = divmod(back * before, total)
    return (units, before) if not rest and 0 < units < before else (0, 0)


def _changed(facts: Facts) -> str:
    figures = {"before": _money(facts, "before_base_minor"), "after": _money(facts, "base_minor")}
    return _("The marketplace changed %(before)s to %(after)s") % figures


def _changed_by(facts: Facts) -> str:
    figures = {"share": rate_text(facts["share_ppm"]), "base": _money(facts, "base_minor")}
    return _("Your part is now %(share)s of %(base)s.") % figures


def _other_rate(facts: Facts) -> list[str]:
    """The marketplace reports, and pays, another rate than the one that was shown. Not known, or the same: nothing."""
    if facts["line_state"] == "closed" or facts.get("shown_rate_ppm") in (None, facts["rate_ppm"]):
        return []
    rates = {"shown": rate_text(facts["shown_rate_ppm"]), "paid": rate_text(facts["rate_ppm"])}
    if facts["plan_moment_kind"] == "clicked":
        return [_("When the buyer clicked, %(shown)s was shown; the marketplace pays %(paid)s.") % rates]
    return [_("When the order was placed, %(shown)s was shown; the marketplace pays %(paid)s.") % rates]


def _plan(facts: Facts) -> str:
    moments = {
        "clicked": _("Plan %s was in force at the click and is kept for this order."),
        "placed": _("Plan %s was in force when the order was placed and is kept for it."),
        "paid": _("Plan %s was in force when the order was paid and is kept for it."),
        "reported": _("Plan %s was in force at the first report and is kept for this order."),
    }
    return moments[str(facts["plan_moment_kind"])] % int(facts["plan"])


def _money(facts: Facts, name: str) -> str:
    return Money(facts[name], facts["currency"]).text


def _plain(facts: Facts, minor: int) -> str:
    return Money(minor, facts["currency"]).text
