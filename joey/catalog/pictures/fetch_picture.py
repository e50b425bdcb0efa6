"""Fetch one picture, and only from a picture host of a marketplace."""

from collections.abc import Collection

from joey.kit.safe_address import NotPublic, pinned
from joey.marketplaces.pasted import leads_to

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
    if not leads_to(url, hosts):
        raise NoPicture("its host is not one of the marketplace's")
    try:
        at = pinned(url)
    except NotPublic as trouble:
        raise NoPicture(str(trouble)) from None
    except OSError:
        raise NoPicture("its host has no address") from None
    return _read(at.url, at.netloc, at.host)


def _read(url: str, netloc: str, host: str) -> bytes:
    import httpx  # heavy, and most processes make no requests

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
