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
    """`caller` as limits count one: an IPv4 address, an IPv6 /64, "" where it is not known."""

    id: str
    caller: str = ""
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


def begin_request(given: str = "") -> Token[CurrentRequest | None]:
    """A request begins; `end_request` takes the token. `given` is what a proxy calls it: a stranger's word is not
    believed, so it counts only behind a proxy of ours.
    """
    believed = settings.BEHIND_PROXY and _GIVEN.fullmatch(given)
    return _current.set(CurrentRequest(given if believed else secrets.token_hex(8)))


def end_request(token: Token[CurrentRequest | None]) -> None:
    _current.reset(token)
