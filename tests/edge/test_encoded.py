"""Pages and files are sent in the encoding that the browser accepts, each with a tag of its own. Case P16."""

import gzip
import re

import brotli
import httpx
import pytest

from joey.edge.encoded import encode, encoding_for
from joey.edge.keep_pages import Key, Pages, kept
from joey.sharing.models import Link
from tests.edge.server import PHONE, Server

BOTH = "gzip, deflate, br"
KEY: Key = ("mei", "", 0, "en", False)


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        (b"gzip, deflate, br", b"br"),
        (b"gzip", b"gzip"),
        (b"br;q=0, gzip;q=0.5", b"gzip"),
        (b"br;q=0.000, gzip;q=0", b""),
        (b"BR", b"br"),
        (b"*", b"br"),
        (b"*;q=0", b""),
        (b"br;q=0, *", b"gzip"),
        (b"identity", b""),
        (b"brotli, xgzip", b""),
        (b"", b""),
        (b";;,=,q", b""),
    ],
)
def test_the_best_encoding_that_a_browser_accepts_is_chosen(header: bytes, encoding: bytes) -> None:
    assert encoding_for(header) == encoding


def test_an_encoded_body_is_the_same_body() -> None:
    body = "牛奶 ".encode() * 500

    assert brotli.decompress(encode(body, b"br")) == body
    assert gzip.decompress(encode(body, b"gzip")) == body
    assert encode(body, b"") == body


def test_a_kept_page_is_encoded_once_and_counts_what_it_takes() -> None:
    pages = Pages(1_000_000, now=lambda: 0.0)
    body = b"page " * 2_000
    page = kept(((b"cache-control", b"public, max-age=60"),), body, made=0.0)
    pages.put(KEY, page, seen=0)
    before = pages.bytes

    first = pages.encoded(KEY, page, b"br")

    assert pages.encoded(KEY, page, b"br") is first
    assert pages.bytes == before + len(first.body) < before + 1_000
    assert first.etag != pages.encoded(KEY, page, b"").etag
    pages.forget("mei")
    assert pages.bytes == 0


def test_an_encoding_made_after_the_page_was_dropped_counts_nothing() -> None:
    pages = Pages(1_000_000, now=lambda: 0.0)
    page = kept(((b"cache-control", b"public, max-age=60"),), b"page " * 2_000, made=0.0)
    pages.put(KEY, page, seen=0)
    pages.forget_all()

    assert brotli.decompress(pages.encoded(KEY, page, b"br").body) == page.body
    assert pages.bytes == 0


def test_shop_listing_and_link_are_sent_compressed_and_are_the_same_page(joey: Server, shared: Link) -> None:
    listing = shared.listing
    for path in ("/s/mei", f"/s/mei/{listing.id}", f"/l/{shared.code}"):
        plain = joey.get(path, accept_encoding="identity")
        small = {name: joey.get(path, accept_encoding=name) for name in ("br", "gzip")}

        assert "content-encoding" not in plain.headers
        for name, answer in small.items():
            assert answer.headers["content-encoding"] == name, path
            assert int(answer.headers["content-length"]) < len(plain.content) / 2, path
            assert "accept-encoding" in answer.headers["vary"].lower(), path
            if not path.startswith("/l/"):  # a page behind a link names its own click
                assert answer.text == plain.text, path


def test_nothing_on_a_cached_page_depends_on_the_browser(joey: Server, shared: Link) -> None:
    for path in ("/s/mei", f"/s/mei/{shared.listing_id}", "/", "/rules"):
        answer = joey.get(path)

        assert "user-agent" not in answer.headers["vary"].lower(), path


def test_a_copy_in_one_encoding_does_not_stand_for_another(joey: Server, shared: Link) -> None:
    plain = joey.get("/s/mei", accept_encoding="identity")
    small = joey.get("/s/mei", accept_encoding="br")

    assert joey.get("/s/mei", accept_encoding="br", if_none_match=small.headers["etag"]).status_code == 304
    assert joey.get("/s/mei", accept_encoding="br", if_none_match=plain.headers["etag"]).status_code == 200
    unchanged = joey.get("/s/mei", accept_encoding="identity", if_none_match=plain.headers["etag"])
    assert unchanged.status_code == 304
    assert "content-encoding" not in unchanged.headers


def test_pages_name_the_stylesheet_by_its_content_and_browsers_keep_it_for_a_year(joey: Server, shared: Link) -> None:
    (address,) = set(re.findall(r'href="(/static/joey\.[0-9a-f]{12}\.css)"', joey.get("/s/mei").text))

    answer = joey.get(address, accept_encoding=BOTH)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "br"
    assert int(answer.headers["content-length"]) < len(answer.content) / 3
    assert joey.get(address, accept_encoding=BOTH, if_none_match=answer.headers["etag"]).status_code == 304
    assert joey.get(address, accept_encoding="identity").text == answer.text


def test_a_file_asked_for_by_another_name_is_the_current_one_and_kept_for_an_hour(joey: Server) -> None:
    for address in ("/static/joey.css", "/static/joey.000000000000.css"):
        answer = joey.get(address)

        assert answer.status_code == 200, address
        assert answer.headers["cache-control"] == "public, max-age=3600", address


@pytest.mark.parametrize(
    "address",
    [
        "/static/../settings.py", "/static/..%2fsettings.py", "/static/%00", "/static/", "/static/admin",
        "/static/no.css", "/static//etc/passwd", "/static/%2e%2e/%2e%2e/settings.py",
    ],
)  # fmt: skip
def test_nothing_but_files_of_the_site_is_sent(joey: Server, address: str) -> None:
    with httpx.Client(base_url=joey.url) as client:
        answer = client.send(httpx.Request("GET", joey.url + address, headers={"user-agent": PHONE}))

    assert answer.status_code == 404


def test_answers_of_the_api_are_sent_compressed(joey: Server, shared: Link) -> None:
    answer = joey.get("/api/openapi.json", accept_encoding="gzip")

    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json()["openapi"].startswith("3.")
