"""Pictures: from listed hosts at public addresses only, small, and safe however many ask at once."""

import io
import ipaddress
import socket
import struct
import threading
import zlib
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from PIL import Image
from pytest_django import Settings

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.catalog.pictures import fetch_picture, keep_pictures
from joey.catalog.pictures.fetch_picture import NoPicture, fetch
from joey.catalog.pictures.keep_pictures import picture_bytes, small_webp
from joey.kit.safe_address import NotPublic, check_public
from joey.marketplaces import registry
from joey.marketplaces.registry import manifest_of
from tests.catalog.offers import NOW, flask_facts
from tests.marketplaces.conftest import Sandbox


def png(width: int = 1200, height: int = 900, color: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "PNG")
    return out.getvalue()


def huge_png(side: int) -> bytes:
    """A PNG header that claims a picture of side × side, with next to nothing behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


class Host:
    """A picture host on this machine."""

    def __init__(self, port: int) -> None:
        self.netloc = f"localhost:{port}"
        self.asked: list[str] = []
        self.hosts_named: list[str] = []
        self.answer: tuple[int, dict[str, str], bytes] = (200, {}, png())

    @property
    def url(self) -> str:
        return f"http://{self.netloc}/flask.png"


@pytest.fixture
def host(settings: Settings, tmp_path: Path) -> Iterator[Host]:
    class Pictures(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            found.hosts_named.append(self.headers["host"])
            status, headers, body = found.answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pictures)
    found = Host(server.server_port)
    settings.SANDBOX_URL = f"http://{found.netloc}"
    settings.DATA = tmp_path
    settings.JOEY_MARKETPLACES = {
        "taobao": {"gateway": f"http://{found.netloc}/router/rest", "credentials": {"app_key": "1", "app_secret": "2"}}
    }
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def offer_with(url: str) -> Offer:
    take_offers([flask_facts(picture_urls=(url,))], now=NOW)
    return Offer.objects.get()


@pytest.mark.django_db
def test_a_picture_is_fetched_once_made_small_and_kept(host: Host, tmp_path: Path) -> None:
    offer = offer_with(host.url)

    first, second = picture_bytes(offer.id), picture_bytes(offer.id)

    assert first is not None
    assert first == second
    assert host.asked == ["/flask.png"]
    assert host.hosts_named == [host.netloc]
    with Image.open(io.BytesIO(first)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (800, 600))
    kept = list((tmp_path / "pictures").iterdir())
    assert len(kept) == 1
    assert kept[0].name.startswith(str(offer.id))


@pytest.mark.django_db
def test_another_picture_address_is_another_picture(host: Host, tmp_path: Path) -> None:
    offer = offer_with(host.url)
    first = picture_bytes(offer.id)

    host.answer = (200, {}, png(color="red"))
    Offer.objects.update(picture_urls=[host.url + "?2"])

    assert picture_bytes(offer.id) != first
    assert len(list((tmp_path / "pictures").iterdir())) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "answer",
    [(404, {}, b""), (302, {"location": "http://localhost:1/"}, b""), (200, {}, b"<html>"), (200, {}, b""),
     (200, {}, huge_png(50_000)), (200, {}, huge_png(20_000)), (200, {}, png()[:200]), (200, {}, b"x" * 9_000_000),
     (200, {}, b"<svg xmlns='http://www.w3.org/2000/svg'/>")],
    ids=["404", "redirect", "html", "empty", "bomb", "too large", "cut off", "9 MB", "svg"],
)  # fmt: skip
def test_what_is_no_picture_is_none_and_not_asked_for_at_every_request(host: Host, answer: Any, tmp_path: Path) -> None:
    host.answer = answer
    offer = offer_with(host.url)

    assert picture_bytes(offer.id) is None
    assert picture_bytes(offer.id) is None

    assert len(host.asked) == 1
    assert not list((tmp_path / "pictures").glob("*.webp"))


@pytest.mark.django_db
def test_an_offer_without_a_picture_or_no_offer_at_all_has_none(host: Host) -> None:
    take_offers([flask_facts(picture_urls=())], now=NOW)

    assert picture_bytes(Offer.objects.get().id) is None
    assert picture_bytes(UUID(int=5)) is None


@pytest.mark.django_db
def test_no_picture_is_fetched_where_the_marketplace_forbids_to_store_it(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = offer_with(host.url)
    manifest = manifest_of(offer.marketplace)
    strict = replace(manifest, allowed=replace(manifest.allowed, stored=frozenset({"title", "price"})))
    monkeypatch.setattr(keep_pictures, "manifest_of", lambda marketplace: strict)

    assert picture_bytes(offer.id) is None
    assert host.asked == []


@pytest.mark.usefixtures("committed_db")
def test_many_requests_at_once_get_the_same_whole_picture(host: Host, tmp_path: Path) -> None:
    offer = offer_with(host.url)
    found: list[bytes | None] = []

    def ask() -> None:
        try:
            found.append(picture_bytes(offer.id))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(found) == 8
    assert len(set(found)) == 1
    assert found[0] is not None
    assert [path.suffix for path in (tmp_path / "pictures").iterdir()] == [".webp"]


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/a.jpg", "https://img.alicdn.com@evil.example/a.jpg", "https://img.alicdn.com:8443/a.jpg",
     "http://img.alicdn.com/a.jpg", "ftp://img.alicdn.com/a.jpg", "file:///etc/passwd", "//img.alicdn.com/a.jpg",
     "https://img.alicdn.com.evil.example/a.jpg", "http://localhost:5432/", "http://127.0.0.1/", "https://[::1]/a.jpg",
     "gopher://img.alicdn.com/", "https://169.254.169.254/latest/meta-data", ""],
)  # fmt: skip
def test_no_other_host_scheme_or_port_is_fetched_from(url: str, settings: Settings) -> None:
    settings.SANDBOX_URL = "http://localhost:8001"

    with pytest.raises(NoPicture):
        fetch(url, {"img.alicdn.com", "localhost:8001"})


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
     "255.255.255.255", "192.0.0.8", "192.88.99.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
     "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::7f00:1",
     "2002:7f00:1::", "2002:808:808::", "2001:0:7f00:1::", "2001:db8::1", "fec0::1", "100::1"],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused_in_every_dress(address: str) -> None:
    with pytest.raises(NotPublic):
        check_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "203.119.0.1", "47.246.1.1", "2606:4700::1111", "2400:3200::1"])
def test_public_addresses_pass(address: str) -> None:
    check_public(ipaddress.ip_address(address))


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", answer)

    with pytest.raises(NoPicture, match=r"10\.0\.0\.1"):
        fetch("https://img.alicdn.com/a.jpg", {"img.alicdn.com"})
    assert asked == ["img.alicdn.com"]


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def answer(host: str, port: int, **_: Any) -> list[Any]:
        asked.append((host, port))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", port))]

    def read(url: Any, netloc: str, host: str) -> bytes:
        asked.append((str(url), netloc, host))
        return b"bytes"

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    monkeypatch.setattr(fetch_picture, "_read", read)

    assert fetch("https://img.alicdn.com/bao/a.jpg?x=1", {"img.alicdn.com"}) == b"bytes"
    assert asked == [
        ("img.alicdn.com", 443),
        ("https://8.8.8.8/bao/a.jpg?x=1", "img.alicdn.com", "img.alicdn.com"),
    ]


def test_plain_http_is_for_the_sandbox_alone_and_only_on_this_machine(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SANDBOX_URL = ""
    with pytest.raises(NoPicture, match="plain http"):
        fetch("http://localhost:8001/a.webp", {"localhost:8001"})

    settings.SANDBOX_URL = "http://sandbox.example:8001"
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: [(socket.AF_INET, 1, 6, "", ("8.8.8.8", 8001))])
    with pytest.raises(NoPicture, match="not on this machine"):
        fetch("http://sandbox.example:8001/a.webp", {"sandbox.example:8001"})


def test_a_picture_is_upright_without_metadata_and_never_larger_than_it_was() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    exif[0x010F] = "a camera"
    Image.new("RGB", (300, 100), "teal").save(out, "JPEG", exif=exif)

    with Image.open(io.BytesIO(small_webp(out.getvalue()))) as picture:
        assert picture.size == (100, 300)
        assert not picture.getexif()


def test_what_is_seen_through_is_laid_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")

    with Image.open(io.BytesIO(small_webp(out.getvalue()))) as picture:
        assert picture.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.django_db
def test_the_sandbox_s_own_pictures_come_through(connected: Sandbox, settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    facts = registry.connector("taobao").search("锅").offers[0]
    take_offers([facts], now=facts.as_of)

    found = picture_bytes(Offer.objects.get().id)

    assert found is not None
    assert found[8:12] == b"WEBP"
    assert keep_pictures.LONGEST_SIDE == 800
