"""The address of a feed, which often is a password: sealed where it is kept, and shown by its host alone."""

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from joey.catalog.feeds.models import FeedAddress
from joey.kit.refusals import Invalid
from joey.marketplaces.own_key import Sealed, seal, unseal

LONGEST = 2000


def read_address(text: str) -> str:
    """An address as an operator gives it. Raises Invalid ("address"), which does not quote it.

    Where it leads is checked each time that it is asked (kit/safe_address.py): names may come to mean another host.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        is_fit = bool(parts.hostname) and text.isascii() and text.isprintable() and " " not in text
        port = parts.port
    except ValueError:
        is_fit, parts, port = False, urlsplit(""), None
    sandbox = urlsplit(settings.SANDBOX_URL).netloc
    is_simulated = parts.scheme == "http" and bool(sandbox) and parts.netloc.rpartition("@")[2] == sandbox
    if not is_fit or len(text) > LONGEST or not (is_simulated or (parts.scheme == "https" and port in (None, 443))):
        raise Invalid(
            _("Give an address that begins with https://, without a port of its own, of up to %d characters.")
            % LONGEST,
            field="address",
        )
    return text


def host_of(address: str) -> str:
    """All that pages show of an address: a path and a query may be a password, too."""
    return urlsplit(address).hostname or ""


def seal_address(marketplace: str, address: str) -> Sealed:
    """Raises AccountLocked."""
    return seal({"address": address}, _sealed_for(marketplace))


def address_of(feed: FeedAddress) -> str:
    """Raises AccountLocked: the key that sealed it is not here."""
    return unseal(Sealed(bytes(feed.sealed), feed.key_id), _sealed_for(feed.pk))["address"]


def folder_of(marketplace: str) -> Path:
    """Where its list is kept: feed:tea → DATA/feeds/feed-tea."""
    return Path(settings.DATA) / "feeds" / marketplace.replace(":", "-")


def _sealed_for(marketplace: str) -> str:
    return f"address of {marketplace}"
