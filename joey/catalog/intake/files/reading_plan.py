"""How one file is read into one marketplace, and whether the mapping fits the file's columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.allowed_hosts import AllowedHosts
from joey.catalog.intake.files.header import is_there
from joey.catalog.intake.files.mapping import FIELDS, Mapping
from joey.catalog.intake.files.rows import column_named
from joey.kit.refusals import Invalid


@dataclass(frozen=True)
class Plan:
    """Everything that reading one file depends on beside its rows."""

    marketplace: str
    mapping: Mapping
    zone: ZoneInfo
    now: datetime
    links: AllowedHosts
    pictures: AllowedHosts

    def is_dated(self, columns: Sequence[str] | None) -> bool:
        """Whether each row has a time of its own: the mapping names a column for it, or the table has ours."""
        if "as_of" in self.mapping.sources:
            return any(source.value is None for source in self.mapping.sources["as_of"])
        return columns is not None and any(column_named(name, columns) for name in FIELDS["as_of"])


def check_columns(mapping: Mapping, columns: Sequence[str] | None) -> None:
    """Raises Invalid naming the field when the mapping takes it from columns of which the table has none."""
    if columns is None:
        return
    for column in (*mapping.leave_out, *filter(None, [mapping.group])):
        if column_named(column, columns) is None and column not in mapping.optional:
            raise Invalid(
                _("The mapping names a column “%s”, which this file does not have.") % column[:60], field=column[:60]
            )
    names = set(columns)
    for name, sources in mapping.sources.items():
        if name in mapping.optional or not sources or any(is_there(source, names) for source in sources):
            continue
        missing = next(
            part for part in [sources[0].column, *sources[0].parts] if part and not column_named(part, names)
        )
        raise Invalid(
            _("The mapping takes %(field)s from a column “%(column)s”, which this file does not have.")
            % {"field": name, "column": missing[:60]},
            field=f"columns.{name}",
        )
