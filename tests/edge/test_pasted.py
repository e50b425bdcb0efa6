"""Case C6: what people paste, type or copy around a link does not break it, and its click counts once."""

from urllib.parse import unquote

import pytest

from joey.edge.pasted import meant
from joey.sharing.models import Click, Link
from joey.sharing.queries import links_of
from tests import cast
from tests.edge.server import Server

ITEM = "0192f0c4-1f6b-7c3e-8d2a-3b4c5d6e7f80"

# behind, around or inside an address: percent-encoded, as browsers send it
BEHIND = (
    ".", ",", "!", "?!", ")", "]", ">", ";", ":", "'", "*", "_", "**", "/", "//", "/.", "...", "%3Futm_source=x",
    "&utm_source=x", "%20", "%20buy%20it", "%0A", "%09", "%22", "%C2%A0", "%E3%80%80",  # blanks of every width
    "%E3%80%82", "%EF%BC%8C", "%EF%BC%81", "%EF%BC%9F", "%EF%BC%89", "%E3%80%8D", "%E3%80%8B", "%E2%80%9D", "%E2%80%A6",
    "%EF%BC%8E",
    "%E5%BF%AB%E7%9C%8B", "%E8%BF%99%E4%B8%AA%E4%BE%BF%E5%AE%9C/s/other", "%F0%9F%91%8D",  # words, an emoji
    "%E2%80%8B", "%EF%BB%BF", "%E2%80%8E", "%C2%AD", "%A1%A3", "%FF",  # invisible, and not UTF-8
)  # fmt: skip


def test_a_share_link_leads_to_its_page_and_counts_once_however_it_was_pasted(joey: Server, shared: Link) -> None:
    code = shared.code
    wide = "".join(f"%EF%BD%{ord(each) - 0x61 + 0x81:02X}" if each.isalpha() else each for each in code)
    pasted = [f"/l/{code}{junk}" for junk in (".", "/", "_", "%20buy", "%E3%80%82", "%E5%BF%AB", "%EF%BB%BF", "%A1%A3")]
    pasted += [
        f"/l/{code.upper()}",
        f"/L/{code}",
        f"//l//{code}",
        f"/l/%E3%80%8C{code}%E3%80%8D",
        f"/l/%20{code}",
        f"/l/{wide}",
    ]
    pasted += [
        f"/l/{code[:4]}%E2%80%8B{code[4:]}",
        f"/l/{code}buy",
        f"/l/{code}https://joey.example/l/{code}",
        f"/l/{code}hhhhhhhh",
    ]

    wrong = [path for path in pasted if (answer := joey.get(path)).status_code != 200 or "/go/" not in answer.text]

    assert wrong == []
    (found,) = [link for link in links_of(cast.meis_shop()).items if link.channel == "wechat"]
    assert (found.clicks.raw, found.clicks.people) == (len(pasted), 1)


def test_shops_listings_and_outbound_addresses_are_found_as_pasted_too(joey: Server, shared: Link, own: Link) -> None:
    addresses = {
        "/s/mei": 200,
        f"/s/mei/{shared.listing_id}": 200,
        f"/go/{own.code}": joey.get(f"/go/{own.code}").status_code,
    }
    clicks = Click.objects.count()
    for address, status in addresses.items():
        for junk in ("", "/", ".", "%E3%80%82", "%EF%BC%89%E5%BF%AB%E7%9C%8B", "%E2%80%8B", "%20", "%3Fx=1", "*"):
            assert joey.get(address + junk).status_code == status, address + junk
        assert joey.get(address.upper()).status_code == status, "in capitals"
    assert Click.objects.count() == clicks + 10, "only the outbound address counts a click, each time once"

    for unknown in (
        "/s/mei/nothing",
        "/s/no-such-shop.",
        f"/s/mei/{ITEM}.",
        "/l/bbbbbbbbbb.",
        "/rulesx",
        "/s/m%C3%A9i",
        "/S",
    ):
        assert joey.get(unknown).status_code == 404, unknown


@pytest.mark.parametrize(
    ("pasted", "path"),
    [
        ("/", "/"),
        ("/rules。", "/rules"),
        ("/RULES", "/rules"),
        ("/s/mei-", "/s/mei"),
        ("/s/mei/way-out", "/s/mei/way-out"),
        (f"/s/mei/{ITEM}看", f"/s/mei/{ITEM}"),
        (f"/s/mei/{ITEM}buy", f"/s/mei/{ITEM}"),
        (f"/s/mei/{ITEM.upper()}/WAY-OUT)", f"/s/mei/{ITEM}/way-out"),
        (f"/go/{ITEM}x", f"/go/{ITEM}"),
        ("//s//mei", "/s/mei"),
        (f"/go/{ITEM}）", f"/go/{ITEM}"),
        ("/p/bcdfghjkmn.png。", "/p/bcdfghjkmn.png"),
        ("/static/Some_File.JS", "/static/Some_File.JS"),
        ("/studio/mei/accounts/own:x", "/studio/mei/accounts/own:x"),
        ("/api/v1/Offers", "/api/v1/Offers"),
        ("/sale。", "/sale。"),
        ("/l/", "/l/"),
        ("/s/mei/../../etc", "/s/mei/../../etc"),
    ],
)
def test_what_was_meant(pasted: str, path: str) -> None:
    assert meant(pasted) == path
    assert meant(path) == path, "what was cleaned is clean"


def test_nothing_behind_an_address_is_part_of_it() -> None:
    for address in (
        "/l/bcdfghjkmn",
        "/s/mei",
        f"/s/mei/{ITEM}",
        f"/s/mei/{ITEM}/way-out",
        f"/go/{ITEM}",
        "/p/bcdfghjkmn.png",
    ):
        for junk in map(unquote, BEHIND):
            assert meant(address + junk) == address, (address, junk)
