"""Who calls: addresses as proxies write them (case C8). One caller is one, two callers are two."""

from ipaddress import ip_network
from typing import Any

import pytest
from django.test import RequestFactory

from joey.edge.asked import Asked
from joey.kit.client_address import address_of, caller_key, network_of
from joey.site.language import choose

# Every spelling of one address, then another caller's.
SAME = {
    "203.0.113.51": (
        "203.0.113.51", " 203.0.113.51 ", "203.0.113.51:", "for=203.0.113.51", 'For="[::ffff:203.0.113.51]:"',
        "203.0.113.51:4711", "::ffff:203.0.113.51", "::FFFF:CB00:7133",
        "[::ffff:203.0.113.51]:4711", '"203.0.113.51:4711"', "64:ff9b::203.0.113.51", "0:0:0:0:0:ffff:203.0.113.51",
    ),
    "2001:db8:1:2::3": (
        "2001:db8:1:2::3", "2001:DB8:1:2::3", "2001:0db8:0001:0002:0000:0000:0000:0003", "[2001:db8:1:2::3]",
        "[2001:db8:1:2::3]:443", '"[2001:db8:1:2::3]:443"', "2001:db8:1:2::3%eth0", "[2001:db8:1:2::3%25eth0]:443",
    ),
    "": ("", "unknown", "_hidden", "203.0.113", "203.0.113.5.1", "256.1.1.1", "localhost:80", "[::1", ":80", "\0", "é"),
}  # fmt: skip


def asked_from(peer: str, **headers: str) -> tuple[str, str]:
    """The address as Django's pages and as the fast path read it."""
    names = {name.replace("_", "-").lower().encode(): value.encode() for name, value in headers.items()}
    scope = {"method": "GET", "path": "/l/x", "headers": list(names.items()), "client": (peer, 1)}
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    request = RequestFactory().get("/", headers=sent, REMOTE_ADDR=peer)
    return address_of(request), Asked(scope, choose).address


@pytest.mark.parametrize("address", SAME)
def test_every_spelling_of_an_address_is_that_address(address: str, settings: Any) -> None:
    settings.BEHIND_PROXY = True
    for spelled in SAME[address]:
        behind = asked_from("10.0.0.1", X_Forwarded_For=spelled)
        assert behind == ((address or "10.0.0.1"),) * 2, spelled
        assert caller_key(spelled) == caller_key(address)
        assert network_of(spelled) == network_of(address)


@pytest.mark.parametrize(
    ("address", "caller", "network"),
    [
        ("203.0.113.77", "203.0.113.77", "203.0.113.0"),
        ("203.0.113.78", "203.0.113.78", "203.0.113.0"),
        ("2001:db8:1:2::3", "2001:db8:1:2::", "2001:db8:1::"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::", "2001:db8:1::"),  # one subscriber has the whole /64
        ("2001:db8:1:3::3", "2001:db8:1:3::", "2001:db8:1::"),
        ("fe80::1%eth0", "fe80::", "fe80::"),
        ("unix:", "", ""),
    ],
)
def test_an_ipv6_subscriber_is_one_caller_and_a_network_is_coarse(address: str, caller: str, network: str) -> None:
    assert (caller_key(address), network_of(address)) == (caller, network)


# (trusted proxies, None: no proxy at all; who connects; X-Forwarded-For; the caller)
CHAINS = [
    (None, "198.51.100.9", "203.0.113.51", "198.51.100.9"),  # nothing of ours wrote it
    ("", "198.51.100.9", "", "198.51.100.9"),
    ("", "10.0.0.1", "6.6.6.6, 203.0.113.51", "203.0.113.51"),  # one proxy: what is left of its entry is a claim
    ("", "10.0.0.1", "203.0.113.51, unknown", "10.0.0.1"),
    ("10.0.0.0/8", "10.0.0.1", "6.6.6.6, 203.0.113.51:99, 10.0.0.2:80", "203.0.113.51"),
    ("10.0.0.0/8", "::ffff:10.0.0.1", "203.0.113.51", "203.0.113.51"),
    ("10.0.0.0/8", "198.51.100.9", "203.0.113.51", "198.51.100.9"),  # it did not come through our proxy
    ("10.0.0.0/8,2001:db8::/32", "2001:db8::1", "203.0.113.51, 10.0.0.2", "203.0.113.51"),
    ("10.0.0.0/8", "10.0.0.1", "10.0.0.7, 10.0.0.2", "10.0.0.7"),  # our own machines only: the first of them
    ("10.0.0.0/8", "10.0.0.1", "6.6.6.6, nonsense, 10.0.0.2", "10.0.0.2"),
    ("10.0.0.0/8", "unix:", "203.0.113.51", "203.0.113.51"),
    ("10.0.0.0/8", "10.0.0.1", ",".join(["6.6.6.6"] * 5_000) + ",203.0.113.51", "203.0.113.51"),
]


def trust(settings: Any, proxies: str | None) -> None:
    settings.BEHIND_PROXY = proxies is not None
    settings.TRUSTED_PROXIES = tuple(ip_network(each) for each in (proxies or "").split(",") if each)


@pytest.mark.parametrize(("proxies", "peer", "forwarded", "caller"), CHAINS)
def test_a_list_is_read_from_the_right_as_far_as_our_proxies_wrote_it(
    proxies: str | None, peer: str, forwarded: str, caller: str, settings: Any
) -> None:
    trust(settings, proxies)

    assert asked_from(peer, X_Forwarded_For=forwarded) == (caller, caller)


@pytest.mark.parametrize(
    ("forwarded", "caller"),
    [
        ("for=203.0.113.51;proto=https;by=10.0.0.1", "203.0.113.51"),
        ('proto=https; For="[2001:db8:1:2::3]:4711"', "2001:db8:1:2::3"),
        ('for=6.6.6.6, for="203.0.113.51:4711";host=x, for=10.0.0.2', "203.0.113.51"),
        ("for=203.0.113.51, for=unknown", "10.0.0.1"),
        ("by=203.0.113.51", "10.0.0.1"),
    ],
)
def test_forwarded_is_read_where_the_proxy_writes_that(forwarded: str, caller: str, settings: Any) -> None:
    trust(settings, "10.0.0.0/8")
    settings.PROXY_HEADER = "Forwarded"

    assert asked_from("10.0.0.1", Forwarded=forwarded, X_Forwarded_For="6.6.6.6") == (caller, caller)


def test_a_header_that_was_sent_twice_is_one_list(settings: Any) -> None:
    trust(settings, "10.0.0.0/8")
    sent = [(b"x-forwarded-for", b"6.6.6.6"), (b"x-forwarded-for", b"203.0.113.51"), (b"x-forwarded-for", b"10.0.0.2")]
    scope = {"method": "GET", "path": "/l/x", "headers": sent, "client": ("10.0.0.1", 1)}

    assert Asked(scope, choose).address == "203.0.113.51"
