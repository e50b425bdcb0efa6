"""The same quantity, unit and word in another spelling is found, whichever of the two the title has."""

from pathlib import Path

import pytest
from pytest_django import Settings

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.queries import search_offers
from joey.catalog.search.fold import fold
from joey.catalog.search.spellings import one_spelling
from tests.catalog.offers import NOW, flask_facts

ALIKE = [
    "500毫升 500ml 500ML ５００ｍｌ 0.5升 0.5L 500㎖ 500cc 0,5l",
    "1,000ml 1升 1l 1公升",
    "2斤 1公斤 1kg 1000g 1千克 1000克 两斤",
    "256G 256GB 256gb 256克",
    "1TB 1024GB",
    "180x200 180×200 180*200cm 180X200 1.8米×2米 1.8*2.0m 1800x2000mm 180厘米x200厘米",
    "300x300mm 300×300毫米 300*300",
    "1米8 1.8米 1.8m 180cm 180公分 1800毫米",
    "三件套 3件套",
    "十二色 12色",
    "二十只装 20只装",
    "一百零五片 105片",
    "两瓶 2瓶 二瓶",
    "20寸 20英寸 20吋 20inch 20″",
    "10000毫安 10000mAh 10000毫安时",
    "三年级 3年级",
    "30瓦 30W",
]
NO_QUANTITIES = [
    "1.5升级版",
    "三只松鼠",
    "5米其林",
    "2 in 1",
    "v1.8.2m",
    "wh-1000xm4",
    "一二三件",
    "iphone14pro",
    "3克拉",
    "奶瓶零件",
    "百色裤夹",
]

# What is typed, and a title that it has to find and to be found by.
PAIRS = [
    ("500 ml 保温杯", "保温杯500毫升"),
    ("256g 手机", "手机 256GB"),
    ("180x200 床单", "床单 180×200cm"),
    ("三件套", "锅铲3件套"),
    ("沉著冷静 书", "沉着冷静的书"),
    ("竹著 帐篷", "竹着 账篷"),
    ("powerbank", "Mini Power Bank"),
    ("power bank", "Mini powerbank"),
    ("t shirt", "Cotton T-Shirt"),
    ("tshirt", "Cotton T Shirt"),
    ("西红柿", "新鲜番茄 5斤"),
    ("番茄", "西红柿种子"),
    ("洗面奶", "氨基酸洁面乳"),
    ("手机套", "磨砂手机壳"),
    ("土豆", "马铃薯粉"),
    ("雨伞", "抗风折叠伞"),
    ("保湿 面膜", "补水面膜"),
    ("小恐龙公仔", "小恐龙玩偶"),
    ("running shoes", "White Trainers"),
    ("nappies", "Baby Diapers"),
]


@pytest.mark.parametrize("spellings", ALIKE)
def test_a_quantity_has_one_spelling(spellings: str) -> None:
    assert len({one_spelling(fold(each)).strip() for each in spellings.split()}) == 1


def test_what_only_looks_like_a_quantity_stays() -> None:
    assert [one_spelling(each) for each in NO_QUANTITIES] == NO_QUANTITIES


@pytest.mark.django_db
@pytest.mark.usefixtures("searchable")
def test_a_title_is_found_by_each_spelling_and_no_other_quantity_is() -> None:
    size, *_others = (Path(__file__).with_name("size-in-title.csv").read_text(encoding="utf-8")).splitlines()[1:]
    titles = [size.split(",")[1], *(title for _q, title in PAIRS)]
    take(titles)

    missed = [(q, title) for q, title in PAIRS if title not in found(q)]
    assert missed == []
    for q in ("500ml", "500 ML", "500毫升", "５００ｍｌ", "0.5升", "小猪佩奇 保温杯 500ml"):  # case C11
        assert titles[0] in found(q), q
    assert [found(q) for q in ("5000ml", "50毫升", "180x220 床单", "4件套", "500g 保温杯")] == [[]] * 5


@pytest.mark.django_db
@pytest.mark.usefixtures("searchable")
def test_an_operators_synonyms_count_from_the_next_question_on(settings: Settings) -> None:
    take(["老干妈风味豆豉"])
    assert found("国民辣酱") == []

    path = Path(settings.DATA) / "synonyms.txt"
    path.write_text("# ours\n国民辣酱 > 豆豉\nno synonym\n= =\n", encoding="utf-8")
    assert found("国民辣酱") == ["老干妈风味豆豉"]
    assert found("西红柿") == [], "ours are still known"

    path.write_bytes(b"\xff\xfe\x00")
    assert found("国民辣酱") == [], "a file that cannot be read counts for nothing"
    path.unlink()
    assert found("豆豉") == ["老干妈风味豆豉"]


def take(titles: list[str]) -> None:
    take_offers(
        [
            flask_facts(identity=f"i{at}", external_id=f"e{at}", title=title, translations={}, coupon_minor=None)
            for at, title in enumerate(titles)
        ],
        now=NOW,
    )


def found(q: str) -> list[str]:
    return [card.title for card in search_offers(q, language="zh-hans", limit=100, now=NOW).items]
