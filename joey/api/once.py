"""A POST with an Idempotency-Key is done once and answered the same again."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, JsonResponse
from pydantic import BaseModel

from joey.api.caller import Caller, caller_of
from joey.api.problems import MEDIA_TYPE, problem_of
from joey.api.strict_json import Unreadable, read_object
from joey.kit.idempotency import Answer, answer_once, read_key
from joey.kit.refusals import Refusal

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replay"

P = ParamSpec("P")


class KeptRefusal(Exception):
    """A refusal whose effect stays (it is written down that it was refused), so that its answer is kept too."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.code)


View = Callable[Concatenate[HttpRequest, P], BaseModel]


def once(status: int, *, key_needed: bool = False) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], Any]]:
    """Wrap a view that writes and answers `status`. The key counts per caller and address.

    Without a key the view is simply called, unless `key_needed`.
    """

    def wrap(view: View[P]) -> Callable[Concatenate[HttpRequest, P], Any]:
        @wraps(view)
        def run(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            def write() -> Answer:
                try:
                    return Answer(status, view(request, *args, **kwargs).model_dump(mode="json"))
                except KeptRefusal as kept:
                    told = problem_of(kept.refusal)
                    return Answer(told.status_code, json.loads(told.content))

            key = request.headers.get(HEADER)
            if key is None and key_needed:
                raise Unreadable(400, "idempotency_key_missing")
            answer = write() if key is None else _once(request, read_key(key), write)
            response = JsonResponse(answer.body, status=answer.status, json_dumps_params={"ensure_ascii": False})
            if answer.status >= 400:
                response.headers["Content-Type"] = MEDIA_TYPE
            if answer.replayed:
                response.headers[REPLAYED] = "true"
            return response

        return run

    return wrap


def _principal(caller: Caller) -> str:
    """A token that reaches one shop is a caller of its own: it hears nothing that the person did beyond that shop."""
    return caller.person.id.hex + (caller.shop_id.hex if caller.shop_id else "")


def _once(request: HttpRequest, key: str, write: Callable[[], Answer]) -> Answer:
    return answer_once(
        principal=_principal(caller_of(request)),
        route=f"{request.method} {request.path}",
        key=key,
        request=read_object(request.body) if request.body else {},
        write=write,
    )
