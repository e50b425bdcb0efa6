"""Tracked links, short links, copy-codes, and where they lead."""

import json
from typing import Any

import pytest

from joey.demo import catalogue
from joey.sandbox.dialects.taobao.item_ids import item_id
from tests.sandbox.conftest import Sandbox

CONVERT = "taobao.tbk.dg.general.link.convert"


def parse(sandbox: Sandbox, text: str, *, party: str = "dg", fields: str | None = None) -> dict[str, Any]:
    answer = sandbox.ask(
        f"taobao.tbk.{party}.general.link.parse",
        session=party == "sc",
        adzone_id=110000000001,
        material_dto=json.dumps([{"material_url": text}]),
        fields=fields,
    )
    entry: dict[str, Any] = answer["data"]["material_url_list"]["material_url_list"][0]
    return entry


def test_a_converted_link_leads_to_the_item_and_its_order_to_the_ad_zone(sandbox: Sandbox) -> None:
    offer = next(each for each in catalogue.offers() if each.marketplace == "tmall" and each.in_stock)
    epoch = sandbox.post("/control/taobao/rotate-ids").json()["epoch"]
    link = sandbox.convert(item_id(offer.external_id, epoch), "110000000007")["link_info_dto"]

    landed = sandbox.client.get(link["cps_short_url"], follow_redirects=True)

    assert landed.status_code == 200
    assert landed.url.path == f"/item/tmall/{offer.external_id}"
    assert landed.url.params["b"]
    assert "set-cookie" not in landed.headers
    truth = sandbox.get("/control/orders/" + sandbox.buy(str(landed.url))).json()
    assert truth["position"] == "110000000007"
    assert truth["item"] == offer.external_id


@pytest.mark.parametrize("kind", ["cps_long_url", "cps_short_url", "cps_short_tpwd", "cps_full_tpwd"])
def test_each_kind_of_link_buys_with_attribution(sandbox: Sandbox, item: dict[str, Any], kind: str) -> None:
    link = sandbox.convert(item["item_id"], "110000000009", relation_id=2345678903)["link_info_dto"]

    truth = sandbox.get("/control/orders/" + sandbox.buy(link[kind])).json()

    assert (truth["position"], truth["sub_id"]) == ("110000000009", "2345678903")
    assert truth["click_time"] is not None


def test_a_coupon_link_is_given_where_there_is_a_coupon(sandbox: Sandbox) -> None:
    row = sandbox.search(q="a", has_coupon="true")[0]

    entry = sandbox.convert(row["item_id"])

    price = row["price_promotion_info"]["final_promotion_price"]
    assert entry["promotion_info_dto"]["promotion_price"] == int(price.replace(".", ""))  # in fen
    assert entry["coupon_info_dto"]["coupon_amount"]
    landed = sandbox.client.get(entry["link_info_dto"]["coupon_long_url"], follow_redirects=True)
    assert landed.url.path.startswith("/item/")


def test_entries_fail_for_themselves(sandbox: Sandbox, item: dict[str, Any]) -> None:
    gone = next(
        each for each in catalogue.offers() if each.marketplace in ("taobao", "tmall") and not each.in_stock
        and each.awkward == "expired"
    ) if any(
        each.marketplace in ("taobao", "tmall") and not each.in_stock and each.awkward == "expired"
        for each in catalogue.offers()
    ) else None  # fmt: skip
    epoch = sandbox.post("/control/taobao/rotate-ids").json()["epoch"]
    bad = item_id(gone.external_id, epoch) if gone else "made-up"

    answer = sandbox.ask(CONVERT, adzone_id=110000000001, item_id_list=f"{bad},{item['item_id']}")

    entries = answer["data"]["item_url_list"]["item_url_list"]
    assert [entry["code"] for entry in entries] == [1001, 0]
    assert "link_info_dto" not in entries[0]


def test_links_of_others_and_texts_are_converted_to_ours(sandbox: Sandbox, item: dict[str, Any]) -> None:
    theirs = sandbox.convert(item["item_id"], "110000000002")["link_info_dto"]
    number = sandbox.client.get(theirs["cps_long_url"], follow_redirects=True).url.path.rsplit("/", 1)[1]
    materials = [
        theirs["cps_short_url"],
        theirs["cps_short_tpwd"],
        f"https://item.taobao.com/item.htm?id={number}",
        "?",
    ]

    answer = sandbox.ask(CONVERT, adzone_id=110000000003, material_list=",".join(materials))

    entries = answer["data"]["material_url_list"]["material_url_list"]
    assert [entry["code"] for entry in entries] == [0, 0, 0, 1001]
    order = sandbox.buy(entries[0]["link_info_dto"]["cps_long_url"])
    assert sandbox.get(f"/control/orders/{order}").json()["position"] == "110000000003"


def test_links_and_copy_codes_are_parsed_to_the_current_id(sandbox: Sandbox, item: dict[str, Any]) -> None:
    link = sandbox.convert(item["item_id"], "110000000002")["link_info_dto"]
    texts = [
        link["cps_long_url"],
        link["cps_short_url"],
        link["cps_full_tpwd"],
        "看看这个 " + link["cps_short_url"] + " 好",
    ]
    texts += [link["cps_short_tpwd"].replace("￥", "¥")]

    for text in texts:
        entry = parse(sandbox, text, fields="origin_pid")
        assert entry["code"] == 0, text
        assert entry["link_info_dto"]["material_id"] == link["item_id"]
        assert "origin_pid" not in parse(sandbox, text)["link_info_dto"], "it was not asked for"
        assert entry["link_info_dto"]["origin_pid"] == "mm_98836808_45598009_110000000002"


def test_a_tool_provider_parses_and_files_in_the_publishers_session(sandbox: Sandbox, tracked: str) -> None:
    assert parse(sandbox, tracked, party="sc") == parse(sandbox, tracked)
    made = {"site_id": sandbox.credentials()["site_id"], "adzone_name": "x"}
    assert "model" in sandbox.ask("taobao.tbk.sc.adzone.create", session=True, **made)["data"]


@pytest.mark.parametrize(
    "text", ["", "￥AAAAAAAAAAA￥", "https://example.com/item/1", "https://item.taobao.com/item.htm?id=1"]
)
def test_what_is_not_ours_is_not_parsed(sandbox: Sandbox, text: str) -> None:
    assert parse(sandbox, text)["code"] == 1001


def test_a_changed_link_is_nobodys(sandbox: Sandbox, tracked: str) -> None:
    changed = tracked[:-1] + ("A" if tracked[-1] != "A" else "B")

    assert sandbox.post("/control/purchase", {"url": changed}).json()["field"] == "url"


def test_a_copy_code_is_made_for_a_link(sandbox: Sandbox, tracked: str) -> None:
    made = sandbox.ask("taobao.tbk.tpwd.create", url=tracked)["data"]

    assert made["password_simple"].strip("￥") in made["model"]
    assert parse(sandbox, made["password_simple"])["code"] == 0


def test_an_ad_zone_is_made_with_a_name_of_at_most_64(sandbox: Sandbox, item: dict[str, Any]) -> None:
    create = "taobao.tbk.adzone.create"
    site = sandbox.credentials()["site_id"]

    pid = sandbox.ask(create, site_id=site, adzone_name="店" * 64)["data"]["model"]

    adzone = pid.rsplit("_", 1)[1]
    assert pid == f"mm_{sandbox.credentials()['publisher_id']}_{site}_{adzone}"
    assert adzone in sandbox.credentials()["adzones"]
    assert sandbox.convert(item["item_id"], adzone)["code"] == 0


def test_head_asks_without_being_counted(sandbox: Sandbox, tracked: str) -> None:
    assert sandbox.client.head(tracked).status_code == 204
