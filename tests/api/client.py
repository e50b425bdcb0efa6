"""How the tests speak to the API: a token of one of the cast, JSON both ways."""

import json
from typing import Any
from uuid import UUID

from django.test import Client

from joey.people.models import Person
from tests.cast import token_of


class Caller:
    """A person with a token at `/api/v1`. `answer.json()` is what came back."""

    def __init__(self, person: Person | None, *, shop_id: UUID | None = None, language: str = "en") -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Accept-Language": language}
        if person is not None:
            self.headers["Authorization"] = f"Bearer {token_of(person, shop_id)}"

    def get(self, address: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{address}", query, headers=self.headers)

    def post(self, address: str, body: Any = None, *, key: str | None = None, **more: Any) -> Any:
        return self._send("post", address, body, key=key, **more)

    def put(self, address: str, body: Any, **more: Any) -> Any:
        return self._send("put", address, body, **more)

    def patch(self, address: str, body: Any, **more: Any) -> Any:
        return self._send("patch", address, body, **more)

    def delete(self, address: str) -> Any:
        return self.client.delete(f"/api/v1{address}", headers=self.headers)

    def _send(
        self, method: str, address: str, body: Any, *, key: str | None = None, content_type: str = "application/json"
    ) -> Any:
        headers = self.headers | ({"Idempotency-Key": key} if key is not None else {})
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return getattr(self.client, method)(f"/api/v1{address}", raw, content_type=content_type, headers=headers)


def assert_problem(answer: Any, status: int, code: str, *fields: str) -> dict[str, Any]:
    """The answer is a problem document of that kind that names these fields; returns the document."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content[:500]
    document: dict[str, Any] = json.loads(answer.content)
    assert (answer.status_code, document["code"]) == (status, code), document
    assert document["status"] == status
    assert document["type"].endswith(f"/problems/{code}")
    assert document["title"]
    assert document["detail"]
    assert [error["field"] for error in document.get("errors", [])] == list(fields), document
    return document
