"""The demo's shops show what is really in the catalogue, and their notes say nothing a demo person cannot say."""

import re

from joey.demo.shops import MEI, SHOPS

# Having used something is a claim; no demo person has used anything.
USED = "用了|用过|我用|亲测|回购|吃过|穿过|喝过|试过|自用"
USED_EN = r"\b(I use|I used|I've used|I tried|I've tried|I own|I wear|my own one|repurchased)\b"


def test_mei_has_about_36_listings_from_all_seven_marketplaces() -> None:
    marketplaces = {listing.marketplace for listing in MEI.listings}

    assert MEI.slug == "mei"
    assert MEI.phone == "+8613800000001"
    assert 32 <= len(MEI.listings) <= 40
    assert marketplaces == {"taobao", "tmall", "jd", "pinduoduo", "dangdang", "amazon", "1688"}
    assert sum(listing.marketplace in ("taobao", "tmall") for listing in MEI.listings) >= 20


def test_meis_shop_shows_each_kind_of_awkward_offer() -> None:
    assert {listing.offer.awkward for listing in MEI.listings} == {
        None, "raised_before_sale", "out_of_stock", "expired", "no_commission",
    }  # fmt: skip


def test_every_listing_is_an_offer_that_exists_and_is_in_its_shop_once() -> None:
    for shop in SHOPS:
        places = [(listing.offer.marketplace, listing.offer.external_id) for listing in shop.listings]
        assert len(set(places)) == len(places), shop.slug


def test_shops_differ_in_slug_and_contact() -> None:
    assert len(SHOPS) == 3
    for part in ("slug", "email", "phone"):
        assert len({getattr(shop, part) for shop in SHOPS}) == len(SHOPS)


def test_names_and_notes_are_in_both_languages_and_claim_no_use() -> None:
    for shop in SHOPS:
        texts = [shop.name, shop.intro]
        texts += [shelf.name for shelf in shop.shelves]
        texts += [listing.note for listing in shop.listings]
        for text in texts:
            assert bool(text["zh"]) == bool(text["en"]), text
            assert not re.search(r"[\u3400-\u9fff]", text["en"]), text
            assert not re.search(USED, text["zh"]), text
            assert not re.search(USED_EN, text["en"], re.IGNORECASE), text
            assert "最" not in text["zh"], text
