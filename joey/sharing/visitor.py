"""Who opened a link: a person, a messenger drawing a card, a prefetch, a robot, or a frame that no person tapped.

Practice of the MRC/IAB guidelines for general invalid traffic: declared agents and request metadata, gross and net
both kept. Disguised robots are not found here; nothing is paid for clicks, so there is little to win.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

from joey.kit.days import today_of
from joey.sharing.agents import names_a_device_or_browser, names_a_program, own_words
from joey.sharing.declared_agents import PREVIEWS
from joey.sharing.models import Click

PERSON, PREVIEW, PREFETCH = Click.Visitor.PERSON, Click.Visitor.PREVIEW, Click.Visitor.PREFETCH
ROBOT, EMBEDDED = Click.Visitor.ROBOT, Click.Visitor.EMBEDDED

# Sec-Purpose and Purpose: Chrome, Safari; X-Moz: Firefox; X-Purpose: older Safari
PURPOSES = ("sec-purpose", "purpose", "x-purpose", "x-moz")
DESTINATION = "sec-fetch-dest"
_HOST = re.compile(r"[a-z0-9._:-]{1,120}")  # no blanks or signs: a click is kept, and this is no place for a message
_PREVIEWS = tuple(mark.lower() for mark, _why in PREVIEWS)


def classify(method: str, headers: Mapping[str, str]) -> Click.Visitor:
    """The kind of visitor, by method and request headers (names in lower case)."""
    declared = _declared(headers.get("user-agent", ""))
    if declared == PREVIEW:
        return PREVIEW
    for name in PURPOSES:
        if any(wish in headers.get(name, "").lower() for wish in ("prefetch", "prerender", "preview")):
            return PREFETCH
    if method != "GET" or declared == ROBOT:
        return ROBOT
    # Fetch metadata: a tap that opens a page has the destination "document"; an image, frame or script has another
    if headers.get(DESTINATION, "document").lower() not in ("document", ""):
        return EMBEDDED
    return PERSON


@lru_cache(maxsize=5_000)  # less than a millisecond for a new one; the agents of an hour are few
def _declared(agent: str) -> Click.Visitor:
    """What the User-Agent alone says."""
    found = _said(agent, own_words(agent))
    # Few agents come this far, so the names of people's apps that sound like programs cost the others no time
    return found if found == PERSON else _said(agent, own_words(agent, of_people=False))


def _said(agent: str, words: str) -> Click.Visitor:
    lowered = words.lower()
    if any(mark in lowered for mark in _PREVIEWS):
        return PREVIEW
    if not names_a_device_or_browser(agent) or names_a_program(agent, words):
        return ROBOT
    return PERSON


@lru_cache(maxsize=10_000)  # who opens a page and then goes on is the same browser twice
def visitor_key(salt: bytes, network: str, agent: str) -> bytes:
    """16 bytes that say "the same browser today" and no more.

    A hash of network (`network_of`) and agent, keyed with the salt of the day: tomorrow's key of the same browser is
    another one, and without the instance's secret a key leads back to no one. BLAKE2 (RFC 7693) takes a key by itself.
    """
    named = f"{network}\n{agent[:500]}".encode("utf-8", "replace")
    return hashlib.blake2b(named, key=salt, digest_size=16).digest()


def salt_at(moment: datetime) -> bytes:
    """The salt of the moment's day in the zone of the pages: the day by which people are counted (people.py)."""
    return _salt(settings.SECRET_KEY, today_of(moment))


@lru_cache(maxsize=4)
def _salt(secret: str, day: date) -> bytes:
    return hmac.digest(secret.encode(), f"visitor salt {day.isoformat()}".encode(), "sha256")


def referrer_host(referrer: str) -> str:
    """The host a visitor came from, in lower case; "" when unknown or unreadable. Never the path."""
    if not referrer:
        return ""
    try:
        host = urlsplit(referrer).hostname or ""
    except ValueError:
        return ""
    return host if _HOST.fullmatch(host) else ""
