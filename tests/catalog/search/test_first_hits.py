"""What people ask for and what has to come first, in Chinese and in English."""

import pytest

from tests.catalog.search.goods import find, names

pytestmark = pytest.mark.usefixtures("goods")

FIRST = [
    # Chinese words, however they are cut
    ("蓝牙耳机", "over-ear-headphones open-earbuds"), ("头戴耳机", "over-ear-headphones"),
    ("降噪 蓝牙耳机", "over-ear-headphones"), ("充电宝", "magnetic-powerbank pocket-powerbank"),
    ("无线充电宝", "magnetic-powerbank"), ("砂锅", "clay-soup-pot"), ("豆腐猫砂", "tofu-cat-litter"),
    ("口红", "velvet-lipstick-brick"), ("补水面膜", "sheet-mask-oat"), ("护手霜", "hand-cream-osmanthus"),
    ("桂花藕粉", "lotus-root-starch"), ("芒果干", "mango-dried"), ("手撕牛肉干", "beef-jerky-spicy"),
    ("拉拉裤", "diaper-pants"), ("瑜伽砖", "cork-yoga-block"), ("乒乓球拍", "table-tennis-bats"),
    ("帐篷 双人", "dome-tent"), ("登机箱 密码锁", "cabin-suitcase"), ("猫抓板", "cardboard-scratcher"),
    ("挂耳咖啡", "drip-coffee-bags"), ("拍立得相机", "instant-camera"), ("钢化膜", "tempered-film"),
    # brands, whole
    ("静谷声", "over-ear-headphones open-earbuds bookshelf-speaker"), ("静谷声音箱", "bookshelf-speaker"),
    ("小米手环", "band"), ("泉林本色", "tissue"), ("华为手表", "watch"),
    # the other name of a brand
    ("xiaomi 手环", "band"), ("红米耳机", "redmi-buds"), ("huawei 46mm", "watch"), ("李维斯", "jeans"),
    ("new balance", "shoes"), ("新百伦", "shoes-han"),
    # kimonos are not services
    ("和服", "kimono"), ("产品和服务", "services"),
    # width, case, accents, traditional characters
    ("ＩＰＨＯＮＥ　１４", "iphone"), ("无线充电器", "charger"), ("無線充電器", "charger"),
    ("藍牙耳機", "over-ear-headphones open-earbuds"),
    ("nestle", "coffee"), ("NESTLÉ", "coffee"),
    # model numbers, split and whole
    ("iphone14pro", "iphone"), ("iPhone 14 Pro", "iphone"), ("iphone14 promax", "iphone-max"),
    ("14Pro 手机壳", "iphone-case"),
    ("苹果14 pro 壳", "iphone-case"), ("gt3pro", "watch"), ("GT 3 Pro", "watch"), ("1512g", "regulator"),
    ("1512 G 调节器", "regulator"), ("ax3000", "router"), ("AX 3000", "router"), ("a2892", "iphone"),
    ("usb 3.0", "usb"),
    ("wifi 放大器", "booster"), ("wi-fi 放大器", "booster"), ("wifi 6", "router"),
    # English
    ("headphones", "over-ear-headphones"), ("noise cancelling headphones", "over-ear-headphones"),
    ("soup pot", "clay-soup-pot"), ("yoga block", "cork-yoga-block"), ("cat litter unscented", "tofu-cat-litter"),
    ("running shoes", "knit-running-shoe"), ("Quietvale speaker", "bookshelf-speaker"),
    # typing errors in letters, and beginnings of words
    ("hedphones", "over-ear-headphones"), ("haedphones", "over-ear-headphones"),
    ("noice canceling", "over-ear-headphones"),
    ("umbrela", "umbrella-windproof"), ("keybord tablets", "slim-keyboard"), ("watercolur tin", "watercolour-tin"),
    ("suitc", "cabin-suitcase"), ("iphnoe 13", "iphone-13"),
    # long words also in parts, words with others in between
    ("男士保暖内衣", "underwear"), ("加绒 内衣 套装", "underwear"),
]  # fmt: skip


@pytest.mark.parametrize(("q", "expected"), FIRST)
def test_the_first_hit_is_what_was_meant(q: str, expected: str) -> None:
    found = names(find(q))

    assert found
    assert found[0] in expected.split(), found[:5]


def test_there_are_enough_of_them() -> None:
    assert len(FIRST) >= 40
    assert len({q for q, _expected in FIRST}) == len(FIRST)


@pytest.mark.parametrize(
    "q",
    [
        "iphone 15", "1513g", "15 pro max", "ax3001", "蓝牙耳机 砂锅", "headphones suitcase", "xyzzy", "和服 帐篷",
        "sony", "usb 3.1", "hdphns", "%", "🎉", "\\", "—",
    ],
)  # fmt: skip
def test_what_lacks_a_word_is_not_found_and_digits_are_never_guessed(q: str) -> None:
    assert names(find(q)) == []


def test_what_a_splitter_might_tear_comes_last_but_is_not_missed() -> None:
    assert names(find("和服")) == ["kimono", "services"]
    assert "noise" not in names(find("静谷声"))


def test_all_words_must_be_in_it() -> None:
    found = find("蓝牙 充电")

    assert found
    assert all("蓝牙" in card.title and "充电" in card.title for card in found)


def test_an_exact_word_comes_before_a_misspelt_or_longer_one() -> None:
    assert names(find("iphone 14"))[:2] == ["iphone", "iphone-max"]
    assert names(find("apple"))[0] != "iphone-case"  # 苹果 is another name of it: found, but later
    assert "iphone-case" in names(find("apple"))


def test_a_question_that_is_too_long_is_cut_and_says_what_did_not_count() -> None:
    from joey.catalog.queries import search_offers

    long = search_offers("蓝牙耳机 " + "很" * 200 + "ABC 180X200", language="en")
    many = search_offers(" ".join(f"Word{letter}" for letter in "abcdefghijklmnop"), language="en")

    assert long.cut == "很" * 105 + "ABC 180X200"
    assert many.cut.split() == ["Wordm", "Wordn", "Wordo", "Wordp"], "as they were typed"
    assert search_offers("蓝牙耳机", language="en").cut == ""
