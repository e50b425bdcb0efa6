"""A POST with an Idempotency-Key is done once, and the same answer is given again."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, JsonResponse
from pydantic import BaseModel

from joey.api.caller import caller_of
from joey.api.problems import MEDIA_TYPE, problem_of
from joey.api.strict_json import Unreadable, read_object
from joey.kit.idempotency import Answer, answer_once, answer_once_outside, principal_of, read_key
from joey.kit.refusals import Refusal

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replay"

P = ParamSpec("P")


class KeptRefusal(Exception):
    """A refusal whose effect stays (the row that was refused is kept), so that its answer is kept too."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(refusal.code)


View = Callable[Concatenate[HttpRequest, P], BaseModel]


def once(
    status: int, *, key_needed: bool = False, calls_outside: bool = False
) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], Any]]:
    """Wrap a view that writes and answers `status`. The key counts per caller and address.

    Without a key the view is simply called, unless `key_needed`. `calls_outside`: the view asks a marketplace, so no
    transaction is open around it, and it finds what it made before when it is called again.
    """

    def wrap(view: View[P]) -> Callable[Concatenate[HttpRequest, P], Any]:
        @wraps(view)
        def run(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            def write() -> Answer:
                try:
                    return Answer(status, view(request, *args, **kwargs).model_dump(mode="json"))
                except KeptRefusal as kept:
                    document = problem_of(kept.refusal)
                    return Answer(document.status_code, read_object(document.content))

            key = request.headers.get(HEADER)
            if key is None and key_needed:
                raise Unreadable(400, "idempotency_key_missing")
            answer = write() if key is None else _once(request, read_key(key), write, calls_outside)
            response = JsonResponse(answer.body, status=answer.status, json_dumps_params={"ensure_ascii": False})
            if answer.status >= 400:
                response.headers["Content-Type"] = MEDIA_TYPE
            if answer.replayed:
                response.headers[REPLAYED] = "true"
            return response

        return run

    return wrap


def _once(request: HttpRequest, key: str, write: Callable[[], Answer], calls_outside: bool) -> Answer:
    caller = caller_of(request)
    return (answer_once_outside if calls_outside else answer_once)(
        principal=principal_of(caller.person.id, caller.shop_id),
        route=f"{request.method} {request.path}",
        key=key,
        request=read_object(request.body) if request.body else {},
        write=write,
    )
