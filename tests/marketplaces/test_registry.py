"""Which marketplaces are connected, and what a link may lead to."""

import json
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from pytest_django import Settings

from joey.kit.accounts_file import accounts_in
from joey.marketplaces import registry
from joey.marketplaces.pasted import addresses, copy_codes, is_pasted, leads_to, names_no_item
from joey.marketplaces.registry import NotConnected
from tests.sandbox.conftest import Sandbox


def test_one_connector_serves_taobao_and_tmall(connected: Sandbox) -> None:
    assert registry.connector_for("tmall") is registry.connector_for("taobao") is registry.connector("taobao")
    assert set(registry.connected_marketplaces()) == {
        "taobao", "tmall", "jd", "pinduoduo", "dangdang", "amazon", "1688",
    }  # fmt: skip
    assert [each.code for each in registry.connectors()] == ["1688", "amazon", "dangdang", "jd", "pinduoduo", "taobao"]
    assert [registry.code_for(name) for name in ("tmall", "jd", "feed:x")] == ["taobao", "jd", "feed:x"]


def test_a_marketplace_has_a_name_in_both_languages(connected: Sandbox) -> None:
    with translation.override("zh-hans"):
        assert (str(registry.name_of("tmall")), str(registry.reporter_name("taobao"))) == ("天猫", "淘宝或天猫")
    with translation.override("en"):
        assert (str(registry.name_of("tmall")), str(registry.reporter_name("taobao"))) == ("Tmall", "Taobao or Tmall")
    assert str(registry.name_of("feed:corner-shop")) == "corner-shop"


def test_what_is_not_configured_is_not_connected_and_says_so(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {}

    assert registry.connectors() == ()
    for ask in (registry.connector, registry.connector_for):
        with pytest.raises(NotConnected, match=r"not connected to Tmall|没有连接|天猫"):
            ask("tmall")


@pytest.mark.django_db
def test_policy_outlives_a_connection(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {}

    assert registry.manifest_of("tmall").window_days == 15
    assert registry.manifest_of("dangdang").reports_orders is False
    with pytest.raises(NotConnected):
        registry.manifest_of("ebay")


def test_an_account_that_cannot_be_used_is_named_and_stops_no_other(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {
        "taobao": {"credentials": {"app_key": "1"}},
        "jd": {"gateway": "http://localhost:8001/feeds/jd.jsonl"},
        "tmall": {"credentials": {"app_key": "1"}},  # reached by Taobao's account, as the sandbox says too
        "amazon": "not an object",
        "moon": {},
    }

    with translation.override("en"):
        problems = {each.marketplace: each.problem for each in registry.faults()}
    assert [each.code for each in registry.connectors()] == ["jd"]
    assert problems == {
        "taobao": "The configuration of taobao lacks “app_secret”.",
        "amazon": "what is configured for it is no JSON object",
        "moon": "no package that is installed has this code",
    }
    with pytest.raises(NotConnected):
        registry.connector("taobao")


@pytest.mark.parametrize("rate", [0, -1, 0.5, "30", True, []])
def test_a_rate_that_is_no_number_of_calls_is_refused_and_named(settings: Settings, rate: object) -> None:
    settings.JOEY_MARKETPLACES = {
        "taobao": {"credentials": {"app_key": "1", "app_secret": "2"}, "calls_per_second": rate}
    }

    with translation.override("en"):
        (fault,) = registry.faults()

    assert fault.problem == "“calls_per_second” in the configuration of taobao is not a whole number from 1 on."


KEYS = {"app_key": "1", "app_secret": "of the tests"}


@pytest.mark.parametrize(
    ("marketplace", "configuration", "problem"),
    [
        ("taobao", {"orders": "files"}, "“orders” … can only be \"file\", or be left out."),
        ("taobao", {"orders": True}, "“orders” … can only be \"file\", or be left out."),
        ("taobao", {"order": "file"}, "has no setting “order” there. It has: gateway, credentials, "),
        ("taobao", {"app_secret": "of the tests"}, "has no setting “app_secret” there."),
        ("taobao", {"credentials": KEYS | {"positions": "relation"}}, "“positions” … can only be \"relations\""),
        ("taobao", {"credentials": KEYS | {"positions": ["relations"]}}, "“positions” … can only be \"relations\""),
        ("taobao", {"credentials": KEYS | {"refunds": "Relations"}}, "“refunds” … can only be \"relations\""),
        ("taobao", {"credentials": KEYS | {"refund": "relations"}}, "has no setting “refund” there."),
        ("taobao", {"credentials": KEYS | {"tool_provider": "true"}}, "“tool_provider” … can only be true / false"),
        ("taobao", {"credentials": KEYS | {"agent_mode": 1}}, "“agent_mode” … can only be true / false"),
        ("taobao", {"credentials": KEYS | {"sign_method": "sha1"}}, "“sign_method” … can only be \"md5\" / \"hmac\""),
        ("taobao", {"credentials": ["of the tests"]}, "“credentials” … can only be {…}, or be left out."),
        ("taobao", {"credentials": KEYS | {"adzones": "110000000001"}}, "“adzones” … can only be […]"),
        ("taobao", {"credentials": KEYS | {"app_key": True}}, "“app_key” … can only be \"…\" / 123"),
        ("dangdang", {"adress": "http://localhost:1/dangdang"},
         "has no setting “adress” there. It has: gateway, credentials."),
    ],
)  # fmt: skip
def test_a_setting_or_a_choice_that_does_not_exist_is_refused_and_named(
    settings: Settings, marketplace: str, configuration: dict[str, object], problem: str
) -> None:
    settings.JOEY_MARKETPLACES = {marketplace: {"gateway": "http://localhost:1/", "credentials": KEYS} | configuration}

    with translation.override("en"):
        (fault,) = registry.faults()

    assert all(part in fault.problem for part in problem.split(" … "))
    assert "of the tests" not in fault.problem
    assert registry.connectors() == ()


def test_a_choice_that_is_left_empty_is_not_set(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"credentials": KEYS | {"positions": "", "refunds": None}, "orders": None}}

    assert (registry.faults(), len(registry.connectors())) == ((), 1)


def test_accounts_come_from_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "marketplaces.json"
    assert accounts_in(path) == {}

    path.write_text(json.dumps({"jd": {"gateway": "http://localhost:8001/feeds/jd.jsonl"}}))
    path.chmod(0o644)
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        accounts_in(path)
    path.chmod(0o600)
    assert list(accounts_in(path)) == ["jd"]
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())  # as an editor may write it
    assert list(accounts_in(path)) == ["jd"]


HOSTS = {"item.taobao.com", "localhost:8001"}


@pytest.mark.parametrize(
    "url",
    ["https://item.taobao.com/item.htm?id=1", "https://item.taobao.com:443/x", "https://ITEM.taobao.com/x",
     "http://localhost:8001/t?e=1"],
)  # fmt: skip
def test_listed_hosts_may_be_led_to(url: str) -> None:
    assert leads_to(url, HOSTS)


@pytest.mark.parametrize(
    "url",
    ["http://item.taobao.com/x", "https://item.taobao.com:8443/x", "https://item.taobao.com@evil.example/x",
     "https://evil.example/item.taobao.com", "//item.taobao.com/x", "https:\\\\item.taobao.com/x", "ftp://item.taobao.com/",
     "https://item.taobao.com\t.evil.example/", "https://item.taobao.com.evil.example/", "javascript:alert(1)",
     "https://item.taobao.com:99999999/", "http://localhost/x", "http://localhost:8002/x", "", "https://[::1"],
)  # fmt: skip
def test_nothing_else_may_be_led_to(url: str) -> None:
    assert not leads_to(url, HOSTS)


def test_addresses_are_found_in_what_people_copy() -> None:
    pasted = "【淘宝】https://m.tb.cn/h.abc?tk=1 CZ0001 「锅」，或者(https://item.taobao.com/item.htm?id=1)。"

    assert addresses(pasted) == ["https://m.tb.cn/h.abc?tk=1", "https://item.taobao.com/item.htm?id=1"]


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("//item.taobao.com/item.htm?id=1", ["https://item.taobao.com/item.htm?id=1"]),
        ("看item.taobao.com/item.htm?id=1。", ["https://item.taobao.com/item.htm?id=1"]),
        ("m.tb.cn/h.abc?tk=1 CZ0001", ["https://m.tb.cn/h.abc?tk=1"]),
        ("detail.tmall.com?id=1", ["https://detail.tmall.com?id=1"]),
        ("https：//item.jd.com/1.html", ["https://item.jd.com/1.html"]),
        ("//localhost:8001/t?e=1", ["https://localhost:8001/t?e=1"]),
        ("https://a.example/?to=//item.taobao.com/x", ["https://a.example/?to=//item.taobao.com/x"]),
        *((words, []) for words in (
            "A.O.Smith/3000", "Dr.Martens/1460", "AC//DC", "USB3.0/2.0", "3.5mm/2m", "wi-fi/bt", "1/2", "asp.net",
            "mei@item.taobao.com/x", "锅",
        )),
    ],
)  # fmt: skip
def test_an_address_without_its_scheme_is_one_and_a_name_with_points_is_none(pasted: str, found: list[str]) -> None:
    assert addresses(pasted) == found
    assert is_pasted(pasted) == bool(found)


def test_a_host_alone_and_a_code_in_brackets_are_pasted_and_words_beside_a_host_are_searched() -> None:
    """Case P5."""
    hosts = "www.jd.com www.jd.com/… JD.com/ taobao.com 「https://www.jd.com」 re.jd.com WWW.taobao.com。"
    for text in [*hosts.split(), "https://www.jd.com/phones", "看 www.jd.com/phones"]:
        assert (is_pasted(text), names_no_item(text)) == (True, True), text
    for text in ("https://item.jd.com/1.html", "item.jd.com/1.html", "www.example.com", "https://example.com/a"):
        assert (is_pasted(text), names_no_item(text)) == (True, False), text
    codes = [
        "复制这段 (aBcD1234efG) 打开", "(CZ001 aBcD1234efG)", "（aBcD1234efG）", "9.9 (aBcD1234efG) CZ0001 碗",
        "複製這段《aBcD1234efG》", "复制 /aBcD1234efG/ 打开App", "₩aBcD1234efG₩", "￥CZ001 aBcD1234efG￥",
    ]  # fmt: skip
    for text in codes:
        assert (copy_codes(text), is_pasted(text)) == (["aBcD1234efG"], True), text
    words = [
        "保护壳 (iPhone15Pro)", "创维（skyworth）电视", "example.com", "www.jd.com 手机", "手机 taobao.com",
        "mei@jd.com", "打开 wi-fi/bluetooth/usb", "(stainless)", "$100/abcdefgh/", "Dr.Martens", "notjd.community",
    ]  # fmt: skip
    for text in words:
        assert not is_pasted(text), text


def test_what_a_page_promises_is_never_more_than_what_is_booked() -> None:
    policy = registry.manifest_of("taobao")

    # 69.00 at 5.5 %: 3.79 of commission, of which the union keeps 0.38
    assert policy.worth(6900, 55_000) == 341
    assert policy.worth(0, 55_000) == policy.worth(6900, 0) == 0
    assert registry.manifest_of("jd").worth(6900, 55_000) == 379
