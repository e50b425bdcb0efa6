"""Which language a page is in, by what was asked for, remembered and accepted."""

import pytest
from django.test import Client

from joey.site.language import choose


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("en;q=0.1, zh;q=0.9", "zh-hans"),  # case B5
        ("*;q=0.5, en;q=0.4", "zh-hans"),
        ("*;q=0.5, zh;q=0", "en"),
        ("zh;q=0", "en"),
        ("fr, zh;q=0", "en"),
        ("zh;q=0, en;q=0.1, *;q=0", "en"),
        ("en;q=0.5, *;q=0.4", "en"),
        ("zh;q=0.1, en;q=0.9", "en"),
        ("en-GB,en;q=0.9,zh-CN;q=0.8", "en"),
        ("fr, de;q=0.9, en;q=0.2", "en"),
        ("en;q=0, zh;q=0.1", "zh-hans"),
        ("zh;q=0, en;q=0.001", "en"),
        ("zh-TW", "zh-hans"),
        ("fr", "zh-hans"),
        ("*", "zh-hans"),
        ("", "zh-hans"),
        ("en;q=x", "zh-hans"),
        ("zho", "zh-hans"),
        ("english", "zh-hans"),
    ],
)
def test_the_browsers_heaviest_language_that_we_have_wins(accepted: str, language: str) -> None:
    assert choose(None, None, accepted) == language


def test_an_address_goes_before_the_cookie_and_the_cookie_before_the_browser() -> None:
    assert choose("en", "zh", "zh") == "en"
    assert choose(None, "en", "zh") == "en"
    assert choose("klingon", None, "en") == "en"


@pytest.mark.django_db
def test_a_page_that_is_not_found_varies_with_what_chooses_its_language(client: Client) -> None:
    page = client.get("/s/no-such-shop", headers={"accept-language": "en"})

    assert (page.status_code, page.headers["Content-Language"]) == (404, "en")
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in page.headers["Vary"].split(",")}
