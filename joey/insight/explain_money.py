"""What happened to a line's commission, in the words that a shopkeeper reads: each booked change, with its figure."""

from datetime import date

from django.utils.translation import gettext as _

from joey.insight.explain_penalties import no_longer_taken, penalty, penalty_fell, penalty_grew
from joey.insight.explain_pieces import whole_pieces
from joey.insight.explain_returns import not_booked_either
from joey.insight.explain_terms import other_rate, plan, rest, rounded
from joey.insight.explained import Explained, Facts, figure, money_in
from joey.kit.days import day_text
from joey.kit.text import sentences
from joey.money.rate import rate_text


def earned(facts: Facts) -> Explained:
    """The first booking: what is estimated, or settled already, and from what; and the rate, if another was shown."""
    what, why, minor = _earned(facts)
    return what, sentences(why, *other_rate(facts)), minor


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
        "figure": figure(facts, "amount_minor"), "share": rate_text(facts["share_ppm"]),
        "base": figure(facts, "base_minor"), "day": _payable_on(facts),
    }  # fmt: skip
    if facts["settled"]:
        what = _("Earned %(figure)s: %(share)s of %(base)s; available on %(day)s") % terms
    else:
        what = _("Estimated %(figure)s: %(share)s of %(base)s") % terms
    return what, sentences(*rounded(facts), *rest(facts), plan(facts)), facts["amount_minor"]


def adjusted(facts: Facts) -> Explained:
    """A later report changed what the line gives."""
    if penalty_grew(facts):
        return penalty(facts)
    delta = facts["amount_minor"] - facts["before_minor"]
    if facts["line_state"] == "closed":
        return _ended(_("Closed"), facts), _closed(facts), delta
    if delta > 0:
        return _up(facts, delta)
    if delta < 0:
        return _down(facts), _changed_by(facts), delta
    if facts.get("penalty_before_minor"):
        return penalty_fell(facts)
    return _changed(facts), _("Your part stays the same."), None


def settled(facts: Facts) -> Explained:
    """The marketplace owes it now; its waiting days begin."""
    delta = facts["amount_minor"] - facts["before_minor"]
    if facts.get("line_state_before") == "closed":
        return _up(facts, delta)
    if penalty_grew(facts):
        return penalty(facts)
    if delta < 0 and (facts.get("protected_minor", 0) > 0 or _refunded(facts)):
        why = f"{_down(facts)}."
    else:
        why = f"{_changed(facts)}." if facts["base_minor"] != facts["before_base_minor"] else _("The amount stays.")
    if not facts["amount_minor"]:
        return _("Settled"), why if delta else _("There is nothing of it to become available."), delta or None
    return _("Settled; available on %s") % _payable_on(facts), why, delta or None


def unsettled(facts: Facts) -> Explained:
    if facts["line_state"] == "closed":
        return adjusted(facts)
    delta = facts["amount_minor"] - facts["before_minor"]
    what, taken_back = _("Settlement withdrawn, waiting again"), _("The marketplace took its settlement back.")
    if not delta:
        parts = [_("All of it is pending again, until it is settled once more.")]
    elif facts["amount_minor"]:
        waiting = _("%s is pending again, until it is settled once more.") % figure(facts, "amount_minor")
        parts = [f"{_cause(facts)}.", waiting]
    else:
        what, parts = _("Settlement withdrawn"), [f"{_cause(facts)}.", _("Nothing of it is left to wait for.")]
    return what, sentences(taken_back, *parts, *no_longer_taken(facts)), delta or None


def confirmed(facts: Facts) -> Explained:
    if "on_hold_minor" in facts:
        why = _("The order is settled and the waiting time is over; %s of it stays on hold.")
        why %= figure(facts, "on_hold_minor")
    else:
        why = _("The order is settled, the waiting time is over, and nothing holds it.")
    return _("Made available"), why, facts["amount_minor"]


def other_currency(facts: Facts) -> Explained:
    """A refund in a currency that is not the line's: an entry in that currency, nothing converted."""
    if facts["amount_minor"] > 0:
        what = _("Refund in another currency, given back: +%s") % figure(facts, "amount_minor")
        held = facts.get("held") == "currency"
        why = not_booked_either() if held else _("The marketplace takes it back no longer.")
        return what, why, facts["amount_minor"]
    what = _("Refund in another currency: %s") % figure(facts, "amount_minor")
    why = _("The marketplace took it back in this currency. New earnings in it set it off; nothing is converted.")
    return what, why, facts["amount_minor"]


# ── Parts of sentences ───────────────────────────────────────────────────────────────────────────────────


def _closed(facts: Facts) -> str:
    return sentences(_("The order was closed, and a closed order earns nothing."), *no_longer_taken(facts))


def _up(facts: Facts, delta: int) -> Explained:
    if facts.get("line_state_before") == "closed":
        what, why = _("Counts again"), _("The marketplace opened the order again.")
    elif facts.get("refunded_minor", 0) < 0 and _refund_change(facts) < 0:
        what, why = _refund_fell(facts)
    else:
        what, why = _changed(facts), _("The marketplace now pays more for it than before.")
    terms = {"what": what, "more": f"+{money_in(facts, delta)}", "day": _payable_on(facts)}
    if facts["settled"]:
        return _("%(what)s; %(more)s, available on %(day)s") % terms, why, delta
    return _("%(what)s; %(more)s") % terms, why, delta


def _refund_fell(facts: Facts) -> tuple[str, str]:
    """What was refunded is less than before: nothing any more, or another amount."""
    after = facts.get("refunded_sum_minor", 0)
    if facts.get("unclear_refund"):
        return _("Counts again"), _(
            "It is not known which of several orders a return belongs to: it is taken back from none of them, and what"
            " they earned is on hold."
        )
    if after:
        terms = {"before": money_in(facts, after - facts["refunded_minor"]), "after": money_in(facts, after)}
        what = _("Refund to the buyer corrected from %(before)s to %(after)s") % terms
        return what, _("The marketplace takes less of the commission back for it.")
    if facts.get("protected_minor") == facts["refunded_minor"]:
        return _("Counts again"), _("The price protection was withdrawn.")
    return _("Counts again"), _("A return was withdrawn.")


def _down(facts: Facts) -> str:
    """Why it is less, and what that means for money that is out already."""
    return _ended(_cause(facts), facts)


def _cause(facts: Facts) -> str:
    """Returned, refunded, or simply another amount."""
    units, of = _units_returned(facts)
    back = _refunded(facts)
    if facts.get("protected_minor", 0) > 0:
        return _("Price protection of %s") % money_in(facts, facts["protected_minor"])
    if back and not facts["amount_minor"]:
        return _("Refunded")
    if units:
        return _("Returned %(units)d of %(of)d") % {"units": units, "of": of}
    if back:
        return _("Refunded in part, %s to the buyer") % money_in(facts, back)
    return _changed(facts)


def _ended(what: str, facts: Facts) -> str:
    if facts["amount_minor"] == facts["before_minor"]:
        return what
    terms = {"what": what, "less": money_in(facts, facts["amount_minor"] - facts["before_minor"])}
    owed = facts.get("below_zero_minor", 0)
    if 0 < owed < facts["before_minor"] - facts["amount_minor"]:
        terms["owed"] = money_in(facts, owed)
        return _("%(what)s: %(less)s, %(owed)s of it set off against new earnings; your payout stays") % terms
    if owed:
        return _("%(what)s: %(less)s, set off against new earnings; your payout stays") % terms
    return _("%(what)s: %(less)s") % terms


def _units_returned(facts: Facts) -> tuple[int, int]:
    """How many pieces came back, of how many; (0, 0) where the figures do not say so exactly."""
    before = facts.get("quantity_before", facts["quantity"])
    if facts["quantity"] < before:
        return before - facts["quantity"], before
    total = max(facts.get("buyer_paid_first_minor", 0), facts.get("buyer_paid_before_minor", 0))
    protected = facts.get("protected_sum_minor", 0)

    def whole(back: int) -> int:
        return whole_pieces(back, of=total, quantity=before, protected=protected)

    back = _refunded(facts)
    sum_back = total - facts["buyer_paid_minor"] + facts.get("refunded_sum_minor", 0) - protected
    units = whole(back) or whole(sum_back) - whole(sum_back - back)  # alone, or beside those of another price
    return (units, before) if 0 < units < before else (0, 0)


def _refund_change(facts: Facts) -> int:
    """How much more the buyer has back than before, inside the price that the report names and beside it."""
    price = facts.get("buyer_paid_before_minor", facts["buyer_paid_minor"])
    return int(facts.get("refunded_minor", 0) + price - facts["buyer_paid_minor"])


def _refunded(facts: Facts) -> int:
    return max(0, _refund_change(facts))


def _changed(facts: Facts) -> str:
    figures = {"before": figure(facts, "before_base_minor"), "after": figure(facts, "base_minor")}
    return _("The marketplace changed %(before)s to %(after)s") % figures


def _changed_by(facts: Facts) -> str:
    figures = {"share": rate_text(facts["share_ppm"]), "base": figure(facts, "base_minor")}
    return sentences(_("Your part is now %(share)s of %(base)s.") % figures, *rest(facts))


def _payable_on(facts: Facts) -> str:
    """The day as a step says it that has its own time beside it: with a year where that is another one."""
    day = facts["payable_on"]
    return day_text(date.fromisoformat(day), facts["happened_at"].year) if day else "–"
