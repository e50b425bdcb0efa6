"""What one step of a line's money is in words, and the figures in them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from joey.money.money import Money

Facts = Mapping[str, Any]  # of the event, with the time at which it happened
Explained = tuple[str, str, int | None]  # what, why, figure in minor units


def reason_in(facts: Facts) -> str:
    """The reason that a person gave."""
    return facts["reason"] or _("The reason was erased.")


def figure(facts: Facts, name: str) -> str:
    """This amount among the facts."""
    return money_in(facts, facts[name])


def money_in(facts: Facts, minor: int) -> str:
    """An amount in the currency of the facts."""
    return Money(minor, facts["currency"]).text
