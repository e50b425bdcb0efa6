"""A table that operators read. Nothing is added, edited or removed here; actions call verbs."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from joey.kit.refusals import Refusal
from joey.money.money import Money
from joey.office.asked_field import AskedField, reason_field
from joey.office.columns import NOTHING, column
from joey.office.fresh_code import FREE, with_fresh_code
from joey.office.site import office
from joey.office.words import COLUMNS
from joey.people.models import Person
from joey.record.kept_texts import kept_text, was_erased, with_texts

M = TypeVar("M")
P = TypeVar("P")  # a part of a page, or what it is drawn from

AT_ONCE = 200
LAST_PAGE = 1_000_000  # PostgreSQL skips no more rows than a bigint counts
NAMED = 5  # of the chosen rows, on the page that asks for a reason
COMPARED = ("", "__exact", "__isempty", "__isnull")  # how the filters compare, as the admin spells it


class Uncounted(Paginator):  # type: ignore[type-arg]
    """Drawn as “previous” and “next”: numbering the last page of a million rows would read them all."""

    template_name = "office/previous_next.html"

    @property
    def count(self) -> int:
        raise AssertionError("a list never counts")


class OnePage(ChangeList):  # type: ignore[misc]
    """One page of a table, read with one row more than it shows: whether there is a next one, and nothing else."""

    more: bool
    page_num: int

    def get_results(self, request: HttpRequest) -> None:
        self.page_num = min(max(1, self.page_num), LAST_PAGE)
        first = (self.page_num - 1) * self.list_per_page
        found = list(self.queryset[first : first + self.list_per_page + 1])
        self.more = len(found) > self.list_per_page
        self.result_list = found[: self.list_per_page]
        # “How many there are” is how many are shown, so that nothing offers to choose more than can be seen.
        self.result_count = self.full_result_count = len(self.result_list)
        self.show_full_result_count = False
        self.show_admin_actions = True
        self.can_show_all = False
        self.multi_page = self.more or self.page_num > 1
        self.paginator = Uncounted(self.queryset, self.list_per_page)


class ReadOnly(ModelAdmin):  # type: ignore[misc]
    """Operators may look. `office` has let them in already.

    `heading` names the table, the columns `named_by` name one of its rows.
    """

    heading: Any = ""
    named_by: tuple[str, ...] = ()
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a count beside each choice of a filter
    compressed_fields = True
    change_list_template = "office/table.html"
    change_form_template = "office/row.html"

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Each asks for a new code of the sign-in first, unless it is free to be taken (fresh_code.py)."""
        table = f"{self.opts.app_label}_{self.opts.model_name}"
        actions: dict[str, Any] = super().get_actions(request)
        return {
            name: (action if f"{table}:{name}" in FREE else with_fresh_code(action), name, text)
            for name, (action, _name, text) in actions.items()
        }

    def get_changelist(self, request: HttpRequest, **more: Any) -> type[OnePage]:
        return OnePage

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        shown: HttpResponse = super().changelist_view(request, {**(extra_context or {}), "title": self.heading})
        return shown

    def render_change_form(self, request: HttpRequest, context: Any, *given: Any, **more: Any) -> HttpResponse:
        title = _("%(table)s: %(row)s") % {"table": self.heading, "row": self.name_of(context["original"])}
        named = {"title": title, "subtitle": None, "row_actions": self.row_actions(context["original"])}
        shown: HttpResponse = super().render_change_form(request, {**context, **named}, *given, **more)
        return shown

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """A list is narrowed by its filters, as they compare, and by nothing else: Django lets an address compare any
        column, so that an account number shown as its last digits could be read from the first digit on.
        """
        return lookup in {
            f"{each[0]}{compared}" if isinstance(each, tuple) else each.parameter_name
            for each in self.list_filter
            for compared in COMPARED
        }

    def row_actions(self, row: Any) -> Sequence[tuple[str, Any]]:
        """Actions of the list that the page of this row offers as well, each with its text."""
        return ()

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise Http404  # of edits made here, and there are none; what happened to a row is on its page

    def name_of(self, row: Any) -> str:
        """A row in a few words, such as "mei · ¥60.00"."""
        parts = [self._part(self._shown(name), row) for name in self.named_by or self.list_display[:1]]
        return " · ".join(part for part in parts if part not in ("", NOTHING))

    def get_list_display(self, request: HttpRequest) -> Any:
        return [self._shown(name) for name in self.list_display]

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return [self._shown(name) for name in self.list_display_links or ()] or list_display[:1]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [self._shown(name) for name in self.fields or ()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

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

    def _shown(self, name: str) -> Any:
        """A column of the table in words; what the class draws itself stays a name."""
        return name if hasattr(type(self), name) or name not in COLUMNS else column(self.model, name)

    def _part(self, shown: Any, row: Any) -> str:
        value = shown(row) if callable(shown) else getattr(self, shown)(row)
        return str(value or "")


class WithReason(ReadOnly):
    """Rows with a reason that can be erased: it is read with them, and shown as `why`."""

    texts: tuple[str, ...] = ("reason",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_texts(super().get_queryset(request), *self.texts)

    @admin.display(description=gettext_lazy("Reason"))
    def why(self, row: Any) -> str:
        return reason_text(row, "reason")


def reason_text(row: Any, name: str) -> str:
    """A reason of a row read with its texts, or that it was erased."""
    return _("erased") if was_erased(row, name) else kept_text(row, name) or NOTHING


def once(row: object, name: str, draw: Callable[[], P]) -> P:
    """A part of one row's page that is asked of the database: the page draws each part five times."""
    kept = vars(row)
    if name not in kept:
        kept[name] = draw()
    return cast(P, kept[name])


def operator(request: HttpRequest) -> Person:
    """The person who is signed in; `office` has checked that it is an operator."""
    return cast(Person, request.user)


def each(request: HttpRequest, chosen: Iterable[M], verb: Callable[[M], object]) -> None:
    """Call the verb for each row, each in its own transaction; say what worked and why the rest did not."""
    worked = 0
    for row in sorted(chosen, key=lambda row: row.pk)[:AT_ONCE]:  # type: ignore[attr-defined]
        try:
            verb(row)
            worked += 1
        except Refusal as refusal:
            messages.error(request, str(refusal.text))
    if worked:
        messages.success(request, _("Done: %d.") % worked)


def ask_reason(
    table: ReadOnly,
    request: HttpRequest,
    chosen: Iterable[Any],
    *,
    action: str,
    title: str,
    about: str,
    fields: Sequence[AskedField] = (),
    keeper_reads: bool = False,
    label: str = "",
) -> HttpResponse:
    """A page that asks for a reason, and for `fields`, and then comes back to the same action with them."""
    rows = list(chosen)[:AT_ONCE]
    facts = {
        **table.admin_site.each_context(request),
        "title": title,
        "about": about,
        "action": action,
        "fields": [*fields, reason_field(keeper_reads=keeper_reads, label=label)],
        "chosen": [str(row.pk) for row in rows],
        "names": [table.name_of(row) for row in rows[:NAMED]],
        "unnamed": max(0, len(rows) - NAMED),
        "opts": table.opts,
    }
    return TemplateResponse(request, "office/reason.html", facts)


def each_with_reason(
    table: ReadOnly,
    request: HttpRequest,
    chosen: Iterable[M],
    verb: Callable[[M, str], object],
    **asked: Any,
) -> HttpResponse | None:
    """Ask for a reason, `asked` as `ask_reason` is; once it is given, call the verb with it for each row, as `each`
    does.
    """
    reason = request.POST.get("reason")
    if reason is None:
        return ask_reason(table, request, chosen, **asked)
    each(request, chosen, lambda row: verb(row, reason))
    return None


def money_text(minor: int, currency: str) -> str:
    return Money(minor, currency).text
