"""What keeps a line's money from going on, in words: holds, and lines that cannot be booked."""

from django.utils.translation import gettext as _

from joey.insight.explain_evidence import held_because
from joey.insight.explained import Explained, Facts, figure, reason_in


def held_words(hold_class: str, written: str | None) -> str:
    """Why a commission is held: what an operator wrote is quoted, in whatever language that is."""
    return _("an operator wrote “%s”") % written if written else held_because(hold_class)


def held(facts: Facts) -> Explained:
    reason = held_words(facts["class"], facts.get("reason"))
    terms = {"figure": figure(facts, "amount_minor"), "reason": reason}
    what = _("%(figure)s on hold: %(reason)s") % terms
    return what, _("Only this amount is held, as far as it is not paid out yet; the rest of your money is not."), None


def released(facts: Facts) -> Explained:
    if facts.get("nothing_left"):
        return _("Hold ended"), _("Nothing of this order is left to hold."), None
    if facts.get("reason") is None:
        return _("Hold ended"), _("No longer so: %s.") % held_because(facts["class"]), None
    return _("Hold ended"), reason_in(facts), None


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
