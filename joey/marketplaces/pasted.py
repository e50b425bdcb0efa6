"""Find links and copy-codes in a text that someone copied out of a marketplace's app."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

LONGEST_TEXT = 2000

# How the hosts of marketplaces end: without its scheme a link looks like other words else, as A.O.Smith/3000 does.
_ENDINGS = (
    "com|cn|net|org|shop|asia|to|co|ae|au|be|br|ca|de|eg|es|fr|hk|in|it|jp|kr|mx|my|nl|pl|sa|se|sg|th|tr|tw|uk|us|vn"
)
# An address ends at white space, at full-width punctuation and at anything that is not ASCII.
_ADDRESS = re.compile(
    rf"""(?P<whole> https?://[!-~]+ )
      | (?<![\w.:/\\]) // (?P<no_scheme> (?: [\w-]+ (?:\.[\w-]+)+ (?::\d+)? | [\w-]+:\d+ ) [/?][!-~]+ )
      | (?<![\w.:/\\@%=~-]) (?P<bare> (?:[\w-]+\.)+ (?:{_ENDINGS}) (?::\d+)? [/?][!-~]+ )""",
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
_CLOSING = ".,;:!?)]}>'\""
# ￥zRmVdesjTCu￥, €AbC1€ and the like, with the marks that phones put between.
_COPY_CODE = re.compile(r"[￥¥€$₤₳¢£₴](?:\s*CZ\d+\s+)?\s*([A-Za-z0-9]{8,14})\s*[￥¥€$₤₳¢£₴]", re.ASCII)


def addresses(text: str) -> list[str]:
    """The web addresses in `text`, in order, without the punctuation that a sentence puts behind them.

    One that was copied without its scheme (`//host/path`, `host/path`) gets https, which it means. One that cannot be
    taken apart, such as `https://[`, is none.
    """
    found = (_whole(each).rstrip(_CLOSING) for each in _ADDRESS.finditer(text[:LONGEST_TEXT]))
    return [address for address in found if _can_be_split(address)]


def _can_be_split(address: str) -> bool:
    try:
        urlsplit(address)
    except ValueError:
        return False
    return True


def addresses_at(hosts: Iterable[str], text: str) -> list[str]:
    """Those of them that lead to one of these hosts. One that says http, as a phone may write it, means https there."""
    there = frozenset(hosts)
    return [each for each in addresses(text) if leads_to(_with_tls(each), there)]


def _with_tls(address: str) -> str:
    parts = urlsplit(address)  # its scheme in small letters
    if parts.scheme != "http":
        return address
    return parts._replace(scheme="https", netloc=parts.netloc.removesuffix(":80")).geturl()


def copy_codes(text: str) -> list[str]:
    """What is between the signs of each copy-code in `text`, in order."""
    return _COPY_CODE.findall(text[:LONGEST_TEXT])


def is_pasted(text: str) -> bool:
    """Whether it holds a link or copy-code: something to paste, and nothing to search by."""
    return bool(addresses(text) or copy_codes(text))


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


def _whole(found: re.Match[str]) -> str:
    return found["whole"] or "https://" + (found["no_scheme"] or found["bare"])
