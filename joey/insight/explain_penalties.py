"""What a marketplace took beyond what a line gave, in the words that a shopkeeper reads: we bear it."""

from django.utils.translation import gettext as _

from joey.insight.explained import Explained, Facts, money_in


def penalty(facts: Facts) -> Explained:
    """More was taken than the line gave. `figure` is the shop's part of what it gave, which is gone with it."""
    more = money_in(facts, facts.get("penalty_minor", 0) - facts.get("penalty_before_minor", 0))
    delta = facts["amount_minor"] - facts["before_minor"]
    if not delta:
        why = _("The marketplace took more back than this order ever gave. Nothing of that is taken from you.")
        return _("%s more was taken; we bear it") % more, why, None
    terms = {"part": money_in(facts, -delta), "more": more}
    why = _(
        "The marketplace took back all that this order gave, and with it your part, %(part)s."
        " The %(more)s beyond it are not taken from you."
    )
    if facts.get("below_zero_minor"):
        terms["owed"] = money_in(facts, facts["below_zero_minor"])
        what = _("%(more)s more was taken; we bear it. %(owed)s is set off against new earnings; your payout stays")
        return what % terms, why % terms, delta
    return _("%s more was taken; we bear it") % more, why % terms, delta


def penalty_grew(facts: Facts) -> bool:
    """Whether more is taken beyond what the line gave than before."""
    return bool(facts.get("penalty_minor", 0) > facts.get("penalty_before_minor", 0))


def penalty_fell(facts: Facts) -> Explained:
    """Less is taken beyond what the line gave, and still all that it gave."""
    terms = {
        "before": money_in(facts, facts["penalty_before_minor"]),
        "after": money_in(facts, facts.get("penalty_minor", 0)),
    }
    what = _("It took %(after)s more than it gave, no longer %(before)s") % terms
    return what, _("We bear that, so your part stays the same."), None


def no_longer_taken(facts: Facts) -> list[str]:
    """A sentence of its own where another step ends the penalty, or a part of it."""
    less = facts.get("penalty_before_minor", 0) - facts.get("penalty_minor", 0)
    if less <= 0:
        return []
    return [_("It no longer takes %s beyond what the order gave.") % money_in(facts, less)]
