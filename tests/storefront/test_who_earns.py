"""Story 6: a visitor reads of any item what the buyer pays, what the keeper may earn, and that no one else does."""

import re
from html import unescape

import pytest
from django.test import Client

from tests.cast import listed, meis_shop
from tests.storefront.goods import fresh_flask, stale_flask

pytestmark = pytest.mark.django_db

EN = (
    "The keeper may earn about CN¥2.72 and Joey's platform fee is about CN¥0.68. No one else earns from this sale.",
    "Taobao pays 5.5% of the price. The keeper gets most of it, Joey's platform fee is the rest."
    " No one else earns from this sale.",
    "No one in Joey: Taobao pays no commission on this item.",
)
ZH = (
    "掌柜约得 ¥2.72，Joey 服务费约 ¥0.68。除此之外，没有别人从这一单里赚钱。",
    "淘宝付价格的 5.5% 作为佣金，掌柜得大部分，其余是 Joey 服务费。除此之外，没有别人从这一单里赚钱。",
    "Joey 里没有人得佣金：淘宝对这件商品不付佣金。",
)


@pytest.mark.parametrize(("language", "words", "pays"), [("en", EN, "¥69.00 with coupon"), ("zh", ZH, "¥69.00 券后")])
def test_of_any_item_a_visitor_reads_who_earns_from_it(language: str, words: tuple[str, ...], pays: str) -> None:
    offers = (
        fresh_flask(),
        stale_flask(identity="old", external_id="old"),  # no price is shown, so no amount either
        fresh_flask(identity="nothing", external_id="nothing", commission_ppm=0),
    )

    pages = [read(f"/s/mei/{listed(meis_shop(), offer).pk}", language) for offer in offers]

    assert [said in page for said, page in zip(words, pages, strict=True)] == [True] * 3
    assert [pays in page for page in pages] == [True, False, True]


def read(path: str, language: str) -> str:
    """What a page says of its own item, before it comes to others of the shop."""
    page = Client().get(path, headers={"accept-language": language}).content.decode()
    words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", page)))
    return re.split("Report this item|举报这件商品", words)[0]
