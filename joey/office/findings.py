"""Asks an operator what became of transfers: each chosen row is about one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.kit import clock
from joey.kit.refusals import Text
from joey.office.asked_field import AskedField
from joey.office.read_only import WithReason, ask_reason, each, operator
from joey.payouts.models import PayoutDecision

FINDINGS: Mapping[PayoutDecision.Outcome, Text] = {
    PayoutDecision.Outcome.SETTLED: _("The bank paid it"),
    PayoutDecision.Outcome.REJECTED: _("The bank did not pay it"),
    PayoutDecision.Outcome.RETURNED: _("It was paid and came back"),
    PayoutDecision.Outcome.OVERPAID: _("It was paid although it was booked back, or it was paid twice"),
    PayoutDecision.Outcome.OVERPAID_AGAIN: _("It was paid once more than is booked"),
    PayoutDecision.Outcome.NOT_PAID: _("It was booked as paid and never left"),
}
_OVERPAYMENTS = (PayoutDecision.Outcome.OVERPAID, PayoutDecision.Outcome.OVERPAID_AGAIN)
OF_LEFT_OUT = {outcome: said for outcome, said in FINDINGS.items() if outcome not in _OVERPAYMENTS}


def ask_finding(
    table: WithReason,
    request: HttpRequest,
    chosen: Iterable[Any],
    outcomes: Mapping[PayoutDecision.Outcome, Text],
    find: Callable[[Any, dict[str, Any]], bool],
) -> HttpResponse | None:
    """Ask for it, then write it down by `find`, which says whether it was carried out."""
    given = [request.POST.get(name) for name in ("outcome", "borne_by", "reason")]
    if None in given:
        return ask_reason(
            table, request, chosen, action="resolve", title=gettext("Write down what became of these transfers"),
            about=gettext(
                "Say how you know: a line of the bank’s statement, a call with its number. Once a second operator"
                " finds the same, it is booked."
            ),
            fields=_fields(outcomes),
        )  # fmt: skip
    outcome, borne_by, reason = (str(each) for each in given)
    found = {"outcome": outcome, "borne_by": borne_by, "reason": reason, "by": operator(request)}

    def write_down(row: Any) -> None:
        if not find(row, found | {"now": clock.now()}):
            messages.info(request, gettext("Written down. It is booked once a second operator finds the same."))

    each(request, chosen, write_down)
    return None


def _fields(outcomes: Mapping[PayoutDecision.Outcome, Text]) -> list[AskedField]:
    bearers = [("shop", gettext("the shop, against new earnings")), ("platform", gettext("the platform"))]
    is_overpaid = PayoutDecision.Outcome.OVERPAID in outcomes
    return [
        AskedField(
            "outcome", gettext("What became of it"), tuple((each.value, str(said)) for each, said in outcomes.items())
        ),
        AskedField("borne_by", gettext("Who bears what was overpaid"), tuple(bearers if is_overpaid else bearers[:1])),
    ]
