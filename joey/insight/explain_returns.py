"""What a marketplace takes back of a line, in words: each step with what it changed, not with the sum so far."""

from django.utils.translation import gettext as _

from joey.insight.explained import Explained, Facts
from joey.money.money import Money


def returned(facts: Facts, before: Facts) -> list[tuple[Explained, str]]:
    """What this report of refund cases changed since the one `before` it, each with its currency.

    Before its settlement nothing is taken back beside the order's amounts: what they fell by is a step of its own.
    """
    if facts["state"] != "settled":
        return []
    if facts.get("unclear_refund"):
        return [] if before.get("unclear_refund") else [(_unclear(), str(facts["currency"]))]
    own = _own(facts, before)
    return ([(own, str(facts["currency"]))] if own else []) + _elsewhere(facts, before)


def _own(facts: Facts, before: Facts) -> Explained | None:
    """In the line's own currency."""
    back, back_before = _amount(facts, "returned_commission_minor"), _amount(before, "returned_commission_minor")
    paid, paid_before = _amount(facts, "returned_paid_minor"), _amount(before, "returned_paid_minor")
    if (back, paid) == (back_before, paid_before):
        return None
    figure = paid_before - paid or None
    if _settled_again(facts, before) and back < back_before:
        return _("Settled again, after its returns"), _("They are inside the amount that it settled with now."), figure
    fell = (back, paid) < (back_before, paid_before)
    how = "reported" if not fell else "corrected" if back or paid else "withdrawn"
    protected = _amount(facts, "returned_protected_minor") - _amount(before, "returned_protected_minor")
    kind = "case" if paid == paid_before else "protection" if protected == paid - paid_before else "return"
    terms = {
        "back": _text(abs(back - back_before), facts["currency"]),
        "before": _text(back_before, facts["currency"]), "after": _text(back, facts["currency"]),
    }  # fmt: skip
    if back == back_before:
        why = _("It changes nothing of the commission.")
    elif not fell:
        why = _("The marketplace takes %(back)s of the commission back.") % terms
    elif back:
        why = _("The marketplace now takes %(after)s of the commission back, not %(before)s.") % terms
    else:
        why = _("The marketplace gives %(back)s of the commission back.") % terms
    return _what(kind, how), why, figure


def _unclear() -> Explained:
    what = _("It is not known which order a return belongs to")
    why = _("The marketplace reports several orders under one number, this one among them, and a return under it too."
            " It takes nothing back from any of them until an operator has looked at it.")  # fmt: skip
    return what, why, None


def _what(kind: str, how: str) -> str:
    return {
        ("return", "reported"): _("A return was reported"),
        ("return", "corrected"): _("A refund was corrected"),
        ("return", "withdrawn"): _("A return was withdrawn"),
        ("protection", "reported"): _("Price protection was reported"),
        ("protection", "corrected"): _("Price protection was corrected"),
        ("protection", "withdrawn"): _("Price protection was withdrawn"),
        ("case", "reported"): _("A case was reported"),
        ("case", "corrected"): _("A case was corrected"),
        ("case", "withdrawn"): _("A case was withdrawn"),
    }[kind, how]


def _elsewhere(facts: Facts, before: Facts) -> list[tuple[Explained, str]]:
    """In each other currency. The figure of a step is the shop's part, which another step names."""
    now, then = facts.get("returned_elsewhere", {}), before.get("returned_elsewhere", {})
    steps: list[tuple[Explained, str]] = []
    for currency in sorted({*now, *then}):
        back, back_before = now.get(currency, 0), then.get(currency, 0)
        terms = {"back": _text(abs(back - back_before), currency)}
        if back > back_before:
            what = _("A refund in another currency was reported")
            why = _("The marketplace takes %(back)s of its commission back in that currency.") % terms
        elif back < back_before and facts.get("held") == "currency":
            what, why = _("A refund in another currency no longer counts"), not_booked_either()
        elif back < back_before:
            what = _("A refund in another currency was corrected")
            why = _("The marketplace gives %(back)s of its commission back in that currency.") % terms
        else:
            continue
        steps.append(((what, why, None), currency))
    return steps


def not_booked_either() -> str:
    """Of a line that its reports now have in another currency."""
    return _(
        "The marketplace now reports the order itself in another currency. What it gives in that currency is not"
        " booked, and neither is what it takes back in it."
    )


def _settled_again(facts: Facts, before: Facts) -> bool:
    return "settled_at" in before and facts.get("settled_at") != before["settled_at"]


def _amount(facts: Facts, name: str) -> int:
    return int(facts.get(name, 0))


def _text(minor: int, currency: str) -> str:
    return Money(minor, currency).text
