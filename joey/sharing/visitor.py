"""Who opened a link: a person, a messenger drawing a card, a prefetch, a robot, or a frame that nobody tapped.

Practice of the MRC/IAB guidelines for general invalid traffic: declared agents and request metadata, gross and net
both kept. Disguised robots are not found here; nothing is paid for clicks, so there is little to win.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from datetime import date
from urllib.parse import urlsplit

from django.conf import settings

from joey.sharing.declared_agents import PREVIEWS, ROBOTS
from joey.sharing.models import Click

PERSON, PREVIEW, PREFETCH = Click.Visitor.PERSON, Click.Visitor.PREVIEW, Click.Visitor.PREFETCH
ROBOT, EMBEDDED = Click.Visitor.ROBOT, Click.Visitor.EMBEDDED

_PREVIEWS = tuple(mark.lower() for mark, _why in PREVIEWS)
_ROBOTS = tuple(mark.lower() for mark, _why in ROBOTS)


def classify(method: str, headers: Mapping[str, str]) -> Click.Visitor:
    """The kind of visitor, by method and request headers (names in lower case)."""
    agent = headers.get("user-agent", "").strip().lower().replace("cubot", "")  # a make of phone, no robot
    if any(mark in agent for mark in _PREVIEWS):
        return PREVIEW
    # Sec-Purpose and Purpose: Chrome, Safari; X-Moz: Firefox; X-Purpose: older Safari
    if any(
        wish in headers.get(name, "").lower()
        for name in ("sec-purpose", "purpose", "x-purpose", "x-moz")
        for wish in ("prefetch", "prerender", "preview")
    ):
        return PREFETCH
    if method != "GET" or not agent or any(mark in agent for mark in _ROBOTS):
        return ROBOT
    # Fetch metadata: a tap that opens a page has the destination "document"; an image, frame or script has another
    if headers.get("sec-fetch-dest", "document").lower() not in ("document", ""):
        return EMBEDDED
    return PERSON


def visitor_key(address: str, agent: str, day: date) -> bytes:
    """16 bytes that say "the same browser today" and no more.

    A hash of network (IPv4 /24, IPv6 /48) and agent, keyed with a salt of the day: tomorrow's key of the same
    browser is another one, and without the instance's secret a key leads back to nobody.
    """
    salt = hmac.new(settings.SECRET_KEY.encode(), f"visitor salt {day.isoformat()}".encode(), hashlib.sha256).digest()
    told = f"{network_of(address)}\n{agent[:500]}".encode("utf-8", "replace")
    return hmac.new(salt, told, hashlib.sha256).digest()[:16]


def network_of(address: str) -> str:
    """The network of an address, coarse on purpose; "" for what is no address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    bits = 24 if found.version == 4 else 48
    return str(ipaddress.ip_network((found, bits), strict=False).network_address)


def referrer_host(referrer: str) -> str:
    """The host a visitor came from, in lower case; "" when unknown or unreadable. Never the path."""
    try:
        host = urlsplit(referrer).hostname or ""
    except ValueError:
        return ""
    return host if host.isascii() and host.isprintable() and len(host) <= 120 else ""
