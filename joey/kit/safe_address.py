"""Which network addresses we may fetch from: public ones only, whatever form they are dressed in."""

import ipaddress
import socket

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
