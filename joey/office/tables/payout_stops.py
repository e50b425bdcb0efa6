"""What stops payouts: holds, questions about transfers that two operators resolve, and pauses of all payouts."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.kit import clock
from joey.kit.refusals import Conflict
from joey.office.columns import NOTHING, time_text
from joey.office.filters import InWords
from joey.office.findings import FINDINGS, OF_LEFT_OUT, ask_finding
from joey.office.read_only import (
    WithReason,
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
from joey.payouts.models import PayoutHold, PayoutPause
from joey.payouts.office_lists import having_ended, with_hold_ending, with_pause_ending
from joey.payouts.open_questions import facts_about, facts_left_out
from joey.payouts.pause import end_pause
from joey.payouts.resolve import resolve
from joey.payouts.resolve_left_out import resolve_left_out


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
        return ask_finding(self, request, chosen, FINDINGS, _find)

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
        return ask_finding(self, request, chosen, OF_LEFT_OUT, _find)

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


def _find(stop: PayoutHold | PayoutPause, found: dict[str, Any]) -> bool:
    if isinstance(stop, PayoutHold) and stop.attempt:
        return resolve(stop.attempt, **found).carried_out
    if left_out := _left_out(stop):
        return resolve_left_out(left_out, **found)
    if isinstance(stop, PayoutHold):
        raise Conflict(gettext("This hold is about no transfer; release it instead."))
    raise Conflict(gettext("This pause is about no transfer; resume payouts instead."))


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
