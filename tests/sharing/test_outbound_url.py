"""The open-redirect list: what is not plainly an allowed https address does not pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joey.sharing.outbound_url import may_lead_to

HOSTS = frozenset({"item.taobao.com", "s.click.taobao.com"})

ALLOWED = [
    "https://item.taobao.com/item.htm?id=1",
    "https://s.click.taobao.com/t?e=m%3D2%26s%3DAbC&union_lens=lensId%3A1",
    "https://item.taobao.com",
    "https://item.taobao.com/a//b/../c?next=https://evil.example#x",
]
HOSTILE = [
    "",
    "/",
    "//evil.example",
    "///evil.example",
    "////item.taobao.com@evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:/\\evil.example",
    "https:\\\\item.taobao.com",
    "https:evil.example",
    "https:///evil.example",
    "https:/item.taobao.com/",
    "http://item.taobao.com/",
    "HTTPS://ITEM.TAOBAO.COM/",
    "https://ITEM.taobao.com/",
    "https://item.taobao.com:443/",
    "https://item.taobao.com:8443/",
    "https://item.taobao.com:/",
    "https://item.taobao.com./",
    "https://item.taobao.com@evil.example/",
    "https://user@item.taobao.com/",
    "https://user:password@item.taobao.com/",
    "https://item.taobao.com%40evil.example/",
    "https://item.taobao.com%2eevil.example/",
    "https://item.taobao.com.evil.example/",
    "https://evil.example/item.taobao.com",
    "https://evil.example?item.taobao.com",
    "https://evil.example#item.taobao.com",
    "https://evil.example\\@item.taobao.com/",
    "https://evil.example\\.item.taobao.com/",
    "https://eviltaobao.com/",
    "https://sub.item.taobao.com/",
    "https://taobao.com/",
    "https://item.taobao.com\t.evil.example/",
    "https://item.taobao.com\n.evil.example/",
    "https://item.taobao.com/\r\nSet-Cookie: a=b",
    "https://item.taobao.com/\x00",
    " https://item.taobao.com/",
    "https://item.taobao.com/ ",
    "https://item。taobao。com/",
    "https://ｉｔｅｍ.taobao.com/",
    "https://item.taobao.com/商品",
    "https://xn--item-taobao.com/",
    "https://[::1]/",
    "https://[item.taobao.com]/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://localhost/",
    "javascript:alert(1)//item.taobao.com",
    "javascript://item.taobao.com/%0aalert(1)",
    "data:text/html,<script>",
    "vbscript:msgbox",
    "file:///etc/passwd",
    "ftp://item.taobao.com/",
    "tbopen://item.taobao.com/",
    "intent://item.taobao.com/#Intent;scheme=https;end",
    "blob:https://item.taobao.com/x",
    'https://item.taobao.com/"><script>',
    "https://item.taobao.com/" + "a" * 2000,
    "http://localhost:8001/item",
    "https://item.taobao.com:99999/",
]


@pytest.mark.parametrize("url", ALLOWED)
def test_an_allowed_address_passes_unchanged(url: str) -> None:
    assert may_lead_to(url, HOSTS, sandbox="") == url


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_form_is_refused(url: str) -> None:
    assert may_lead_to(url, HOSTS, sandbox="") is None


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8002/item",
        "http://localhost:80010/item",
        "http://localhost:8001@evil.example/",
        "http://localhost:8001.evil.example/",
        "http://localhost/item",
        "https://localhost:8001/item",
        "http://localhost:8001\\@evil.example/",
        "http://user@localhost:8001/",
        "http://127.0.0.1:8001/",
        "//localhost:8001/",
    ],
)
def test_only_the_sandboxes_own_origin_is_allowed_while_it_is_on(url: str) -> None:
    assert may_lead_to(url, HOSTS, sandbox="http://localhost:8001") is None


def test_the_sandbox_is_allowed_only_while_it_is_on() -> None:
    url = "http://localhost:8001/item/taobao/1?x=1"

    assert may_lead_to(url, HOSTS, sandbox="http://localhost:8001") == url
    assert may_lead_to(url, HOSTS, sandbox="") is None


@given(st.text(max_size=40), st.sampled_from(["https://item.taobao.com", "https://", "//", "https://evil.example/"]))
def test_whatever_is_glued_on_the_host_stays_the_allowed_one(tail: str, start: str) -> None:
    passed = may_lead_to(start + tail, HOSTS, sandbox="")

    assert passed is None or passed.startswith(("https://item.taobao.com", "https://s.click.taobao.com"))
    if passed is not None:
        assert passed.removeprefix("https://item.taobao.com").removeprefix("https://s.click.taobao.com")[:1] in (
            "", "/", "?", "#",
        )  # fmt: skip
