"""An application that does not come back in time is answered for, in the form of the place that was asked."""

import asyncio
import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from joey.edge.asked import App, Message, Receive, Scope, Send
from joey.site.refusal_pages import RefusalPages
from joey.site.time_bound import TimeBound


def asked(app: App, path: str, *, language: str = "en", for_seconds: float = 0.6) -> list[Message]:
    """Everything that was sent to a client who asked `app` behind a bound of a fifth of a second."""
    sent: list[Message] = []
    scope: Scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"accept-language", language.encode())]}

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def story() -> None:
        bound = TimeBound(app, wait_seconds=0.2, monitoring_seconds=0.2)
        await asyncio.wait({asyncio.ensure_future(bound(scope, receive, send))}, timeout=for_seconds)

    asyncio.run(story())
    return sent


async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.Event().wait()


async def comes_late(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(0.4)
    await answers(scope, receive, send)


async def answers(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"done"})


def headers_of(sent: list[Message]) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = dict(sent[0]["headers"])
    return found


def test_an_api_call_that_hangs_is_answered_with_a_problem_document() -> None:
    sent = asked(hangs, "/api/v1/shops")

    assert [sent[0]["status"], headers_of(sent)[b"content-type"]] == [503, b"application/problem+json"]
    assert headers_of(sent)[b"retry-after"] == b"5"
    assert json.loads(sent[1]["body"])["code"] == "unavailable"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "The database is unavailable."), ("zh-CN", "数据库暂时连不上。")]
)
def test_readyz_says_that_the_database_is_unavailable(language: str, words: str) -> None:
    sent = asked(hangs, "/readyz", language=language)

    assert sent[0]["status"] == 503
    assert json.loads(sent[1]["body"]) == {"ready": False, "troubles": [words], "notices": [], "stuck": []}


def test_a_page_that_hangs_is_answered_in_words() -> None:
    sent = asked(hangs, "/s/mei", language="zh-CN")

    assert sent[0]["status"] == 503
    assert "页面暂时打不开" in sent[1]["body"].decode()


def test_what_comes_too_late_is_not_said_as_well() -> None:
    sent = asked(comes_late, "/api/v1/shops", for_seconds=1)

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 503


def test_what_comes_in_time_is_passed_on_as_it_is() -> None:
    sent = asked(answers, "/api/v1/shops", for_seconds=0.4)

    assert [sent[0]["status"], sent[1]["body"]] == [200, b"done"]
    assert len(sent) == 2


def test_a_page_says_in_words_that_the_database_is_unavailable(rf: RequestFactory) -> None:
    def view(request: Any) -> Any:
        raise AssertionError("not asked")

    page = RefusalPages(view).process_exception(
        rf.get("/studio/"), OperationalError("the server closed the connection")
    )

    assert page is not None
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert "The database does not answer right now" in page.content.decode()
