"""What the evidence of an order report came to, in words: the piece that named the shop, or why none did."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from joey.record.kinds import is_spelt

SUSPENSE: Mapping[str, Callable[[str], str]] = {
    "": lambda key: _("The line has its shop; look at the shop's orders."),
    "unknown_position": lambda key: (
        _("The report names position “%s”, which is not registered here. It is not given to the nearest match.") % key
    ),
    "no_click_time": lambda key: (
        _("The report has no time of the click, so it cannot be said who had position “%s” then.") % key
    ),
    "no_order_time": lambda key: (
        _("The report has no time of the order, so it cannot be said who had position “%s” then.") % key
    ),
    "not_leased_at_click": lambda key: _("No shop had position “%s” at the time of the click.") % key,
    "not_leased_at_order": lambda key: _("No shop had position “%s” at the time of the order.") % key,
    "not_linked": lambda key: (
        _(
            "Position “%s” was another shop's before, and the shop that had it then had no link to this item. What the"
            " earlier shop shared may still sell, so neither gets the order by itself."
        )
        % key
    ),
    "changed_hands": lambda key: (
        _(
            "The report has the time without its seconds, and within that minute position “%s” passed from one shop to"
            " another, so neither gets the order by itself."
        )
        % key
    ),
    "unknown_sub_id": lambda key: (
        _("The report gives back “%s”, which is the code of no link here. It is not given to the nearest match.") % key
    ),
    "conflicting_evidence": lambda key: _("The report's evidence names different shops, so neither gets the order."),
    "no_evidence": lambda key: _("The report names neither a position nor a link."),
}


def suspended_because(reason: str, key: str) -> str:
    """Why no shop could be named; `key` is the position or sub-id in question."""
    return SUSPENSE[reason](key)


def key_in(facts: Mapping[str, Any]) -> str:
    """The position or sub-id that an event of the line names; "…" where it has none that can be shown."""
    key = str(facts.get("evidence_key", ""))
    return key if key and is_spelt(key) else "…"


def attributed_because(facts: Mapping[str, Any]) -> str:
    """Which piece named the shop, by the facts of an event of the line."""
    key = key_in(facts)
    if facts.get("evidence") == "sub_id":
        return _("The report gave back the code of your link “%s”.") % key
    if facts.get("evidence") == "operator":
        return _("An operator gave this order to your shop, because its report did not name one.")
    if facts.get("evidence") == "position_at_order":
        text = _(
            "The buyer came through position “%s”, the marketplace's number for your links, yours when the order was"
            " placed."
        )
    else:
        text = _("The buyer came through position “%s”, the marketplace's number for your links, yours at the click.")
    return text % key


def held_because(reason: str) -> str:
    """Why a line is held, from OrderLine.Held or the class of a hold."""
    return {
        "unknown_code": _("the marketplace reported a state that is new to us"),
        "refunds_unread": _("the marketplace would not report its return to this instance"),
        "frozen": _("the marketplace froze the order"),
        "risk": _("the marketplace sees a risk in the order"),
        "contradiction": _("its last report names another shop"),
        "currency": _("its last report is in another currency"),
        "unreadable": _("the marketplace reported something new about it that cannot be read yet"),
        "unclear_refund": _("a return was reported that may belong to it or to another order of the same number"),
        "export_differs": _("a newer export of the marketplace says something else about it"),
        "violation": _("the marketplace found a violation in it that an operator has not decided about"),
        "quarantine": _("it cannot be booked for now"),
        "review": _("an operator looks into it"),
    }[reason]
