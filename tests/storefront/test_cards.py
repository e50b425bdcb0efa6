"""What messengers and search engines read of a page: its card, its structured data, its languages, the sitemaps."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from io import BytesIO
from urllib.robotparser import RobotFileParser
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from PIL import Image

from joey.catalog.models import PricePoint
from joey.marketplaces.manifest_shape import Allowed
from joey.rules.caption import label
from joey.sharing import show_cards
from joey.shops.models import Listing, Shop
from tests.cast import listed, meis_shop
from tests.marketplaces.replaced import replace_manifest
from tests.sharing.test_poster import picture
from tests.storefront.goods import cost, fresh_flask, now, stale_flask

pytestmark = pytest.mark.django_db

HERE = "http://localhost:8000"
LANGUAGES = {"zh-hans": "zh-CN", "en": "en-GB"}


def html_of(client: Client, path: str, language: str = "en") -> str:
    return str(client.get(path, headers={"accept-language": LANGUAGES[language]}).content.decode())


def tags(html: str) -> dict[str, str]:
    found = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', html)
    return {name: unescape(content) for name, content in found}


def structured(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert found
    read: dict[str, object] = json.loads(found[1])
    return read


def test_every_page_that_is_shared_has_a_card_that_messengers_can_show(client: Client) -> None:
    """Case C9, story 26: JPEG of the usual size, with the label in words and on the picture."""
    listing = listed(meis_shop(), fresh_flask())
    path = f"/s/mei/{listing.id}"

    pictures = set()
    for shared in ("/", "/s/mei", path, "/rules"):
        for language in LANGUAGES:
            of_page = tags(html_of(client, shared, language))
            address = of_page["og:image"]
            answer = client.get(address.removeprefix(HERE))
            with Image.open(BytesIO(answer.content)) as card:
                size = (str(card.width), str(card.height))
                card.load()
                assert card.format == "JPEG", shared
            assert (answer.headers["Content-Type"], of_page["og:image:type"]) == ("image/jpeg", "image/jpeg")
            assert size == (of_page["og:image:width"], of_page["og:image:height"]) == ("1200", "630")
            assert len(answer.content) < 300_000
            assert of_page["og:url"] == HERE + shared
            assert of_page["og:title"]
            assert of_page["og:image:alt"]
            assert of_page["description"] == of_page["og:description"]
            assert of_page["og:description"].startswith(label(language)) == ("/s/" in shared), shared
            pictures.add(answer.content)
            # Some messengers cut the picture to a square: the label is in that too.
            square = card.convert("L").crop((285, 20, 915, 72))
            assert (square.histogram()[:60] != [0] * 60) == ("/s/" in shared), shared
    assert len(pictures) == 6, "the rules have the card of the home page"
    assert client.get(f"{path}/card-fr.jpg").status_code == 404


def test_a_card_shows_a_picture_only_where_copies_may(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[UUID] = []

    def picture_of(offer_id: UUID, *_: object) -> bytes:
        asked.append(offer_id)
        return picture()

    monkeypatch.setattr(show_cards, "picture_of", picture_of)
    listing = listed(meis_shop(), fresh_flask(picture_urls=["https://img.example.com/1.jpg"]))
    addresses = (f"/s/mei/{listing.id}/card-en.jpg", "/s/mei/card-en.jpg", "/s/mei/poster.png")

    def greens() -> list[bool]:
        found = []
        for address in addresses:
            with Image.open(BytesIO(client.get(address).content)) as drawn:
                red, green, _blue = drawn.convert("RGB").getpixel((60, 120))  # type: ignore[misc]
            found.append(green > red + 20)
        return found

    assert greens() == [True] * 3
    assert asked == [listing.offer_id] * 3
    replace_manifest(monkeypatch, "taobao", allowed=replace(Allowed(), printed=frozenset({"title", "price"})))
    assert greens() == [False] * 3, "our own drawing"
    assert len(asked) == 3, "a picture that may not be copied is not even read"


def test_a_card_of_what_buyers_do_not_see_is_none(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())
    Listing.objects.update(state=Listing.State.HIDDEN)

    assert client.get(f"/s/mei/{listing.id}/card-en.jpg").status_code == 404
    assert client.get("/s/noone/card-en.jpg").status_code == 404


def test_structured_data_says_what_the_page_says_and_no_struck_price(client: Client) -> None:
    offer = fresh_flask(title="杯 </script><b>&", translations={})
    cost(offer, (40, 9900), (2, 6900))
    listing = listed(meis_shop(), offer)
    html = html_of(client, f"/s/mei/{listing.id}")
    assert "99.00" in html

    product = structured(html)

    assert product["name"] == "杯 </script><b>&"
    assert "99.00" not in json.dumps(product)
    sold = product["offers"]
    assert isinstance(sold, dict)
    assert (sold["price"], sold["priceCurrency"]) == ("69.00", "CNY")
    assert sold["availability"] == "https://schema.org/InStock"
    assert now() < datetime.fromisoformat(sold["priceValidUntil"]) <= now() + timedelta(hours=23)
    assert sold["seller"]["name"] in html


def test_structured_data_names_no_price_that_the_page_does_not_show(client: Client) -> None:
    shop = meis_shop()
    out = listed(shop, fresh_flask(in_stock=False))
    stale = listed(shop, stale_flask(identity="stale", external_id="stale"))
    gone = listed(shop, fresh_flask(identity="gone", external_id="gone", withdrawn_at=now()))

    assert "OutOfStock" in json.dumps(structured(html_of(client, f"/s/mei/{out.id}")))
    for listing in (stale, gone):
        assert "offers" not in structured(html_of(client, f"/s/mei/{listing.id}"))


def test_a_page_names_its_languages_and_each_is_its_own_original(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())
    for path in ("/", "/rules", "/s/mei", f"/s/mei/{listing.id}"):
        for asked in ("", "?lang=zh", "?lang=en"):
            html = html_of(client, path + asked)

            assert re.findall(r'<link rel="canonical" href="([^"]*)">', html) == [HERE + path + asked]
            assert dict(re.findall(r'<link rel="alternate" hreflang="([^"]*)" href="([^"]*)">', html)) == {
                "zh-Hans": f"{HERE}{path}?lang=zh",
                "en": f"{HERE}{path}?lang=en",
                "x-default": HERE + path,
            }
    icon = re.search(r'<link rel="apple-touch-icon" href="([^"]+\.png)">', html)
    assert icon


def test_each_shop_has_a_sitemap_that_says_when_its_pages_changed(client: Client) -> None:
    shop = meis_shop()
    offer = fresh_flask()
    shown = listed(shop, offer)
    assert not client.get("/sitemap.xml").content.count(b"<loc>"), "a new shop is not to be discovered (case P7)"
    Shop.objects.filter(id=shop.pk).update(front=Shop.Front.SHOWN)
    hidden = listed(shop, fresh_flask(identity="hidden", external_id="hidden"))
    Listing.objects.filter(id=hidden.id).update(state=Listing.State.HIDDEN)
    Listing.objects.filter(id=shown.id).update(added_at=now() - timedelta(days=9))
    cost(offer, (30, 7900), (2, 6900))

    def entries(path: str) -> dict[str, str]:
        root = ET.fromstring(client.get(path).content)  # noqa: S314 -- our own
        return {entry[0].text or "": entry[1].text or "" for entry in root}

    assert list(entries("/sitemap.xml")) == [f"{HERE}/s/mei/sitemap.xml"]
    pages = entries("/s/mei/sitemap.xml")
    assert set(pages) == {f"{HERE}/s/mei", f"{HERE}/s/mei/{shown.id}"}
    changed = PricePoint.objects.order_by("at").last()
    assert changed
    assert datetime.fromisoformat(pages[f"{HERE}/s/mei/{shown.id}"]) == changed.at.replace(microsecond=0)
    assert client.get("/s/noone/sitemap.xml").status_code == 404


def test_programs_that_draw_cards_may_read_links_and_others_may_not(client: Client) -> None:
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").content.decode().splitlines())

    for agent in ("Twitterbot/1.0", "facebookexternalhit/1.1", "LinkedInBot/1.0", "TelegramBot"):
        assert robots.can_fetch(agent, "/l/bcdfghjk"), agent
        assert not robots.can_fetch(agent, "/go/bcdfghjk"), agent
    for path in ("/l/bcdfghjk", "/go/bcdfghjk", "/studio/", "/api/v1/me"):
        assert not robots.can_fetch("Googlebot", path)
    assert robots.can_fetch("Googlebot", "/s/mei")
    assert robots.site_maps() == [f"{HERE}/sitemap.xml"]
