"""Who calls, for the security log, and the refusals of a request, which are written once it has been answered."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from joey.kit.client_address import address_of, caller_key
from joey.kit.current_request import begin_request, current_request, end_request
from joey.kit.security_log import write_refused


class SecurityNotes:
    """The outermost of ours. Where no request has begun (EveryResponse begins each one that comes by HTTP), it begins
    here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = None if current_request() else begin_request()
        try:
            current = current_request()
            assert current is not None
            current.caller, current.person = lambda: caller_key(address_of(request)), lambda: _signed_in(request)
            response = self.get_response(request)
            write_refused()
            return response
        finally:
            if begun:
                end_request(begun)


def _signed_in(request: Any) -> UUID | None:
    """The person behind the session or the token, where the view asked for one: a refusal costs no look-up."""
    found = getattr(request, "_cached_user", None) or getattr(getattr(request, "auth", None), "person", None)
    return found.pk if found is not None and found.is_authenticated else None
