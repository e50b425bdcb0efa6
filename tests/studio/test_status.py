"""A page with a form answers a refusal with the status that the API has for it."""

from typing import Any

import pytest
from django.test import Client


@pytest.mark.django_db
def test_too_many_codes_are_429_with_the_time_to_wait_on_the_page_too(client: Client, settings: Any) -> None:
    settings.NOTICE_URL = ""
    pages: list[Any] = [client.post("/studio/sign-in", {"contact": f"p{n}@example.com"}) for n in range(31)]

    assert pages[-1].status_code == 429
    assert int(pages[-1].headers["Retry-After"]) > 3_000
    assert "Retry-After" not in client.get("/studio/sign-in").headers


@pytest.mark.django_db
def test_what_a_form_itself_finds_is_422(client: Client) -> None:
    assert client.post("/studio/sign-in", {"contact": ""}).status_code == 422
