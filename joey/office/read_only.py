"""A table that operators read. Nothing is added, edited or removed here; what can be done is an action on a verb."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from joey.kit.refusals import Refusal
from joey.money.money import Money
from joey.office.site import office
from joey.people.models import Person

M = TypeVar("M", bound=Model)

AT_ONCE = 200
COUNT_MOST = 10_000


class ShortPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of the newest rows; counting millions to number the last page helps nobody."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:COUNT_MOST].count())


class ReadOnly(ModelAdmin):  # type: ignore[misc]
    """Operators may look. `office` has let them in already."""

    list_per_page = 50
    show_full_result_count = False
    paginator = ShortPaginator
    compressed_fields = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return office.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return office.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields or ()


def operator(request: HttpRequest) -> Person:
    """Whoever is signed in; `office` has checked that it is an operator."""
    return cast(Person, request.user)


def each(request: HttpRequest, chosen: Iterable[M], verb: Callable[[M], object]) -> None:
    """Call the verb for each row, each in its own transaction; say what worked and why the rest did not."""
    worked = 0
    for row in list(chosen)[:AT_ONCE]:
        try:
            verb(row)
            worked += 1
        except Refusal as refusal:
            messages.error(request, str(refusal.text))
    if worked:
        messages.success(request, _("Done: %d.") % worked)


def ask_reason(
    table: ModelAdmin,
    request: HttpRequest,
    chosen: "QuerySet[Any]",
    *,
    action: str,
    title: str,
    about: str,
) -> HttpResponse:
    """A page that asks for a reason and then comes back to the same action with it."""
    facts = {
        **table.admin_site.each_context(request),
        "title": title,
        "about": about,
        "action": action,
        "chosen": [str(row.pk) for row in chosen[:AT_ONCE]],
        "opts": table.opts,
    }
    return TemplateResponse(request, "office/reason.html", facts)


def money_text(minor: int, currency: str) -> str:
    return Money(minor, currency).text
