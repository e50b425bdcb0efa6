"""Where an outbound click may lead. Asked when an address is taken in and again at the moment of the redirect.

The rule names what is allowed, so that a new trick has to look like an ordinary address to pass.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

# RFC 3986 characters only: no blank, control, quote, backslash or letter outside ASCII can reach a Location header.
_PLAIN = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{10,2000}")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+")


def may_lead_to(url: str, hosts: Iterable[str], *, sandbox: str | None = None) -> str | None:
    """The address, unchanged, when it is https on an allowed host, else None.

    While the sandbox is on, its own origin (scheme, host and port) is allowed too. User names, ports, dots at
    the end and international names are refused: no marketplace needs them.
    """
    sandbox_url: str = settings.SANDBOX_URL if sandbox is None else sandbox
    return url if _passes(url, frozenset(hosts), sandbox_url) else None


@lru_cache(maxsize=10_000)  # the same address, the same answer; the fast path asks at every redirect
def _passes(url: str, hosts: frozenset[str], sandbox_url: str) -> bool:
    if not _PLAIN.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if sandbox_url and _origin_of(url) == _origin_of(sandbox_url):
        return True
    host = parts.netloc  # exactly as written: user names, ports and upper case fail the pattern below
    if not url.startswith("https://") or port is not None or not _HOST.fullmatch(host):
        return False
    return host in hosts


def _origin_of(url: str) -> str:
    """`scheme://host:port` as written: all that comes before the first slash of the path."""
    found = re.match(r"https?://[a-z0-9.\-]+(?::[0-9]+)?(?=[/?#]|$)", url)
    return found.group() if found else ""
