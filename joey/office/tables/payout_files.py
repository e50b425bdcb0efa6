"""Payout files: what is wrong with one, asking the bank, and ending what the bank does not end."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from joey.kit import clock
from joey.office.columns import NOTHING, time_text
from joey.office.file_problems import problems_in_words
from joey.office.filters import IsEmpty
from joey.office.read_only import ReadOnly, each, each_with_reason, once, operator
from joey.office.site import office
from joey.payouts import resolve
from joey.payouts.file_problems import dismiss_strangers
from joey.payouts.give_up import give_up
from joey.payouts.kept_back import kept_back, with_kept_back
from joey.payouts.licensed_channels import channel_of, recorded_channel
from joey.payouts.models import PayoutFile
from joey.payouts.office_lists import naming_strangers, waiting_for_answers, waiting_to_leave, with_left_at
from joey.payouts.rails.registry import account_name, format_name
from joey.payouts.take_answers import ask_file
from joey.payouts.withdraw import withdraw_file


class Waits(admin.SimpleListFilter):
    """Files that wait: to be submitted, for answers, to go again, or for an operator to look into a bank's answer."""

    title = _("Waits")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return (
            ("to-leave", _("to leave")),
            ("for-answers", _("for answers")),
            ("kept-back", _("to go again: the bank does not know them")),
            ("strangers", _("for you: transfers that are not ours")),
        )

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = {
            "to-leave": waiting_to_leave,
            "for-answers": waiting_for_answers,
            "kept-back": kept_back,
            "strangers": naming_strangers,
        }
        wish = self.value()
        return chosen[wish](queryset) if wish in chosen else queryset


@admin.register(PayoutFile, site=office)
class PayoutFiles(ReadOnly):
    heading = _("Payout files")
    named_by = ("made_at", "currency")
    list_display = ("message_id", "currency", "made_at", "left_at", "withdrawn_at", "answered_at", "noted")
    list_filter = (Waits, ("problems", IsEmpty))
    search_fields = ("=message_id",)
    ordering = ("-id",)
    actions = ("ask", "withdraw", "give_up", "mark_refused", "dismiss")
    fields = (
        "message_id", "paid_from", "channel", "written_as", "currency", "made_at", "left_at", "withdrawn_at",
        "asked_at", "answered_at", "noted",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_kept_back(with_left_at(super().get_queryset(request)))

    @admin.action(description=_("Ask the bank about these now"))
    def ask(self, request: HttpRequest, chosen: Iterable[PayoutFile]) -> None:
        now, by = clock.now(), operator(request)
        each(request, chosen, lambda file: ask_file(file, by=by, now=now))

    @admin.action(description=_("Withdraw these…"))
    def withdraw(self, request: HttpRequest, chosen: Iterable[PayoutFile]) -> HttpResponse | None:
        now = clock.now()
        by = operator(request)
        return each_with_reason(
            self, request, chosen, lambda file, reason: withdraw_file(file, by=by, reason=reason, now=now),
            action="withdraw", title=gettext("Withdraw these files"),
            about=gettext(
                "Only a file that has not left can be withdrawn. Its payouts are prepared again, for the bank that"
                " the settings name then."
            ),
        )  # fmt: skip

    @admin.action(description=_("Wait no longer for these…"))
    def give_up(self, request: HttpRequest, chosen: Iterable[PayoutFile]) -> HttpResponse | None:
        now, by = clock.now(), operator(request)
        return each_with_reason(
            self, request, chosen, lambda file, reason: give_up(file, by=by, reason=reason, now=now),
            action="give_up", title=gettext("Wait no longer for these files"),
            about=gettext(
                "They are never sent again. What the bank has not answered becomes unknown: its answer ends that, or"
                " two operators who find what became of it."
            ),
        )  # fmt: skip

    @admin.action(description=_("Nothing of these was paid…"))
    def mark_refused(self, request: HttpRequest, chosen: Iterable[PayoutFile]) -> HttpResponse | None:
        now = clock.now()
        by = operator(request)
        return each_with_reason(
            self, request, chosen, lambda file, reason: resolve.mark_refused(file, by=by, reason=reason, now=now),
            action="mark_refused", title=gettext("Nothing of these files was paid"),
            about=gettext(
                "For files that the bank refused or never knew. Say how you know that it paid nothing. Once a second"
                " operator finds the same, the money of what is unknown is available again."
            ),
        )  # fmt: skip

    @admin.action(description=_("Take off what is not ours…"))
    def dismiss(self, request: HttpRequest, chosen: Iterable[PayoutFile]) -> HttpResponse | None:
        now, by = clock.now(), operator(request)
        return each_with_reason(
            self, request, chosen, lambda file, reason: dismiss_strangers(file, by=by, reason=reason, now=now),
            action="dismiss", title=gettext("Take off what is not ours"),
            about=gettext(
                "The bank answered about transfers that these files do not hold. Say what they were. The answers stay."
            ),
        )  # fmt: skip

    @admin.display(description=_("Paying account"))
    def paid_from(self, file: PayoutFile) -> str:
        return str(account_name(file.rail, file.rail_account))

    @admin.display(description=_("Licensed channel"))
    def channel(self, file: PayoutFile) -> str:
        return once(file, "sent_through", lambda: recorded_channel([file])) or channel_of(file.currency) or NOTHING

    @admin.display(description=_("Format"), ordering="file_format")
    def written_as(self, file: PayoutFile) -> str:
        return str(format_name(file.rail, file.file_format))

    @admin.display(description=_("Problems"))
    def noted(self, file: Any) -> SafeString:
        lines = [(line,) for line in problems_in_words(file.problems, is_kept_back=file.is_kept_back)]
        return format_html_join(mark_safe("<br>"), "{}", lines or [(NOTHING,)])

    @admin.display(description=_("Left at"))
    def left_at(self, file: Any) -> str:
        return time_text(file.left_at)
