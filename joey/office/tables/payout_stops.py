"""What stops payouts: holds, questions about transfers that two operators resolve, and pauses of all payouts."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.kit import clock
from joey.kit.refusals import Conflict
from joey.office.asked_field import AskedField
from joey.office.columns import NOTHING, time_text
from joey.office.filters import InWords
from joey.office.read_only import (
    WithReason,
    ask_reason,
    each,
    each_with_reason,
    money_text,
    once,
    operator,
    reason_text,
)
from joey.office.site import office
from joey.office.words import in_words
from joey.payouts.holds import release_hold
from joey.payouts.left_out import LeftOutPayout, left_out_behind
from joey.payouts.models import PayoutDecision, PayoutHold, PayoutPause
from joey.payouts.office_lists import having_ended, with_hold_ending, with_pause_ending
from joey.payouts.open_questions import facts_about, facts_left_out
from joey.payouts.pause import end_pause
from joey.payouts.resolve import resolve
from joey.payouts.resolve_left_out import resolve_left_out
from joey.people.models import Person


class Ended(admin.SimpleListFilter):
    """Holds and pauses that have ended, or those in force: an ending is a row of its own."""

    title = _("Ended")
    parameter_name = "ended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return (("no", _("No")), ("yes", _("Yes")))

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wish = self.value()
        return having_ended(queryset, wish == "yes") if wish in ("no", "yes") else queryset


@admin.register(PayoutHold, site=office)
class PayoutHolds(WithReason):
    heading = _("Holds on payouts")
    named_by = ("shop_slug", "amount")
    list_display = ("shop_slug", "whole_shop", "cause", "why", "placed_at", "ended_at")
    list_filter = (Ended, ("cause", InWords))
    list_select_related = ("shop", "placed_by", "attempt__payout", "attempt__file")
    ordering = ("-id",)
    actions = ("release", "resolve")
    fields = (
        "shop_slug", "whole_shop", "cause", "why", "placed", "placed_at", "ended_at", "transfer", "amount", "state",
        "known",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_hold_ending(super().get_queryset(request))

    @admin.action(description=_("Release these…"))
    def release(self, request: HttpRequest, chosen: Iterable[PayoutHold]) -> HttpResponse | None:
        now = clock.now()
        by = operator(request)
        return each_with_reason(
            self, request, chosen, lambda hold, reason: release_hold(hold, by=by, reason=reason, now=now),
            action="release", title=gettext("Release these holds"),
            about=gettext("What these holds stopped is sent within a minute. The reason is kept with the release."),
        )  # fmt: skip

    @admin.action(description=_("Write down what became of these transfers…"))
    def resolve(self, request: HttpRequest, chosen: Iterable[PayoutHold]) -> HttpResponse | None:
        return _ask_and_resolve(self, request, chosen, _findings())

    @admin.display(description=_("Shop"))
    def shop_slug(self, hold: PayoutHold) -> str:
        return hold.shop.slug

    @admin.display(description=_("Placed by"))
    def placed(self, hold: PayoutHold) -> str:
        return hold.placed_by.contact if hold.placed_by else NOTHING

    @admin.display(description=_("Transfer"))
    def transfer(self, hold: PayoutHold) -> str:
        if hold.attempt:
            return hold.attempt.rail_key
        return left_out.transfer if (left_out := _left_out(hold)) else NOTHING

    @admin.display(description=_("Amount"))
    def amount(self, hold: PayoutHold) -> str:
        if hold.attempt:
            return money_text(hold.attempt.payout.amount_minor, hold.attempt.payout.currency)
        return left_out.amount.text if (left_out := _left_out(hold)) else NOTHING

    @admin.display(description=_("State of the transfer"))
    def state(self, hold: PayoutHold) -> str:
        return in_words("payoutattempt.state", hold.attempt.state) if hold.attempt else NOTHING

    @admin.display(description=_("What is known"))
    def known(self, hold: PayoutHold) -> SafeString:
        return once(hold, "facts", lambda: _known(hold))

    @admin.display(description=_("All payouts of the shop"), boolean=True)
    def whole_shop(self, hold: PayoutHold) -> bool:
        return hold.payout_id is None

    @admin.display(description=_("Ended"))
    def ended_at(self, hold: Any) -> str:
        return time_text(hold.ended_at)


@admin.register(PayoutPause, site=office)
class PayoutPauses(WithReason):
    heading = _("Pauses of all payouts")
    list_display = ("placed_at", "why", "ended_at", "ended")
    list_filter = (Ended,)
    ordering = ("-id",)
    actions = ("resume", "resolve")
    fields = ("why", "placed_by", "placed_at", "ended_at", "ended", "ended_why", "transfer", "known")

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_pause_ending(super().get_queryset(request))

    @admin.action(description=_("Resume payouts…"))
    def resume(self, request: HttpRequest, chosen: Iterable[PayoutPause]) -> HttpResponse | None:
        now, by = clock.now(), operator(request)
        return each_with_reason(
            self, request, chosen, lambda pause, reason: end_pause(pause, reason=reason, by=by, now=now),
            action="resume", title=gettext("Resume payouts"),
            about=gettext(
                "Compare the books with the bank’s statement first. What is approved is sent within a minute."
            ),
        )  # fmt: skip

    @admin.action(description=_("Write down what became of what a restore left out…"))
    def resolve(self, request: HttpRequest, chosen: Iterable[PayoutPause]) -> HttpResponse | None:
        return _ask_and_resolve(self, request, chosen, _left_out_findings())

    @admin.display(description=_("Transfer"))
    def transfer(self, pause: PayoutPause) -> str:
        return left_out.transfer if (left_out := _left_out(pause)) else NOTHING

    @admin.display(description=_("What is known"))
    def known(self, pause: PayoutPause) -> SafeString:
        return once(pause, "facts", lambda: _known(pause))

    @admin.display(description=_("Ended by"))
    def ended(self, pause: Any) -> str:
        return pause.ended_by_contact or NOTHING

    @admin.display(description=_("Why it ended"))
    def ended_why(self, pause: Any) -> str:
        return reason_text(pause, "ended_reason")

    @admin.display(description=_("Ended"))
    def ended_at(self, pause: Any) -> str:
        return time_text(pause.ended_at)


def _findings() -> list[AskedField]:
    outcomes = {
        PayoutDecision.Outcome.SETTLED: gettext("The bank paid it"),
        PayoutDecision.Outcome.REJECTED: gettext("The bank did not pay it"),
        PayoutDecision.Outcome.RETURNED: gettext("It was paid and came back"),
        PayoutDecision.Outcome.OVERPAID: gettext("It was paid although it was booked back, or it was paid twice"),
        PayoutDecision.Outcome.OVERPAID_AGAIN: gettext("It was paid once more than is booked"),
        PayoutDecision.Outcome.NOT_PAID: gettext("It was booked as paid and never left"),
    }
    bearers = (("shop", gettext("the shop, against new earnings")), ("platform", gettext("the platform")))
    return [
        AskedField(
            "outcome", gettext("What became of it"), tuple((each.value, said) for each, said in outcomes.items())
        ),
        AskedField("borne_by", gettext("Who bears what was overpaid"), bearers),
    ]


def _left_out_findings() -> list[AskedField]:
    outcome, borne_by = _findings()
    return [replace(outcome, choices=outcome.choices[:2]), replace(borne_by, choices=borne_by.choices[:1])]


def _ask_and_resolve(
    table: WithReason,
    request: HttpRequest,
    chosen: Iterable[PayoutHold] | Iterable[PayoutPause],
    fields: list[AskedField],
) -> HttpResponse | None:
    given = [request.POST.get(name) for name in ("outcome", "borne_by", "reason")]
    if None in given:
        return ask_reason(
            table, request, chosen, action="resolve", title=gettext("Write down what became of these transfers"),
            about=gettext(
                "Say how you know: a line of the bank’s statement, a call with its number. Once a second operator"
                " finds the same, it is booked."
            ),
            fields=fields,
        )  # fmt: skip
    outcome, borne_by, reason = (str(each) for each in given)
    by = operator(request)
    stops: Iterable[Any] = chosen
    each(request, stops, lambda stop: _resolve(request, stop, outcome, borne_by, reason, by))
    return None


def _resolve(
    request: HttpRequest, stop: PayoutHold | PayoutPause, outcome: str, borne_by: str, reason: str, by: Person
) -> None:
    found: Any = {"outcome": outcome, "borne_by": borne_by, "by": by, "reason": reason, "now": clock.now()}
    if isinstance(stop, PayoutHold) and stop.attempt:
        carried_out = resolve(stop.attempt, **found).carried_out
    elif left_out := _left_out(stop):
        carried_out = resolve_left_out(left_out, **found)
    elif isinstance(stop, PayoutHold):
        raise Conflict(gettext("This hold is about no transfer; release it instead."))
    else:
        raise Conflict(gettext("This pause is about no transfer; resume payouts instead."))
    if not carried_out:
        messages.info(request, gettext("Written down. It is booked once a second operator finds the same."))


def _left_out(stop: PayoutHold | PayoutPause) -> LeftOutPayout | None:
    found: LeftOutPayout | None = once(stop, "left_out", lambda: left_out_behind(stop.pk))
    return found


def _known(stop: PayoutHold | PayoutPause) -> SafeString:
    facts = []
    if isinstance(stop, PayoutHold) and stop.attempt:
        facts = facts_about(stop.attempt)
    elif left_out := _left_out(stop):
        facts = facts_left_out(left_out)
    return render_to_string("office/transfer_facts.html", {"facts": facts})
