"""The security log: who signed in, who failed, which limit was reached, who may do what, who decided on money, which
settings changed. docs/decisions/0030 says why it is a table, and what it leaves out.

An event that something caused is written in the transaction of that, so the two are there together or not at all. A
refusal has no transaction that lasts: what it notes is written once the request has been answered.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError
from psycopg.types.json import Jsonb

from joey.kit import sql
from joey.kit.current_request import caller, current_request, request_id

log = logging.getLogger(__name__)

# Beside these, the events of the record that joey/record/kinds.py marks as `security`.
KINDS = frozenset(
    {
        "sign_in.succeeded",
        "sign_in.failed",
        "confirm.succeeded",
        "confirm.failed",
        "session.ended",
        "token.made",
        "token.ended",
        "token.unknown",
        "token.scope_missing",
        "office.refused",
        "form.refused",
        "limit.reached",
        "settings.changed",
    }
)

_INSERT = """
INSERT INTO kit_securityevent (kind, person_id, about, caller, request_id, facts, once)
VALUES (%(kind)s, %(person)s, %(about)s, %(caller)s, %(request_id)s, %(facts)s, %(once)s)
ON CONFLICT (once) DO NOTHING
"""
# The same for a set of the record's events, where no one decided: a rule did.
NOTE_RECORDED = """
INSERT INTO kit_securityevent (kind, about, caller, request_id, facts) SELECT kind, subject_key, '', '', facts
"""


def note(kind: str, *, person: UUID | None = None, about: str = "", facts: Mapping[str, object] | None = None) -> None:
    """Write down what happens, in the transaction in which it happens. One statement.

    `person` did it, or it was tried at their account; `about` is what it was done to, such as "token:<id>".
    """
    assert kind in KINDS, kind
    note_recorded(kind, person=person, about=about, facts=facts or {})


def note_recorded(kind: str, *, person: UUID | None, about: str, facts: Mapping[str, object]) -> None:
    """The same for an event of the record."""
    sql.execute(_INSERT, _row(kind, person, about, facts, None))


def note_refused(
    kind: str,
    *,
    person: UUID | None = None,
    about: str = "",
    facts: Mapping[str, object] | None = None,
    once: str | None = None,
) -> None:
    """Write down a refusal, whatever becomes of the transaction that it undoes. Of all with the same `once` the first
    is written: a flood of refusals makes no flood of rows.
    """
    assert kind in KINDS, kind
    row = _row(kind, person, about, facts or {}, once)
    request = current_request()
    if request is not None:
        request.refused.append(row)
    elif not sql.inside_transaction():  # a command or a job
        _write([row])


def write_refused() -> None:
    """Write what was refused in this request, once it has been answered and no transaction is open."""
    request = current_request()
    if request is not None and request.refused:
        rows, request.refused = request.refused, []
        person = request.person()
        _write({**row, "person": row["person"] or person} for row in rows)


def _write(rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        try:
            sql.execute(_INSERT, row)
        except (OperationalError, InterfaceError):  # the answer has been made without it
            log.error("not in the security log, because the database is unavailable: %s", row["kind"])


def _row(kind: str, person: UUID | None, about: str, facts: Mapping[str, object], once: str | None) -> dict[str, Any]:
    request = current_request()
    return {
        "kind": kind,
        "person": person or (request.person() if request else None),
        "about": about,
        "caller": caller(),
        "request_id": request_id(),
        "facts": Jsonb(dict(facts)),
        "once": once,
    }
