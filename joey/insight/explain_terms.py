"""What a line's commission is calculated by, in the words that a shopkeeper reads: share, rate and plan."""

from django.utils.translation import gettext as _

from joey.insight.explained import Facts, money_in
from joey.money.rate import rate_text
from joey.money.split import PPM, split


def rounded(facts: Facts) -> list[str]:
    """Said where a shopkeeper who calculates the share comes to a little more."""
    if facts["base_minor"] * facts["share_ppm"] % 1_000_000 == 0:
        return []
    return [_("Your part is rounded down to a multiple of %s.") % money_in(facts, 1)]


def rest(facts: Facts) -> list[str]:
    """Who has what the shopkeeper's share leaves, and how much that is."""
    rest = PPM - facts["share_ppm"]
    if not rest or not facts["base_minor"]:
        return []
    (fee,), _left = split(facts["base_minor"], (rest,))
    terms = {"rest": rate_text(rest), "fee": money_in(facts, fee)}
    return [_("The other %(rest)s, %(fee)s, is Joey's platform fee, which its operator keeps.") % terms]


def other_rate(facts: Facts) -> list[str]:
    """The marketplace reports, and pays, another rate than the one that was shown. Not known, or the same: nothing."""
    shown, paid = facts.get("shown_rate_ppm"), facts.get("rate_ppm")
    if facts["line_state"] == "closed" or shown is None or paid is None or paid == shown:
        return []
    rates = {"shown": rate_text(shown), "paid": rate_text(paid)}
    if facts["plan_moment_kind"] == "clicked":
        return [_("When the buyer clicked, %(shown)s was shown; the marketplace pays %(paid)s.") % rates]
    return [_("When the order was placed, %(shown)s was shown; the marketplace pays %(paid)s.") % rates]


def plan(facts: Facts) -> str:
    moments = {
        "clicked": _("Commission plan %s was in force at the click and is kept for this order."),
        "placed": _("Commission plan %s was in force when the order was placed and is kept for it."),
        "paid": _("Commission plan %s was in force when the order was paid and is kept for it."),
        "reported": _("Commission plan %s was in force at the first report and is kept for this order."),
    }
    return moments[str(facts["plan_moment_kind"])] % int(facts["plan"])
