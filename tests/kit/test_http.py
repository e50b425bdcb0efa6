"""The one table from refusals to HTTP, and that pages and the API both follow it."""

import json

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from joey.api.problems import problem_of
from joey.kit.http import headers_of, status_of
from joey.kit.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal, TooMany, Unavailable
from joey.site.refusal_pages import RefusalPages


class NameTaken(Conflict):
    code = "name_taken"


TABLE = [
    (NotFound("x"), 404),
    (Forbidden("x"), 403),
    (Conflict("x"), 409),
    (NameTaken("x"), 409),
    (Invalid("x"), 422),
    (TooMany("x", retry_after=70), 429),
    (Unavailable("x"), 503),
    (Refusal("x"), 400),
]


@pytest.mark.parametrize(("refusal", "status"), TABLE, ids=lambda each: str(each))
def test_page_and_api_answer_a_refusal_with_the_same_status_and_waiting_time(refusal: Refusal, status: int) -> None:
    page = RefusalPages(lambda _request: HttpResponse()).process_exception(_request(), refusal)
    document = problem_of(refusal)

    assert page is not None
    assert (page.status_code, document.status_code, status_of(refusal)) == (status, status, status)
    assert page.headers.get("Retry-After") == document.headers.get("Retry-After")
    assert json.loads(document.content)["status"] == status


def test_waiting_time_comes_from_the_refusal_or_is_half_a_minute() -> None:
    assert headers_of(TooMany("x", retry_after=70)) == {"Retry-After": "70"}
    assert headers_of(Unavailable("x")) == {"Retry-After": "30"}
    assert headers_of(Conflict("x")) == {}


def test_a_database_that_does_not_answer_is_a_refusal_like_the_others() -> None:
    page = RefusalPages(lambda _request: HttpResponse()).process_exception(_request(), OperationalError("gone"))

    assert page is not None
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")


def _request() -> HttpRequest:
    request = HttpRequest()
    request.path = "/s/mei"
    return request
