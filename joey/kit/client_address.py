"""Who calls: the one place that reads a client's address, for pages, API, fast path, limits and visitors.

What a request claims counts only where our own proxy wrote it. `JOEY_BEHIND_PROXY=1` trusts the one proxy that
connects; `JOEY_TRUSTED_PROXIES` names all of them, and the list that they wrote is read from the right.
"""

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# "203.0.113.5:443", "[2001:db8::1]:443", "[2001:db8::1]"; a bare IPv6 address has no port.
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::[0-9]*)?|([^:]*):[0-9]*")
_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*("[^"]*"|[^;]*)', re.IGNORECASE)  # of one element of Forwarded (RFC 7239)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 client behind a translator (RFC 6052)
LONGEST = 4_000  # characters of a forwarded list; what is further left was written by a stranger


@lru_cache(maxsize=20_000)
def read_address(text: str) -> Address | None:
    """The address in any spelling that proxies write, None for what is none."""
    text = re.sub("^for ?= ?", "", text.strip(), flags=re.IGNORECASE)  # written so into the older header, too
    text = text.strip().strip('"').strip()
    if found := _WITH_PORT.fullmatch(text):
        text = found[1] if found[1] is not None else found[2]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def client_address(peer: str, forwarded: Callable[[], str]) -> str:
    """The client's address in its one spelling, "" where it is not known.

    `peer` is who connected, `forwarded` gives the header that our proxies write (`JOEY_PROXY_HEADER`).
    """
    address = read_address(peer)
    if settings.BEHIND_PROXY and _is_trusted(address):
        listed = forwarded()[-LONGEST:]
        for hop in reversed(_hops(listed)) if listed else ():
            found = read_address(hop)
            if found is None:  # "unknown", or nonsense: what is left of it is not to be believed
                break
            address = found
            if not settings.TRUSTED_PROXIES or not _is_trusted(found):
                break
    return str(address) if address is not None else ""


def address_of(request: HttpRequest) -> str:
    """The address of a request that Django answers."""
    name = "HTTP_" + settings.PROXY_HEADER.upper().replace("-", "_")
    return client_address(str(request.META.get("REMOTE_ADDR") or ""), lambda: str(request.META.get(name) or ""))


def caller_key(address: str) -> str:
    """What a limit counts as one caller: an IPv4 address, or the /64 that one IPv6 subscriber has."""
    found = read_address(address)
    return _network(found, 32 if found.version == 4 else 64) if found else ""


def network_of(address: str) -> str:
    """The wider network, coarse on purpose (IPv4 /24, IPv6 /48); "" for what is no address."""
    found = read_address(address)
    return _network(found, 24 if found.version == 4 else 48) if found else ""


def _network(address: Address, bits: int) -> str:
    return str(ipaddress.ip_network((address, bits), strict=False).network_address)


def _is_trusted(address: Address | None) -> bool:
    """Whether it is a proxy of ours. Without a list the one that connects is, and so is one that connects by a socket
    of this machine, which has no address.
    """
    trusted = settings.TRUSTED_PROXIES
    return not trusted or address is None or any(address in network for network in trusted)


def _hops(listed: str) -> list[str]:
    """The entries of a list, the client's first."""
    entries = listed.split(",")
    if settings.PROXY_HEADER.lower() != "forwarded":
        return entries
    return [found[1] if (found := _FOR.search(entry.strip())) else "" for entry in entries]
