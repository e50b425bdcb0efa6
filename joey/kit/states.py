"""Moving a row from one state to another: compare-and-swap against a written table."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Conflict

Transitions = Mapping[str, frozenset[str]]


class WrongState(Conflict):
    """The row is no longer in the state this step starts from."""

    code = "wrong_state"


def move(row: models.Model, table: Transitions, *, to: str, **also: Any) -> None:
    """Set `row.state` to `to` if the table allows it and no other process moved it first; else raise WrongState."""
    start = row.state  # type: ignore[attr-defined]
    if to not in table.get(start, frozenset()):
        raise WrongState(_("This step is not possible any more: the state has changed since."), state=start)
    moved = type(row)._default_manager.filter(pk=row.pk, state=start).update(state=to, **also)
    if moved != 1:
        raise WrongState(_("Someone else changed this a moment ago. Load the page again and look."))
    row.state = to  # type: ignore[attr-defined]
    for name, new in also.items():
        setattr(row, name, new)
