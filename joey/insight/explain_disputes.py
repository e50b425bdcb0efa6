"""What a dispute about an order line is in words: what the marketplace found, what the shop says, what was answered."""

from django.utils.translation import gettext as _

from joey.insight.explained import Explained, Facts
from joey.marketplaces import registry


def opened(facts: Facts) -> Explained:
    if facts["cause"] == "appeal":
        return appealed(facts)
    why = _(
        "Its reason: “%s”. An operator looks into it. Should the marketplace count the order after all, its commission"
        " is held until then; the rest of your money is not."
    )
    reason = registry.closed_because(facts["marketplace"], facts["reason"])
    return _("The marketplace found a violation"), why % reason, None


def appealed(facts: Facts) -> Explained:
    said = (facts["text"] or _("The text was erased.")) if "text" in facts else _("Without a text.")
    return _("You appealed"), said, None


def closed(facts: Facts) -> Explained:
    return _("An operator answered"), facts["answer"] or _("The answer was erased."), None
