"""Goods of JD by words, ids, categories, channels and pasted addresses, and what a row says."""

from typing import Any

import pytest

from joey.demo import catalogue
from tests.sandbox.dialects.jd.conftest import CATEGORIES, CHANNEL, GOODS, OFFER, PROMOTED, JdUnion, page_of

SOLD = [each for each in catalogue.offers() if each.marketplace == "jd" and each.in_stock]
ON_COUPON = next(each for each in SOLD if each.coupon_minor is not None and (each.coupon_until_days or -1) > 0)
SOLD_OUT = next(each for each in catalogue.offers() if each.marketplace == "jd" and not each.in_stock)


def yuan(minor: int) -> float:
    return minor / 100


def skus(rows: list[dict[str, Any]]) -> list[str]:
    return [str(row["skuId"]) for row in rows]


def one(jd: JdUnion, sku: str) -> dict[str, Any]:
    (row,) = jd.search(sceneId=2, skuIds=[int(sku)])
    return row


def test_a_row_says_what_it_costs_with_and_without_the_coupon(jd: JdUnion) -> None:
    row = one(jd, ON_COUPON.external_id)
    after = ON_COUPON.coupon_minor or 0

    assert row["skuName"] == ON_COUPON.good.title["zh"]
    assert row["priceInfo"]["price"] == yuan(ON_COUPON.list_minor)
    assert row["priceInfo"]["lowestPrice"] == yuan(ON_COUPON.now_minor)
    assert row["priceInfo"]["lowestCouponPrice"] == row["purchasePriceInfo"]["purchasePrice"] == yuan(after)
    (coupon,) = row["couponInfo"]["couponList"]
    assert coupon["discount"] == yuan(ON_COUPON.now_minor - after)
    assert coupon["useStartTime"] < coupon["useEndTime"]
    assert row["commissionInfo"]["commissionShare"] == ON_COUPON.commission_ppm / 10_000
    assert row["commissionInfo"]["couponCommission"] < row["commissionInfo"]["commission"]
    assert row["owner"] == ("g" if ON_COUPON.seller_kind == "marketplace" else "p")
    assert row["shopInfo"]["shopName"] == ON_COUPON.seller
    assert one(jd, OFFER.external_id)["couponInfo"]["couponList"] == []


def test_amounts_are_json_numbers_as_jd_writes_them(jd: JdUnion) -> None:
    text = jd.call(GOODS, {"sceneId": 2, "skuIds": [int(ON_COUPON.external_id)]})
    inner = text["jd_union_open_goods_query_responce"]["queryResult"]

    assert f'"lowestPrice":{yuan(ON_COUPON.now_minor)},' in inner
    assert f'"commissionShare":{ON_COUPON.commission_ppm / 10_000},' in inner


def test_the_scene_decides_which_id_is_in_the_address(jd: JdUnion) -> None:
    by_id = jd.search(keyword=OFFER.good.title["zh"])[0]
    by_number = one(jd, OFFER.external_id)

    assert by_id["materialUrl"] == f"{jd.sandbox.url}/detail/{by_id['itemId']}.html"
    assert by_number["materialUrl"] == f"{jd.sandbox.url}/{OFFER.external_id}.html"
    assert len(by_id["itemId"]) == 20
    assert OFFER.external_id not in by_id["itemId"]
    for address in (by_id["materialUrl"], by_number["materialUrl"]):
        landed = jd.sandbox.client.get(address, follow_redirects=True)
        assert landed.url.path == f"/item/jd/{OFFER.external_id}"
    assert jd.search(itemIds=[by_id["itemId"]]) == [by_id]


def test_a_coupon_leads_to_its_item(jd: JdUnion) -> None:
    (coupon,) = one(jd, ON_COUPON.external_id)["couponInfo"]["couponList"]

    landed = jd.sandbox.client.get(coupon["link"], follow_redirects=True)

    assert landed.url.path == f"/item/jd/{ON_COUPON.external_id}"


@pytest.mark.parametrize("kind", ["tracked", "short", "number", "mobile", "id", "here"])
def test_an_address_that_a_person_pasted_finds_its_item(jd: JdUnion, kind: str) -> None:
    address = {
        "tracked": jd.link()["clickURL"],
        "short": jd.social_link()["shortURL"],
        "number": page_of(OFFER.external_id) + "?cu=true&utm_source=x",
        "mobile": f"https://item.m.jd.com/product/{OFFER.external_id}.html",
        "id": f"https://jingfen.jd.com/detail/{one(jd, OFFER.external_id)['itemId']}.html",
        "here": f"{jd.sandbox.url}/item/jd/{OFFER.external_id}",
    }[kind]

    assert skus(jd.search(keyword=address)) == [OFFER.external_id]


@pytest.mark.parametrize(
    "address",
    [
        "https://item.jd.com/100000000001.html", f"https://item.jd.com.evil.example/{OFFER.external_id}.html",
        f"https://example.com/{OFFER.external_id}.html", "https://u.jd.com/abc", "http://[", "https://item.jd.com/",
        "https://jingfen.jd.com/detail/AAAAAAAAAAAAAAAAAAAA.html",
    ],
)  # fmt: skip
def test_an_address_that_is_no_item_of_jd_finds_nothing(jd: JdUnion, address: str) -> None:
    assert jd.search(keyword=address) == []


def test_an_edited_link_finds_nothing(jd: JdUnion) -> None:
    tracked, short = jd.link()["clickURL"], jd.social_link()["shortURL"]

    for link in (tracked, short):
        edited = link[:-1] + ("A" if link[-1] != "A" else "B")
        assert jd.search(keyword=link)
        assert jd.search(keyword=edited) == []
    assert jd.search(keyword=tracked + "&x=1") == []


def test_what_cannot_be_bought_is_not_found(jd: JdUnion) -> None:
    assert jd.search(sceneId=2, skuIds=[int(SOLD_OUT.external_id)]) == []
    assert jd.search(keyword=page_of(SOLD_OUT.external_id)) == []
    assert "data" not in jd.ask(PROMOTED, {"skuIds": SOLD_OUT.external_id})


def test_every_word_has_to_be_there(jd: JdUnion) -> None:
    title = OFFER.good.title["zh"]

    assert OFFER.external_id in skus(jd.search(keyword=title))
    assert jd.search(keyword=title + " 没有这个词") == []


def test_filters_keep_what_fits(jd: JdUnion) -> None:
    price = {each.external_id: each.now_minor for each in SOLD}

    def all_of(**asked: Any) -> list[dict[str, Any]]:
        pages = [jd.search(pageIndex=page, pageSize=30, **asked) for page in range(1, 6)]
        return [row for page in pages for row in page]

    whole = all_of()
    assert sorted(skus(whole)) == sorted(price)
    coupons = all_of(isCoupon=1)
    assert 0 < len(coupons) < len(whole)
    assert all(row["couponInfo"]["couponList"] for row in coupons)
    cheap = all_of(pricefrom=20, priceto=49.9)
    assert {str(row["skuId"]) for row in cheap} == {
        str(row["skuId"]) for row in whole if 20 <= row["priceInfo"]["lowestCouponPrice"] <= 49.9
    }
    rich = all_of(commissionShareStart=9.5, commissionShareEnd=10)
    assert {row["commissionInfo"]["commissionShare"] for row in rich} == {9.5, 10.0}
    own, others = all_of(owner="g"), all_of(owner="p")
    assert len(own) + len(others) == len(whole) > len(own) > 0
    assert {row["owner"] for row in own} == {"g"}
    kitchen = whole[0]["categoryInfo"]
    for level in (1, 2, 3):
        found = all_of(**{f"cid{level}": kitchen[f"cid{level}"]})
        assert {row["categoryInfo"]["cid1Name"] for row in found} == {kitchen["cid1Name"]}
    assert all_of(cid1=kitchen["cid1"], cid2=kitchen["cid2"] + 1) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("price", lambda row: row["priceInfo"]["lowestCouponPrice"]),
        ("commissionShare", lambda row: row["commissionInfo"]["commissionShare"]),
        ("commission", lambda row: row["commissionInfo"]["couponCommission"]),
        ("inOrderCount30Days", lambda row: row["inOrderCount30Days"]),
        ("inOrderComm30Days", lambda row: row["inOrderComm30Days"]),
    ],
)
def test_sorts_sort(jd: JdUnion, name: str, value: Any) -> None:
    down = [value(row) for row in jd.search(sortName=name, sort="desc", pageSize=30)]
    up = [value(row) for row in jd.search(sortName=name, sort="asc", pageSize=30)]

    assert down == sorted(down, reverse=True)
    assert up == sorted(up)
    assert down[0] > up[0]


def test_pages_hold_every_item_once(jd: JdUnion) -> None:
    pages = [jd.ask(GOODS, {"sceneId": 1, "pageIndex": page, "pageSize": 7}) for page in range(1, 20)]
    rows = [row for page in pages for row in page.get("data", [])]

    assert {page["totalCount"] for page in pages} == {len(SOLD)}
    assert sorted(skus(rows)) == sorted(each.external_id for each in SOLD)


def test_a_channel_has_rows_of_the_same_shape_and_takes_pages_of_fifty(jd: JdUnion) -> None:
    hot = jd.ask(CHANNEL, {"eliteId": 22, "pageSize": 50})
    coupons = jd.ask(CHANNEL, {"eliteId": "1", "sortName": "price", "sort": "asc"})["data"]

    assert len(hot["data"]) == 50
    assert hot["data"][0].keys() == jd.search(pageSize=1)[0].keys()
    assert hot["data"][0]["inOrderCount30Days"] >= hot["data"][-1]["inOrderCount30Days"]
    assert all(row["couponInfo"]["couponList"] for row in coupons)
    assert "data" not in jd.ask(CHANNEL, {"eliteId": 10})  # nothing costs less than ten yuan here


def test_promoted_goods_have_names_of_their_own(jd: JdUnion) -> None:
    found = jd.ask(PROMOTED, {"skuIds": f"{OFFER.external_id},{ON_COUPON.external_id},1"})["data"]

    assert skus(found) == [OFFER.external_id, ON_COUPON.external_id]
    row = found[0]
    assert row["goodsName"] == OFFER.good.title["zh"]
    assert (row["unitPrice"], row["wlUnitPrice"]) == (yuan(OFFER.list_minor), yuan(OFFER.now_minor))
    assert row["commisionRatioPc"] == row["commisionRatioWl"] == OFFER.commission_ppm / 10_000
    assert row["isJdSale"] in (0, 1)
    assert row["startDate"] < row["endDate"]


def test_goods_have_to_be_granted_and_the_others_stay(jd: JdUnion) -> None:
    jd.withhold(GOODS)
    refused = jd.inner(GOODS, {"keyword": "锅", "sceneId": 1})
    others = (jd.ask(CHANNEL, {"eliteId": 22})["data"], jd.ask(PROMOTED, {"skuIds": OFFER.external_id})["data"])
    jd.withhold("sceneId2")
    scene = jd.inner(GOODS, {"sceneId": 2, "skuIds": [int(OFFER.external_id)]})
    jd.withhold()

    assert (refused["code"], refused["message"], "data" in refused) == (403, "无访问权限", False)
    assert (scene["code"], scene["message"]) == (403, "无访问权限")
    assert all(others)
    assert jd.search(keyword="锅")


def test_categories_are_asked_for_level_by_level(jd: JdUnion) -> None:
    highest = jd.ask(CATEGORIES, {"parentId": 0, "grade": 0})["data"]
    below = jd.ask(CATEGORIES, {"parentId": highest[0]["id"], "grade": 1})["data"]
    lowest = jd.ask(CATEGORIES, {"parentId": below[0]["id"], "grade": 2})["data"]

    assert [row["name"] for row in highest] == [names["zh"] for names in catalogue.categories().values()]
    assert [(row["grade"], row["parentId"]) for row in below + lowest] == [
        (1, highest[0]["id"]), (2, below[0]["id"]),
    ]  # fmt: skip
    assert "data" not in jd.ask(CATEGORIES, {"parentId": 1, "grade": 1})
    assert {row["categoryInfo"]["cid1"] for row in jd.search(pageSize=30)} <= {row["id"] for row in highest}
