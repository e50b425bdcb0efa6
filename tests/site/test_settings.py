"""A setting that cannot work is refused in a sentence that names it."""

from ipaddress import ip_network

import pytest
from click.testing import CliRunner
from django.core.exceptions import ImproperlyConfigured

from joey.cli import prove as prove_command
from joey.cli.cli import main
from joey.site.settings import countries, database, networks, number


@pytest.mark.parametrize("text", ["abc", "-5", "1.5", "1e3", "９", "9" * 10])
def test_a_number_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("JOEY_CLICK_DAYS", text)

    with pytest.raises(ImproperlyConfigured, match="JOEY_CLICK_DAYS must be a whole number from 0 on"):
        number("JOEY_CLICK_DAYS", 400)


@pytest.mark.parametrize(("text", "read"), [("", 400), ("0", 0), ("30", 30)])
def test_a_number_is_read_and_an_empty_one_is_the_default(
    monkeypatch: pytest.MonkeyPatch, text: str, read: int
) -> None:
    monkeypatch.setenv("JOEY_CLICK_DAYS", text)

    assert number("JOEY_CLICK_DAYS", 400) == read


def test_the_terminal_shows_the_sentence_and_no_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise ImproperlyConfigured("JOEY_ZONE must name a time zone such as Asia/Shanghai, not 'Mars'.")

    monkeypatch.delenv("JOEY_DEBUG", raising=False)
    monkeypatch.setattr(prove_command.prove, "callback", refuse)

    said = CliRunner().invoke(main, ["prove"])

    assert (said.exit_code, said.output) == (1, "JOEY_ZONE must name a time zone such as Asia/Shanghai, not 'Mars'.\n")


def test_a_pool_has_a_connection_beside_the_one_that_a_proof_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOEY_POOL", "1")

    with pytest.raises(ImproperlyConfigured, match="JOEY_POOL must be a whole number from 2 on"):
        database("postgresql://joey@/joey", pool=True)


def test_proxies_and_countries_are_lists_and_a_wrong_entry_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, read in (("", ()), (" 10.0.0.0/8, 2001:db8::1 ,", ("10.0.0.0/8", "2001:db8::1/128"))):
        monkeypatch.setenv("JOEY_TRUSTED_PROXIES", text)
        assert networks("JOEY_TRUSTED_PROXIES") == tuple(map(ip_network, read))
    for text in ("proxy.example", "10.0.0.1/8", "10.0.0.0/33"):
        monkeypatch.setenv("JOEY_TRUSTED_PROXIES", f"10.0.0.1,{text}")
        with pytest.raises(ImproperlyConfigured, match=f"JOEY_TRUSTED_PROXIES must list .* not '{text}'"):
            networks("JOEY_TRUSTED_PROXIES")
    monkeypatch.setenv("JOEY_PHONE_COUNTRIES", "cn, HK")
    assert countries("JOEY_PHONE_COUNTRIES") == {"CN", "HK"}
    monkeypatch.setenv("JOEY_PHONE_COUNTRIES", "CN,China")
    with pytest.raises(ImproperlyConfigured, match=r"JOEY_PHONE_COUNTRIES must list .* not 'CHINA'"):
        countries("JOEY_PHONE_COUNTRIES")
