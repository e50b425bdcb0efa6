"""What a dispute about an order line is in words: what the marketplace found, what the shop says, what was answered."""

from django.utils.translation import gettext as _

from joey.insight.explained import Explained, Facts
from joey.kit.text import sentences
from joey.marketplaces import registry
from joey.orders.disputes import DisputedLine


def opened(facts: Facts) -> Explained:
    if facts["cause"] == "appeal":
        return appealed(facts)
    held = _(
        "An operator looks into it. If the marketplace counts the order after all, its commission waits for the"
        " operator's answer. Nothing else of yours is held."
    )
    why = why_closed(facts["marketplace"], facts["reason"])
    return _("The marketplace found a violation"), sentences(why, held), None


def why_closed(marketplace: str, reason: str) -> str:
    """Why the marketplace closed an order: as we say it where we know its code, else in its own words."""
    if not reason:
        return ""
    said = registry.closed_because(marketplace, reason)
    return _("In its own words: “%s”.") % said if said == reason else _("Why: %s.") % said


def appealed(facts: Facts) -> Explained:
    said = (facts["text"] or _("The text was erased.")) if "text" in facts else _("Without a text.")
    return _("You appealed"), said, None


def closed(facts: Facts) -> Explained:
    return _("An operator answered"), facts["answer"] or _("The answer was erased."), None


def with_dispute(answer: str, line: DisputedLine) -> str:
    """What decides about a line that its marketplace closed or holds, with the operator's answer before it; without
    one, with what the shop waits for, or can do.
    """
    if line.answer is not None:
        said = _("An operator answered: “%s”.") % line.answer if line.answer else _("An operator answered.")
        return sentences(said, answer)
    if line.appealed_at:
        return sentences(answer, _("Your appeal waits for an operator. The answer will be here."))
    return sentences(answer, registry.to_do_about(line.marketplace, line.reason) if line.may_appeal else "")
