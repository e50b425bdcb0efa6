"""Which network addresses we may fetch from: public ones only, whatever form they are dressed in."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.ip_network("64:ff9b::/96")
NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
# Python 3.11 calls these global, and they are not places where a picture lives: protocol assignments, old 6to4 relays,
# and the documentation and benchmarking ranges, named here so that a newer or older table does not open them.
NEVER = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "2001:db8::/32", "fec0::/10", "100::/64")
)


class NotPublic(ValueError):
    """An address that is not on the public internet, or only looks as if it were."""


@dataclass(frozen=True)
class Pinned:
    """An address of the web whose host was looked up once: ask `url`, with `netloc` as Host and `host` in the TLS
    handshake, and the connection goes to the very address that was checked.
    """

    url: str
    netloc: str
    host: str


def pinned(url: str) -> Pinned:
    """Check where an address of the web leads: https on port 443 of a public host, without a fragment or a password.

    Plain http is for the simulated marketplaces alone, on this machine. Raises NotPublic, OSError for a host without
    an address. The port and the host come from the parsed address, so nothing can be read as another part of it.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise NotPublic("not an address of the web") from None
    if parts.scheme == "http":
        sandbox = urlsplit(getattr(settings, "SANDBOX_URL", "")).netloc
        if not sandbox or parts.netloc.rpartition("@")[2] != sandbox:
            raise NotPublic("plain http")
        port = port or 80
        addresses = resolve(host, port)
        if not all(address.is_loopback for address in addresses):
            raise NotPublic("a simulated marketplace that is not on this machine")
    elif parts.scheme != "https" or not host:
        raise NotPublic("not https")
    elif port not in (None, 443):
        raise NotPublic("a port that is not https")
    else:
        port = 443
        addresses = public_addresses(host, port)
    return Pinned(_at(parts, addresses[0], port), parts.netloc.rpartition("@")[2], host)


def _at(parts: SplitResult, address: Address, port: int) -> str:
    at = f"[{address}]" if address.version == 6 else str(address)
    is_usual = port == (443 if parts.scheme == "https" else 80)
    return parts._replace(netloc=at if is_usual else f"{at}:{port}", fragment="").geturl()


def public_addresses(host: str, port: int) -> list[Address]:
    """The addresses of a host, asked for once. Raises NotPublic when any of them is not public, OSError for none."""
    found = resolve(host, port)
    for address in found:
        check_public(address)
    return found


def resolve(host: str, port: int) -> list[Address]:
    """Every address of a host, in the resolver's order. OSError when there is none."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers))


def check_public(address: Address) -> None:
    """Raises NotPublic. An address inside an address (mapped, NAT64, 6to4, Teredo) is judged by its inside too.

    `is_global` alone lets through 64:ff9b::7f00:1 (127.0.0.1 by NAT64), 2002:7f00:1:: (by 6to4), 224.0.0.1 and others.
    """
    inside = [address, *_embedded(address)]
    for each in inside:
        if (
            not each.is_global
            or each.is_multicast
            or each.is_reserved
            or each.is_unspecified
            or any(each in network for network in NEVER if network.version == each.version)
        ):
            raise NotPublic(f"{address} is not a public address")
    if len(inside) > 1:
        raise NotPublic(f"{address} wraps another address")


def _embedded(address: Address) -> list[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found: list[Address] = [each for each in (address.ipv4_mapped, address.sixtofour) if each]
    if address.teredo:
        found += address.teredo
    if address in NAT64 or address in NAT64_LOCAL:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return found
