"""Case P4: what the rules refuse is shown where it was typed: open, kept, marked, and with the focus there."""

import re

import pytest

from joey.shops.arrange import add_shelf
from joey.shops.models import Listing, Shelf, Shop
from tests.cast import flask, listed, mei, meis_shop
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db


def field(page: str, name: str) -> str:
    """The element with that id, with what is written in it."""
    found = re.search(rf'<(input|textarea)[^>]*id="{name}"[^>]*>([^<]*)', page)
    assert found, name
    return found.group()


def test_a_refused_note_or_shelf_name_stays_open_with_its_words_marked() -> None:
    shop = meis_shop()
    listing = listed(shop, flask())
    shelf = add_shelf(shop, name="厨房")
    tried = {
        f"t-{listing.id}": {"do": "note", "listing_id": str(listing.id), "note": "真的，全网最低，加微信"},
        f"n-{shelf.id}": {"do": "rename_shelf", "shelf_id": str(shelf.id), "shelf": "全网最低的锅"},
        "new-shelf": {"do": "add_shelf", "shelf": "全网最低的碗"},
    }

    for name, typed in tried.items():
        answer = signed_in(mei()).post("/studio/mei/shelves", typed)
        page = answer.content.decode()

        assert answer.status_code == 422
        shown = field(page, name)
        assert typed.get("note", typed.get("shelf", "")) in shown
        assert 'aria-invalid="true"' in shown
        assert "autofocus" in shown
        assert page.count("autofocus") == 1
        assert page.count('role="alert"') == 1
        assert "<mark>全网最低</mark>" in page
        assert ("JOEY-1" in page) == (name == f"t-{listing.id}"), "each rule says why, not only the first"
        assert page.count("<details open") == (name != "new-shelf")
    assert (Listing.objects.get().note, Shelf.objects.get().name) == ("", "厨房")


def test_other_forms_keep_what_was_typed_and_mark_it_too() -> None:
    shop = meis_shop()
    words = {"name": "小美的好物铺", "intro": "", "keeper": "Mei"}
    slug = {"slug": "mei-too"}
    tried = [
        ("/studio/mei/settings", words | {"name": "月入过万轻松小店"}, "name", "月入过万"),
        ("/studio/mei/settings", words | {"intro": "好东西，加微信 abc123"}, "intro", "加微信"),
        ("/studio/mei/settings", words | {"keeper": "淘宝客服"}, "keeper", "淘宝"),
        ("/studio/open", slug | {"name": "微信客服", "intro": ""}, "name", "微信"),
    ]

    for path, typed, name, marked in tried:
        answer = signed_in(mei()).post(path, typed)
        page = answer.content.decode()

        assert answer.status_code == 422, name
        shown = field(page, f"f-{name}")
        assert typed[name] in shown
        assert "autofocus" in shown
        assert f"<mark>{marked}" in page
        assert page.count("autofocus") == 1
    assert Shop.objects.get().name == shop.name
