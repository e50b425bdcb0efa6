"""What makes two offers the same item, and what speaks against it however alike they look."""

from collections.abc import Mapping
from typing import Any

import pytest

from joey.catalog.intake.clean_facts import gtin_14
from joey.catalog.same_item.compare import compare
from joey.catalog.same_item.evidence import Evidence
from joey.catalog.same_item.facts import ItemFacts, brand_names, facts_of, names_one_item
from joey.catalog.same_item.read_title import model_number, read_title
from tests.catalog.same_item.offers import ANOTHER_BARCODE, BARCODE

RARE = 6.0  # each word as in five of two thousand offers


def said(title: str, **changes: Any) -> ItemFacts:
    given: dict[str, Any] = {
        "title": title, "translations": {}, "brand": "", "model": "", "gtin": "", "price_minor": 10_000,
        "currency": "CNY",
    }  # fmt: skip
    return facts_of(**given | changes)


def evidence(one: ItemFacts, other: ItemFacts) -> Evidence:
    found, back = compare(one, other, lambda _word: RARE), compare(other, one, lambda _word: RARE)
    assert found == back
    return found.evidence


def test_the_same_barcode_suffices_and_two_barcodes_are_two_things() -> None:
    keyboard = said("指间雨 机械键盘", gtin=gtin_14(BARCODE))

    assert evidence(keyboard, said("Quiet keyboard", gtin=gtin_14(BARCODE))) is Evidence.BARCODE
    assert evidence(keyboard, said("指间雨 机械键盘", brand="指间雨", gtin=gtin_14(ANOTHER_BARCODE))) is Evidence.NONE


def test_a_barcode_does_not_stand_against_another_size_or_an_impossible_price() -> None:
    bottle = said("灶边 保温杯 500ml", gtin=gtin_14(BARCODE))

    assert evidence(bottle, said("灶边 保温杯 1L", gtin=gtin_14(BARCODE))) is Evidence.NONE
    assert evidence(bottle, said("Flask", gtin=gtin_14(BARCODE), price_minor=50_000)) is Evidence.NONE


@pytest.mark.parametrize("gtin", ["2012345678903", "0212345678909", "0412345678903", "9771234567898", "20123451"])
def test_a_number_that_shops_give_out_themselves_is_no_barcode(gtin: str) -> None:
    assert gtin_14(gtin), "the check digit is right"
    assert not names_one_item(gtin_14(gtin))


@pytest.mark.parametrize("gtin", [BARCODE, "6901234567892", "012345678905", "40123455"])
def test_a_number_of_a_maker_is_one(gtin: str) -> None:
    assert names_one_item(gtin_14(gtin))


def test_the_makers_number_is_read_out_of_titles_however_it_is_written() -> None:
    assert read_title("Panasonic Lumix DMC-TZ5 Digital Camera").models == {"dmctz5"}
    assert model_number("PSC-55") == "psc55"
    assert evidence(said("Canon Leather Case - PSC-55"), said("Canon PSC55 Deluxe case")) is Evidence.BRAND_MODEL
    assert evidence(said("Sharp Oven", model="R-1214"), said("Sharp R1214 Microwave")) is Evidence.BRAND_MODEL


def test_a_number_to_which_a_country_was_added_is_the_same_number() -> None:
    one, other = said("Netgear RangeMax Access Point WPN802"), said("Netgear RangeMax Access Point WPN802NA")

    assert evidence(one, other) is Evidence.BRAND_MODEL


def test_a_number_without_its_maker_is_another_kind_of_evidence() -> None:
    assert evidence(said("Sennheisser Headphone RS120W"), said("Headset RS120W")) is Evidence.MODEL


def test_brand_and_words_suffice_where_one_title_says_all_that_the_other_does() -> None:
    one = said("静谷声 头戴式蓝牙耳机 主动降噪", brand="静谷声")

    assert evidence(one, said("静谷声 头戴式蓝牙耳机 主动降噪 长续航", brand="静谷声")) is Evidence.BRAND_WORDS
    assert evidence(one, said("静谷声 头戴式蓝牙耳机 主动降噪")) is Evidence.BRAND_WORDS
    assert evidence(one, said("静谷声 半入耳真无线耳机 通话清晰", brand="静谷声")) is Evidence.NONE
    assert evidence(said("头戴式蓝牙耳机 主动降噪"), said("头戴式蓝牙耳机 主动降噪")) is Evidence.WORDS


def test_a_brand_goes_by_each_of_its_names() -> None:
    assert brand_names("华为（HUAWEI）") == {"华为", "huawei"}

    one, other = said("HUAWEI Mate 耳机 降噪", brand="华为（HUAWEI）"), said("华为 Mate 耳机 降噪", brand="华为")

    assert evidence(one, other) is Evidence.BRAND_WORDS


def test_titles_are_compared_within_a_language() -> None:
    chinese = said("指间雨 机械键盘 静音轴", translations={"en": "Fingerrain Quiet Keyboard"}, brand="指间雨")
    english = said("Fingerrain Quiet Keyboard", brand="Fingerrain", currency="USD", price_minor=4_500)

    assert evidence(chinese, english) is Evidence.BRAND_WORDS


DIFFERENT: Mapping[str, tuple[str, str]] = {
    "another size": ("灶边 保温杯 500ml", "灶边 保温杯 1L"),
    "another pack": ("灶边 抽纸 3层 24包", "灶边 抽纸 3层 12包"),
    "two instead of one": ("Hearth candle 2 pack", "Hearth candle"),
    "another version": ("Palette Photo Editor 2.0", "Palette Photo Editor 3.0"),
    "an upgrade": ("Palette Photo Editor 3 upgrade", "Palette Photo Editor 3"),
    "for another system": ("Palette Photo Editor 3 (mac)", "Palette Photo Editor 3 for windows"),
    "another edition": ("Palette Photo Editor 3 pro", "Palette Photo Editor 3 standard"),
    "another colour": ("云声 手机 6GB+64GB 曜石黑", "云声 手机 6GB+64GB 冰川蓝"),
    "more memory": ("云声 手机 6GB+64GB 曜石黑", "云声 手机 6GB+128GB 曜石黑"),
    "a part for it": ("云声 S9 手机壳", "云声 S9"),
    "a trial pack": ("雾里白 洁面乳 小样", "雾里白 洁面乳"),
}


@pytest.mark.parametrize("titles", DIFFERENT.values(), ids=DIFFERENT)
def test_what_contradicts_makes_two_things(titles: tuple[str, str]) -> None:
    brand = titles[0].split()[0]

    assert evidence(*(said(title, brand=brand) for title in titles)) is Evidence.NONE


def test_the_same_size_in_another_unit_is_the_same() -> None:
    assert (
        evidence(said("灶边 保温杯 500毫升", brand="灶边"), said("灶边 保温杯 0.5L", brand="灶边"))
        is Evidence.BRAND_WORDS
    )


def test_a_price_twice_as_high_is_another_thing_unless_a_number_says_otherwise() -> None:
    one, twice = said("Hearth Clay Pot", brand="Hearth"), said("Hearth Clay Pot", brand="Hearth", price_minor=20_000)
    model, dear = said("Hearth Pot CP-2400"), said("Hearth Pot CP2400", price_minor=20_000)

    assert evidence(one, twice) is Evidence.NONE
    assert (
        evidence(one, said("Hearth Clay Pot", brand="Hearth", price_minor=20_000, currency="USD"))
        is Evidence.BRAND_WORDS
    )
    assert evidence(model, dear) is Evidence.BRAND_MODEL


@pytest.mark.parametrize(
    "title", ["", " ", "的", "!!!", "500ml", "\ud83d\ude00", "a" * 400, "黑" * 400, "1.1.1.1.1.1.1" * 30]
)
def test_whatever_a_title_holds_it_is_read(title: str) -> None:
    assert evidence(said(title), said(title)) in set(Evidence)
