"""The request that is being answered: its id, who called, and what was refused in it (security_log.py).

It belongs to the task or thread that answers. In a command or a job there is none.
"""

import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings

HEADER = "x-request-id"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")  # what our proxy may call a request


@dataclass
class CurrentRequest:
    """Who calls is asked for when something is noted: most requests note nothing."""

    id: str
    caller: Callable[[], str] = str  # as limits count one: an IPv4 address, an IPv6 /64, "" where it is not known
    person: Callable[[], UUID | None] = lambda: None  # who is signed in, as far as the view has asked
    refused: list[dict[str, Any]] = field(default_factory=list)


_current: ContextVar[CurrentRequest | None] = ContextVar("joey_current_request", default=None)


def current_request() -> CurrentRequest | None:
    """The request that is being answered here, None outside of one."""
    return _current.get()


def request_id() -> str:
    """Its id, "" outside of a request."""
    request = _current.get()
    return request.id if request else ""


def caller() -> str:
    """Who sent it, as limits count one; "" outside of a request."""
    request = _current.get()
    return request.caller() if request else ""


def begin_request(given: Callable[[], str] = str) -> Token[CurrentRequest | None]:
    """A request begins; `end_request` takes the token. `given` is what a proxy calls it: a stranger's word is not
    believed, so it is read only behind a proxy of ours.
    """
    name = given() if settings.BEHIND_PROXY else ""
    return _current.set(CurrentRequest(name if _GIVEN.fullmatch(name) else secrets.token_hex(8)))


def end_request(token: Token[CurrentRequest | None]) -> None:
    _current.reset(token)
