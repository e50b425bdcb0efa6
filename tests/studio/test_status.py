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
def test_c8_forty_ports_of_one_address_are_one_caller_and_another_address_is_another(settings: Any) -> None:
    settings.NOTICE_URL, settings.BEHIND_PROXY = "", True

    def ask(number: int, address: str) -> int:
        headers = {"X-Forwarded-For": f"198.51.100.1, {address}"}
        return Client(headers=headers).post("/studio/sign-in", {"contact": f"p{number}@example.com"}).status_code

    came = [ask(number, f"203.0.113.51:{50_000 + number}") for number in range(40)]

    assert [status == 429 for status in came] == [False] * 30 + [True] * 10
    assert ask(40, "203.0.113.52:50000") != 429


@pytest.mark.django_db
def test_what_a_form_itself_finds_is_422(client: Client) -> None:
    assert client.post("/studio/sign-in", {"contact": ""}).status_code == 422
