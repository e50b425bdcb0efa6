"""Fetch one picture, and only from a picture host of a marketplace."""

from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from joey.kit.safe_address import NotPublic, public_addresses, resolve
from joey.marketplaces.pasted import leads_to

if TYPE_CHECKING:
    import httpx

MOST_SECONDS = 5.0
MOST_BYTES = 8 * 1024 * 1024


class NoPicture(Exception):
    """The picture may not be fetched, or could not be; the message says why."""


def fetch(url: str, hosts: Collection[str]) -> bytes:
    """The bytes at `url`. Raises NoPicture.

    Only https on port 443 of a listed host, whose addresses are asked for once and must all be public; the connection
    goes to the very address that was checked, the name stays in the certificate check and the Host header. Plain http
    is for the simulated marketplaces alone, on this machine. No redirect is followed; 5 seconds and 8 MB in all.
    """
    import httpx  # heavy, and most processes make no requests

    parts = urlsplit(url)
    if not leads_to(url, hosts):
        raise NoPicture("its host is not one of the marketplace's")
    sandbox = urlsplit(getattr(settings, "SANDBOX_URL", "")).netloc
    host = parts.hostname or ""
    try:
        if parts.scheme == "http":
            if not sandbox or parts.netloc != sandbox:
                raise NoPicture("plain http")
            port = parts.port or 80
            addresses = resolve(host, port)
            if not all(address.is_loopback for address in addresses):
                raise NoPicture("a simulated marketplace that is not on this machine")
        else:
            port = 443
            if parts.port not in (None, 443):
                raise NoPicture("a port that is not https")
            addresses = public_addresses(host, port)
    except NotPublic as trouble:
        raise NoPicture(str(trouble)) from None
    except OSError:
        raise NoPicture("its host has no address") from None
    at = f"[{addresses[0]}]" if addresses[0].version == 6 else str(addresses[0])
    pinned = httpx.URL(url).copy_with(host=at.strip("[]"), port=port)
    return _read(pinned, parts.netloc, host)


def _read(url: "httpx.URL", netloc: str, host: str) -> bytes:
    import httpx

    from joey.kit.http_in_time import client_in_time

    body = bytearray()
    try:
        with (
            # it takes no proxy from the environment, which would resolve the name again, by itself
            client_in_time(seconds=MOST_SECONDS, each=MOST_SECONDS, connect=MOST_SECONDS) as client,
            client.stream(
                "GET",
                url,
                headers={"host": netloc, "accept": "image/*", "accept-encoding": "identity"},
                extensions={"sni_hostname": host},
            ) as response,
        ):
            if response.status_code != 200:
                raise NoPicture(f"HTTP {response.status_code}")
            for part in response.iter_raw():  # raw: a compressed answer is not unpacked, so it cannot grow
                body += part
                if len(body) > MOST_BYTES:
                    raise NoPicture("more than 8 MB")
    except httpx.TimeoutException:
        raise NoPicture("not within 5 seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL) as trouble:
        raise NoPicture(type(trouble).__name__) from None
    return bytes(body)
