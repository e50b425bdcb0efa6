"""Find web addresses in a text that someone copied out of a marketplace's app."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

LONGEST_TEXT = 2000

# An address ends at white space, at full-width punctuation and at anything that is not ASCII.
_ADDRESS = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_CLOSING = ".,;:!?)]}>'\""


def addresses(text: str) -> list[str]:
    """The web addresses in `text`, in order, without the punctuation that a sentence puts behind them."""
    return [found.rstrip(_CLOSING) for found in _ADDRESS.findall(text[:LONGEST_TEXT])]


def leads_to(url: str, hosts: Iterable[str]) -> bool:
    """Whether an address is plain web and its host (with its port, where one is written) is one of `hosts`.

    https only, save for a host that is listed with a port: that is how a simulated marketplace is named.
    """
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.lower()
        port = parts.port
    except ValueError:
        return False
    if "@" in netloc or "\\" in url or not url.isprintable() or any(letter.isspace() for letter in url):
        return False
    if parts.scheme == "https" and port == 443:
        netloc = netloc.removesuffix(":443")
    return netloc in hosts and (parts.scheme == "https" or (parts.scheme == "http" and ":" in netloc))
