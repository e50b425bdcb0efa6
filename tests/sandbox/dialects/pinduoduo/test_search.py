"""Searching, and looking one item up by its sign."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from joey.sandbox.dialects.pinduoduo.goods import duo_items, goods_sign
from joey.sandbox.world.goods import SoldItem
from tests.sandbox.conftest import Sandbox
from tests.sandbox.dialects.pinduoduo.calling import LOOK_UP, SEARCH, PddCaller

ITEMS = duo_items()
SOLD = [each for each in ITEMS if each.in_stock and not each.gone]


def everything(pdd: PddCaller, **arguments: Any) -> list[dict[str, Any]]:
    """All that is sold, for each label."""
    labels = pdd.sandbox.get("/control/marketplaces").json()["pinduoduo"]["categories"]
    return [row for number in labels for row in pdd.search(opt_id=number, **arguments)]


def test_every_word_has_to_be_there(pdd: PddCaller) -> None:
    words = SOLD[0].title["zh"].split()[:2]

    found = pdd.search(keyword=" ".join(words))

    assert SOLD[0].title["zh"] in [row["goods_name"] for row in found]
    assert all(word in row["goods_name"] for row in found for word in words)
    assert pdd.ask(SEARCH, keyword=words[0] + " 没有这个词") | {"request_id": "", "search_id": "", "list_id": ""} == {
        "total_count": 0, "goods_list": [], "request_id": "", "search_id": "", "list_id": "",
    }  # fmt: skip


def test_an_item_is_described_in_fen_per_mille_and_seconds_and_has_no_goods_id(
    pdd: PddCaller, with_coupon: SoldItem
) -> None:
    (row,) = [each for each in pdd.search(keyword=with_coupon.title["zh"]) if each["has_coupon"]]

    assert row["goods_sign"] == goods_sign(with_coupon.external_id)
    assert with_coupon.external_id not in json.dumps(row)
    assert (row["min_group_price"], row["min_normal_price"]) == (with_coupon.now_minor, with_coupon.list_minor)
    assert with_coupon.coupon_minor == row["min_group_price"] - row["coupon_discount"]
    assert row["coupon_min_order_amount"] <= row["min_group_price"]
    assert row["coupon_start_time"] < time.time() < row["coupon_end_time"]
    assert row["promotion_rate"] * 1000 == with_coupon.rate_ppm
    assert (row["mall_name"], row["goods_gallery_urls"]) == (with_coupon.seller, None)
    assert pdd.sandbox.client.get(row["goods_thumbnail_url"]).headers["content-type"] == "image/webp"


def test_what_has_no_coupon_has_no_times_of_one(pdd: PddCaller, item: SoldItem) -> None:
    row = next(each for each in pdd.search(keyword=item.title["zh"]))

    assert (row["has_coupon"], row["coupon_discount"], row["coupon_start_time"], row["coupon_end_time"]) == (
        False, 0, None, None,
    )  # fmt: skip


def test_a_coupon_that_is_over_is_still_shown_and_not_found_by_the_filter(pdd: PddCaller) -> None:
    over = next(each for each in SOLD if each.coupon_until_days < 0)

    (row,) = pdd.search(keyword=over.title["zh"])

    assert row["coupon_end_time"] < time.time()
    assert pdd.search(keyword=over.title["zh"], with_coupon=True) == []


def test_sorts_and_filters(pdd: PddCaller) -> None:
    label = everything(pdd)[0]["opt_id"]

    def column(name: str, **arguments: Any) -> list[Any]:
        return [row[name] for row in pdd.search(opt_id=label, **arguments)]

    for sort, name in ((1, "promotion_rate"), (3, "min_group_price"), (7, "coupon_discount")):
        up, down = column(name, sort_type=sort), column(name, sort_type=sort + 1)
        assert up == sorted(up)
        assert down == sorted(down, reverse=True)
        assert len(set(up)) > 1, "a sort of equal values shows nothing"
    sold = [SOLD_BY_SIGN[sign].volume for sign in column("goods_sign")]
    assert sold == sorted(sold, reverse=True)
    assert sold == [SOLD_BY_SIGN[sign].volume for sign in column("goods_sign", sort_type=6)]
    assert all(column("has_coupon", with_coupon=True))
    category = pdd.search(opt_id=label)[0]["cat_ids"]
    assert [row["goods_sign"] for row in pdd.search(cat_id=category[1])] == column("goods_sign")


SOLD_BY_SIGN = {goods_sign(each.external_id): each for each in SOLD}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (0, lambda row: row["min_group_price"]),
        (1, lambda row: row["min_group_price"] - row["coupon_discount"]),
        (2, lambda row: row["promotion_rate"]),
        (3, lambda row: row["coupon_discount"]),
        (5, lambda row: SOLD_BY_SIGN[row["goods_sign"]].volume),
    ],
)
def test_a_range_lets_through_what_is_in_it_and_both_ends(
    pdd: PddCaller, kind: int, value: Callable[[dict[str, Any]], int]
) -> None:
    rows = [row for row in everything(pdd) if not row["has_coupon"] or row["coupon_end_time"] > time.time()]
    values = sorted({value(row) for row in rows})
    least, most = values[1], values[-2]

    within = everything(pdd, range_list=[{"range_id": kind, "range_from": least, "range_to": most}])

    kept = {row["goods_sign"] for row in rows} & {row["goods_sign"] for row in within}
    assert kept == {row["goods_sign"] for row in rows if least <= value(row) <= most}
    assert 0 < len(kept) < len(rows)


def test_pages_go_on_with_the_list_id_of_their_own_question(pdd: PddCaller) -> None:
    signs = [goods_sign(each.external_id) for each in SOLD]
    first = pdd.ask(SEARCH, goods_sign_list=signs, page_size=10)

    found = [row["goods_sign"] for row in first["goods_list"]]
    for page in range(2, 20):
        more = pdd.ask(SEARCH, goods_sign_list=signs, page_size=10, page=page, list_id=first["list_id"])
        found += [row["goods_sign"] for row in more["goods_list"]]

    assert first["total_count"] == len(signs) > 40
    assert sorted(found) == sorted(signs)
    other = pdd.refusal(SEARCH, goods_sign_list=signs, page_size=20, page=2, list_id=first["list_id"])
    assert other == (21001, "list_id is not the one of the page before")


def test_what_is_out_of_stock_or_gone_is_neither_found_nor_looked_up(pdd: PddCaller) -> None:
    unsold = [each for each in ITEMS if not each.in_stock]
    signs = [goods_sign(each.external_id) for each in unsold]
    assert len(unsold) >= 2

    assert pdd.search(goods_sign_list=signs) == []
    assert [pdd.ask(LOOK_UP, goods_sign=sign)["goods_details"] for sign in signs] == [[]] * len(signs)


def test_a_look_up_says_what_the_search_says_and_has_more_pictures(pdd: PddCaller, with_coupon: SoldItem) -> None:
    (row,) = pdd.search(goods_sign_list=[goods_sign(with_coupon.external_id)])

    (found,) = pdd.ask(LOOK_UP, goods_sign=row["goods_sign"], search_id=row["search_id"])["goods_details"]

    assert found == row | {"goods_gallery_urls": [row["goods_image_url"]]}


def test_a_pasted_link_is_searched_for(pdd: PddCaller, item: SoldItem) -> None:
    sign = goods_sign(item.external_id)
    links = pdd.links(sign, pdd.filed_pid())
    pages = (
        f"https://mobile.yangkeduo.com/goods.html?goods_id={item.external_id}",
        f"{pdd.sandbox.url}/goods.html?goods_sign={sign}",
    )

    for text in (links["url"], links["mobile_url"], links["short_url"], *pages):
        assert [row["goods_sign"] for row in pdd.search(keyword=text)] == [sign], text
    for text in (links["url"] + "x", "https://example.com/goods.html?goods_id=" + item.external_id, "http://["):
        assert pdd.search(keyword=text) == [], text


def test_a_pair_has_to_be_filed_where_it_is_given(pdd: PddCaller, item: SoldItem) -> None:
    sign, custom = goods_sign(item.external_id), '{"uid":"shop42","sid":"7"}'
    filed, other = pdd.filed_pid(custom), pdd.pid()

    for method, asked in ((SEARCH, {"goods_sign_list": [sign]}), (LOOK_UP, {"goods_sign": sign})):
        assert sign in json.dumps(pdd.ask(method, pid=filed, custom_parameters=custom, **asked))
        for pair in ({"pid": other}, {"pid": filed}, {"pid": other, "custom_parameters": custom}):
            assert pdd.refusal(method, **pair, **asked)[0] == 60001, (method, pair)
        assert pdd.refusal(method, custom_parameters=custom, **asked)[0] == 60001, method


def test_an_unfiled_pair_can_be_answered_without_coupons(own_sandbox: Callable[..., Sandbox]) -> None:
    pdd = PddCaller(own_sandbox())
    coupon = next(each for each in SOLD if each.coupon_until_days > 0)
    asked = {"goods_sign_list": [goods_sign(coupon.external_id)], "pid": pdd.pid()}

    def differ(*facts: str) -> None:
        body = {"marketplace": "pinduoduo", "facts": list(facts)}
        assert pdd.sandbox.post("/control/differs", body).status_code == 200

    differ("unfiled_is_refused")
    (row,) = pdd.search(**asked)
    assert (row["has_coupon"], row["coupon_discount"]) == (False, 0)
    differ("unfiled_code")
    assert pdd.refusal(SEARCH, **asked)[0] == 21001
    differ()
    assert pdd.refusal(SEARCH, **asked)[0] == 60001
