"""Links of JD: which position, site and sub-id an order of one carries, and which links lead nowhere."""

from typing import Any

import pytest

from joey.demo import catalogue
from joey.sandbox.dialects.jd.demo_account import SOCIAL_MEDIA_ID
from tests.sandbox.dialects.jd.conftest import (
    BY_SUB_UNION,
    COMMON,
    CREATE,
    OFFER,
    POSITION,
    POSITIONS,
    JdUnion,
    page_of,
)

FREE = 987_654_321_012
ON_COUPON = next(
    each
    for each in catalogue.offers()
    if each.marketplace == "jd" and each.in_stock and each.coupon_minor and (each.coupon_until_days or -1) > 0
)


def edited(link: str) -> str:
    return link[:-1] + ("A" if link[-1] != "A" else "B")


def truth(jd: JdUnion, order: str) -> dict[str, Any]:
    found: dict[str, Any] = jd.sandbox.get(f"/control/orders/{order}").json()
    return found


def test_a_link_leads_to_the_item_and_its_order_to_the_position(jd: JdUnion) -> None:
    link = jd.link(positionId="3000000007")["clickURL"]

    landed = jd.sandbox.client.get(link, follow_redirects=True)

    assert link.startswith(jd.sandbox.url + "/jdc?e=")
    assert landed.url.path == f"/item/jd/{OFFER.external_id}"
    assert "set-cookie" not in landed.headers
    order = jd.sandbox.buy(str(landed.url))
    assert (truth(jd, order)["position"], truth(jd, order)["sub_id"]) == ("3000000007", None)
    row = jd.row(order)
    assert (row["positionId"], row["siteId"]) == (3_000_000_007, int(jd.credentials()["site_id"]))
    assert jd.sandbox.client.head(link).status_code == 204


@pytest.mark.parametrize("kind", ["shortURL", "clickURL", "jCommand", "jShortCommand", "weChatShortLink"])
def test_each_kind_of_link_buys_with_a_position_that_was_chosen_freely(jd: JdUnion, kind: str) -> None:
    given = jd.social_link(positionId=FREE, subUnionId="shop_42", chainType=3, weChatType=1)

    order = jd.sandbox.buy(given[kind])

    assert (truth(jd, order)["position"], truth(jd, order)["sub_id"]) == (str(FREE), "shop_42")
    assert jd.row(order)["siteId"] == SOCIAL_MEDIA_ID


@pytest.mark.parametrize(
    ("chain", "kinds"), [(None, {"shortURL"}), (1, {"clickURL"}), (2, {"shortURL"}), (3, {"shortURL", "clickURL"})]
)
def test_the_chain_type_says_which_links_there_are(jd: JdUnion, chain: int | None, kinds: set[str]) -> None:
    given = jd.social_link(chainType=chain)

    assert {name for name in given if name.endswith("URL")} == kinds
    assert "weChatShortLink" not in given  # it was not asked for


def test_the_address_of_an_item_may_be_any_that_it_has(jd: JdUnion) -> None:
    row = jd.search(sceneId=1, keyword=page_of(OFFER.external_id))[0]

    for address in (
        page_of(OFFER.external_id),
        row["materialUrl"],
        f"https://jingfen.jd.com/detail/{row['itemId']}.html",
    ):
        order = jd.sandbox.buy(jd.link(materialId=address)["clickURL"])
        assert truth(jd, order)["item"] == OFFER.external_id


def test_the_address_of_an_item_buys_it_for_no_one(jd: JdUnion) -> None:
    by_number = jd.search(sceneId=2, skuIds=[int(OFFER.external_id)])[0]["materialUrl"]
    by_id = jd.search(keyword=by_number)[0]["materialUrl"]

    for address in (by_number, by_id, f"{jd.sandbox.url}/item/jd/{OFFER.external_id}"):
        bought = truth(jd, jd.sandbox.buy(address))
        assert (bought["item"], bought["position"], bought["sub_id"]) == (OFFER.external_id, None, None), address


def test_a_short_link_ends_after_sixty_days_and_the_long_one_lasts(jd: JdUnion) -> None:
    given = jd.social_link(chainType=3)
    short, long = given["shortURL"], given["clickURL"]
    jd.sandbox.post("/control/jd/short-links", {"days": 59})
    lasting = jd.sandbox.client.get(short).status_code

    jd.sandbox.post("/control/jd/short-links", {"days": 1})

    assert (lasting, jd.sandbox.client.get(short).status_code) == (302, 404)
    assert jd.sandbox.post("/control/purchase", {"url": short}).json()["field"] == "url"
    assert jd.sandbox.client.get(long).status_code == 302
    again = jd.social_link(chainType=3)
    assert (again["clickURL"], again["shortURL"] != short) == (long, True)
    assert jd.sandbox.client.get(again["shortURL"]).status_code == 302


def test_an_edited_link_leads_nowhere(jd: JdUnion) -> None:
    given = jd.social_link(chainType=3)

    for link in (given["clickURL"], given["shortURL"]):
        assert jd.sandbox.client.get(edited(link)).status_code == 404
        assert jd.sandbox.post("/control/purchase", {"url": edited(link)}).json()["field"] == "url"
        assert jd.sandbox.client.get(link).status_code == 302
    command = given["jShortCommand"]
    assert jd.sandbox.post("/control/purchase", {"url": command.lower()}).json()["field"] == "url"


def test_a_site_that_is_not_registered_gives_a_link_whose_orders_do_not_count(jd: JdUnion) -> None:
    other = jd.link(siteId=4_100_999_999)["clickURL"]
    social = jd.social_link(siteId=4_100_999_999, chainType=1)["clickURL"]

    for link in (other, social):
        order = jd.sandbox.buy(link)
        assert (truth(jd, order)["state"], truth(jd, order)["net_minor"]) == ("closed", 0)
        row = jd.row(order)
        assert (row["validCode"], row["siteId"]) == (14, 4_100_999_999)
    assert jd.row(jd.sandbox.buy(jd.link()["clickURL"]))["validCode"] == 16


def test_a_coupon_is_taken_as_it_was_given(jd: JdUnion) -> None:
    (row,) = jd.search(sceneId=2, skuIds=[int(ON_COUPON.external_id)])
    coupon = row["couponInfo"]["couponList"][0]["link"]
    asked = {"materialId": page_of(ON_COUPON.external_id), "siteId": jd.credentials()["site_id"]}

    link = jd.ask(COMMON, asked | {"couponUrl": coupon})["data"]["clickURL"]

    order = jd.sandbox.buy(link)
    assert truth(jd, order)["paid_minor"] == ON_COUPON.coupon_minor
    for bad in (edited(coupon), coupon.replace(":", "%3A"), coupon + "&to=x"):
        assert jd.inner(COMMON, asked | {"couponUrl": bad})["code"] == 400
    assert jd.inner(COMMON, asked | {"materialId": page_of(OFFER.external_id), "couponUrl": coupon})["code"] == 400


def test_a_position_has_to_be_registered_for_a_site_and_may_be_left_out(jd: JdUnion) -> None:
    asked = {"materialId": page_of(OFFER.external_id), "siteId": jd.credentials()["site_id"]}

    refused = jd.inner(COMMON, asked | {"positionId": FREE})
    without = jd.ask(COMMON, asked)["data"]["clickURL"]

    assert (refused["code"], "positionId" in refused["message"]) == (400, True)
    assert jd.row(jd.sandbox.buy(without))["positionId"] == 0


def test_positions_are_made_listed_and_used(jd: JdUnion) -> None:
    account = jd.credentials()
    owner = {"unionId": account["union_id"], "key": account["union_key"], "unionType": 1}
    names = ["小店", "另一家小店"]

    made = jd.ask(CREATE, owner | {"type": 1, "siteId": account["site_id"], "spaceNameList": names})["data"]
    again = jd.ask(CREATE, owner | {"type": 1, "siteId": account["site_id"], "spaceNameList": names[:1]})["data"]

    assert list(made["resultList"]) == names
    assert again["resultList"] == {"小店": made["resultList"]["小店"]}
    assert (made["siteId"], made["type"]) == (int(account["site_id"]), 1)
    first = jd.ask(POSITIONS, owner | {"pageIndex": 1, "pageSize": 15})["data"]
    last = jd.ask(POSITIONS, owner | {"pageIndex": 2, "pageSize": 15})["data"]
    listed = {row["spaceName"]: row for row in first["result"] + last["result"]}
    assert (first["pageNo"], len(first["result"]), first["total"]) == (1, 15, len(listed))
    assert str(first["result"][0]["id"]) == POSITION
    for name in names:
        position = made["resultList"][name]
        assert listed[name]["id"] == position
        assert listed[name]["pid"] == f"{account['union_id']}_{account['site_id']}_{position}"
        assert jd.row(jd.sandbox.buy(jd.link(positionId=position)["clickURL"]))["positionId"] == position


@pytest.mark.parametrize("length", [80, 1])
def test_a_sub_union_id_has_up_to_eighty_characters(jd: JdUnion, length: int) -> None:
    sub_union_id = "Shop_42"[:length].ljust(length, "x")

    order = jd.sandbox.buy(jd.link(subUnionId=sub_union_id)["clickURL"])

    assert (truth(jd, order)["sub_id"], jd.row(order)["subUnionId"]) == (sub_union_id, sub_union_id)


def test_a_row_gives_back_only_what_the_account_may_read(jd: JdUnion) -> None:
    order = jd.sandbox.buy(jd.link(subUnionId="shop_42", ext1="c1")["clickURL"])

    seen = jd.row(order)
    jd.withhold("subUnionId", "ext1")
    hidden = jd.row(order)
    refused = jd.inner(BY_SUB_UNION, {"materialId": page_of(OFFER.external_id), "ext1": "c1"})
    jd.withhold()

    assert (seen["subUnionId"], seen["ext1"]) == ("shop_42", "c1")
    assert (hidden["subUnionId"], hidden["ext1"]) == ("", "")
    assert hidden["positionId"] == seen["positionId"]
    assert truth(jd, order)["sub_id"] == "shop_42"
    assert refused["code"] == 403


def test_codes_to_copy_are_there_where_they_are_granted(jd: JdUnion) -> None:
    of_a_site, social = jd.link(), jd.social_link()
    jd.withhold("jCommand", "jShortCommand")
    without = jd.link(), jd.social_link()
    jd.withhold()

    assert OFFER.good.title["zh"] in of_a_site["jCommand"]
    assert jd.sandbox.buy(f"看看这个 {of_a_site['jCommand']} 很好看")
    assert {"jCommand", "jShortCommand"} <= social.keys()
    assert without[0]["jCommand"] == ""
    assert not {"jCommand", "jShortCommand"} & without[1].keys()


@pytest.mark.parametrize("method", [BY_SUB_UNION, CREATE, POSITIONS])
def test_what_has_to_be_applied_for_is_refused_where_it_is_withheld(jd: JdUnion, method: str) -> None:
    jd.withhold(method)
    refused = jd.inner(method, {"materialId": page_of(OFFER.external_id)})
    link = jd.link()
    jd.withhold()

    assert (refused["code"], refused["message"]) == (403, "无访问权限")
    assert link["clickURL"]
