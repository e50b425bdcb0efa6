"""Refusals in HTTP: the one table that pages and the API share. They differ only in how they present a refusal."""

from collections.abc import Mapping

from joey.kit.refusals import Conflict, Forbidden, Gone, Invalid, NotFound, Refusal, TooMany, Unavailable

STATUS: Mapping[type[Refusal], int] = {
    NotFound: 404,
    Gone: 410,
    Forbidden: 403,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
}
RETRY_AFTER_SECONDS = 30  # when the refusal itself names no time


def status_of(refusal: Refusal) -> int:
    """The status of a refusal, by its class or the nearest parent in the table; 400 for one of no kind."""
    return next((STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS), 400)


def headers_of(refusal: Refusal) -> dict[str, str]:
    """The headers that go with the status: when it makes sense to try again."""
    if not isinstance(refusal, TooMany | Unavailable):
        return {}
    return {"Retry-After": str(refusal.facts.get("retry_after", RETRY_AFTER_SECONDS))}
