"""How the office's tables are filtered: by values that the program knows, said in words and never counted."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from joey.marketplaces import registry
from joey.office.words import heading_of, in_words


class OneOf(admin.FieldListFilter):
    """One of the values that the program knows: finding them in the table would read all of it."""

    heading: Any = ""

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, model: Any, model_admin: Any, field_path: str
    ) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        self.title = self.heading

    def options(self) -> Iterable[str]:
        """The values, as they are in the table."""
        raise NotImplementedError

    def say(self, value: str) -> Any:
        """A value as it is shown."""
        return value

    def expected_parameters(self) -> list[str | None]:
        return [self.field_path]

    def choices(self, changelist: Any) -> Iterator[Any]:
        chosen: Any = self.used_parameters.get(self.field_path)
        everything = changelist.get_query_string(remove=[self.field_path])
        yield {"selected": chosen is None, "query_string": everything, "display": _("All")}
        for each in self.options():
            query = changelist.get_query_string({self.field_path: each})
            yield {"selected": chosen is not None and each in chosen, "query_string": query, "display": self.say(each)}


class OfMarketplace(OneOf):
    """Of one marketplace that is connected."""

    heading = gettext_lazy("Marketplace")

    def options(self) -> Iterable[str]:
        return [connector.code for connector in registry.connectors()]

    def say(self, value: str) -> Any:
        return registry.reporter_name(value)


class InWords(admin.ChoicesFieldListFilter):
    """By one of a column's choices, as the office calls them."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.title = heading_of(self.field.model, self.field.name)

    def choices(self, changelist: Any) -> Iterator[Any]:
        column = f"{self.field.model._meta.model_name}.{self.field.name}"
        everything, *single = super().choices(changelist)
        yield everything
        for choice, (value, _label) in zip(single, self.field.flatchoices, strict=True):
            if value:
                yield {**choice, "display": in_words(column, value)}


class YesNo(admin.BooleanFieldListFilter):
    """By a column that is yes or no."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.title = heading_of(self.field.model, self.field.name)


class IsEmpty(admin.EmptyFieldListFilter):
    """By whether a column has a value."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.title = heading_of(self.field.model, self.field.name)


class OpenOrAnswered(admin.SimpleListFilter):
    """Rows that wait for an operator's answer, or that have one."""

    title = gettext_lazy("open")
    parameter_name = "open"
    only_open: Any  # of a table: its rows and whether they are to be open → those rows

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:
        return [("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        wish = self.value()
        return self.only_open(queryset, wish == "yes") if wish in ("yes", "no") else queryset
