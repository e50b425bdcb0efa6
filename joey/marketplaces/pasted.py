"""Find links and copy-codes in a text that someone copied out of a marketplace's app."""

import re
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit

from joey.marketplaces import registry

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
# A text that is nothing but a host: with words beside it, someone searches for the words.
_ONLY_HOST = re.compile(rf"\W*(?:https?://)?((?:[a-z0-9-]+\.)+(?:{_ENDINGS}))(?::[0-9]+)?\W*", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]+\.(?:(?:com|co|net|org)\.[a-z]{2}|[a-z]+)\Z", re.ASCII)
# ￥zRmVdesjTCu￥, €AbC1€ and the like, with the marks that phones put between.
_CODE = r"(?:\s*CZ[0-9]+\s+)?\s*([A-Za-z0-9]{8,14})\s*"
_SIGN = "[$¢-¥฿₠-⃏￠￡￥￦]"  # any currency's
_COPY_CODE = re.compile(_SIGN + _CODE + _SIGN)
# In brackets a code looks like a model, (iPhone15Pro): it is one where the text says what to do with it, or says CZ,
# or has nothing else.
_IN_BRACKETS = re.compile(rf"(?<![A-Za-z0-9])[(（《/](?=[^)）》/]*[a-z])(?=[^)）》/]*[A-Z0-9]){_CODE}[)）》/]")
_SAYS_TO_OPEN = re.compile(r"\bCZ[0-9]+\b|复制|複製|打[开開]|口令|点击|點擊|\bcopy\b", re.IGNORECASE | re.ASCII)


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
    """What is between the signs or brackets of each copy-code in `text`, those between signs first."""
    text = text[:LONGEST_TEXT]
    codes = _COPY_CODE.findall(text)
    if _IN_BRACKETS.fullmatch(text.strip()) or _SAYS_TO_OPEN.search(text):
        codes += _IN_BRACKETS.findall(_ADDRESS.sub(" ", text))  # a path is no code, though it is between slashes
    return codes


def is_pasted(text: str) -> bool:
    """Whether it holds a link or copy-code, or is a host: something to paste, and nothing to search by."""
    host = _only_host(text)
    return bool(addresses(text) or copy_codes(text) or host.startswith("www.") or _is_marketplaces(host))


def names_no_item(text: str) -> bool:
    """Whether it is a marketplace's host, or an address at one that has no items: its front page, for example."""
    hosts = {(urlsplit(each).hostname or "") for each in addresses(text)}
    known = {host for manifest in registry.manifests() for host in manifest.hosts}
    return _is_marketplaces(_only_host(text)) or any(_is_marketplaces(each) for each in hosts - known)


def _only_host(text: str) -> str:
    """The host in small letters if `text` is nothing else, or ""."""
    found = _ONLY_HOST.fullmatch(text[:LONGEST_TEXT])
    return found[1].lower() if found else ""


def _is_marketplaces(host: str) -> bool:
    """Whether a host is at the domain of a marketplace's hosts, connected or not."""
    domain = _DOMAIN.search(host)
    return domain is not None and domain[0] in _domains()


@cache
def _domains() -> frozenset[str]:
    hosts = (host for manifest in registry.manifests() for host in manifest.hosts)
    return frozenset(found[0] for host in hosts if (found := _DOMAIN.search(host)))


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
