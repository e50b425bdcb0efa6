"""Promotion links, where they lead, and what an order carries of them."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from joey.sandbox.dialects.pinduoduo.goods import duo_items, goods_sign
from joey.sandbox.world.goods import SoldItem
from tests.sandbox.dialects.pinduoduo.calling import CONVERT, GENERATE, LINK_PARTS, SHORT_PARSE, PddCaller

CUSTOM = '{"uid":"shop42","sid":"店7"}'


@pytest.fixture
def entry(pdd: PddCaller, item: SoldItem) -> dict[str, Any]:
    """The links of an item on a pid of its own."""
    return pdd.links(goods_sign(item.external_id), pdd.filed_pid(CUSTOM), CUSTOM)


def pid_in(entry: dict[str, str]) -> str:
    return parse_qs(urlsplit(entry["url"]).query)["pid"][0]


@pytest.mark.parametrize("kind", LINK_PARTS)
def test_each_kind_of_link_buys_with_attribution(
    pdd: PddCaller, item: SoldItem, entry: dict[str, Any], kind: str
) -> None:
    landed = pdd.sandbox.client.get(entry[kind], follow_redirects=True)

    assert landed.url.path == f"/item/pinduoduo/{item.external_id}"
    for address in (entry[kind], str(landed.url)):
        truth = pdd.sandbox.get("/control/orders/" + pdd.sandbox.buy(address)).json()
        assert (truth["item"], truth["position"], truth["sub_id"]) == (item.external_id, pid_in(entry), CUSTOM)
        assert truth["click_time"] is not None


def test_the_landing_link_names_the_pid_and_no_goods_id(item: SoldItem, entry: dict[str, Any]) -> None:
    assert urlsplit(entry["url"]).path == "/duo_coupon_landing.html"
    assert pid_in(entry).startswith("1000001_")
    assert item.external_id not in json.dumps(entry)
    assert entry["schema_url"] == "pinduoduo://com.xunmeng.pinduoduo" + entry["url"][entry["url"].index("/duo") :]
    card = entry["we_app_info"]
    assert (card["app_id"], card["title"]) == ("wx32540bd863b27570", item.title["zh"])
    assert pid_in(entry) in card["page_path"]


def test_without_custom_parameters_an_order_has_no_sub_id(pdd: PddCaller, item: SoldItem) -> None:
    link = pdd.links(goods_sign(item.external_id), pdd.filed_pid())["url"]

    assert pdd.sandbox.get("/control/orders/" + pdd.sandbox.buy(link)).json()["sub_id"] is None


def test_only_what_was_asked_for_is_there(pdd: PddCaller, item: SoldItem) -> None:
    pid = pdd.filed_pid()
    answer = pdd.ask(GENERATE, p_id=pid, goods_sign_list=[goods_sign(item.external_id)])

    (bare,) = answer["goods_promotion_url_list"]
    assert not {"short_url", "mobile_short_url", "we_app_info"} & bare.keys()
    assert bare["schema_url"] == ""


def test_a_list_of_objects_wins_and_several_items_come_in_order(pdd: PddCaller) -> None:
    signs = [goods_sign(each.external_id) for each in duo_items() if each.in_stock][:3]
    asked = [{"goods_sign": sign, "sku_id_list": [1]} for sign in signs]

    answer = pdd.ask(GENERATE, p_id=pdd.filed_pid(), goods_sign_list=signs[:1], goods_gen_url_param_list=asked)

    urls = [parse_qs(urlsplit(entry["url"]).query) for entry in answer["goods_promotion_url_list"]]
    assert [query["goods_sign"] for query in urls] == [[sign] for sign in signs]


def edits_of(url: str) -> list[str]:
    """The link with its last character changed, a parameter changed, one added and one left out."""
    last = url[:-1] + ("A" if url[-1] != "A" else "B")
    return [last, url.replace("1000001_", "1000002_"), url + "&x=1", url.replace("duoduo_type=2&", "")]


def test_an_edited_link_is_404_and_buys_nothing(pdd: PddCaller, entry: dict[str, Any]) -> None:
    for url in (*edits_of(entry["url"]), entry["mobile_url"] + "x", entry["mobile_url"].replace("1000001", "1000002")):
        assert pdd.sandbox.client.get(url).status_code == 404, url
        assert pdd.sandbox.post("/control/purchase", {"url": url}).json()["field"] == "url", url


@pytest.mark.parametrize("kind", ["short_url", "mobile_short_url"])
def test_an_edited_short_link_is_404(pdd: PddCaller, entry: dict[str, Any], kind: str) -> None:
    edited = entry[kind][:-1] + ("A" if entry[kind][-1] != "A" else "B")

    assert pdd.sandbox.client.get(edited).status_code == 404
    assert pdd.sandbox.post("/control/purchase", {"url": edited}).json()["field"] == "url"


def test_a_link_that_a_browser_writes_with_other_escapes_is_the_same(pdd: PddCaller, entry: dict[str, Any]) -> None:
    other = entry["url"].replace("%3A", ":").replace("%2C", ",")
    assert other != entry["url"]

    assert pdd.sandbox.get("/control/orders/" + pdd.sandbox.buy(other)).json()["position"] == pid_in(entry)


def test_head_asks_without_being_counted(pdd: PddCaller, entry: dict[str, Any]) -> None:
    assert pdd.sandbox.client.head(entry["url"]).status_code == 204


@pytest.mark.parametrize("short", ["short_url", "mobile_short_url"])
def test_a_short_link_is_resolved_to_the_long_one(pdd: PddCaller, entry: dict[str, Any], short: str) -> None:
    assert pdd.ask(SHORT_PARSE, original_url=entry[short])["url"] == entry[short.replace("short_", "")]


def test_a_short_link_of_a_filing_is_none_of_a_promotion(pdd: PddCaller) -> None:
    asked = {"channel_type": 10, "p_id_list": [pdd.pid()], "generate_short_url": True}
    short = pdd.ask("pdd.ddk.rp.prom.url.generate", **asked)["url_list"][0]["short_url"]

    assert pdd.refusal(SHORT_PARSE, original_url=short)[0] == 21001


def test_links_of_others_and_pages_of_items_become_ours(pdd: PddCaller, item: SoldItem, entry: dict[str, Any]) -> None:
    mine = pdd.filed_pid()
    page = f"https://mobile.yangkeduo.com/goods.html?goods_id={item.external_id}&refer=x"

    for source in (entry["url"], entry["mobile_url"], entry["short_url"], page):
        ours = pdd.ask(CONVERT, pid=mine, source_url=source)
        assert pid_in(ours) == mine
        assert ours["multi_group_short_url"] == ours["short_url"]
        truth = pdd.sandbox.get("/control/orders/" + pdd.sandbox.buy(ours["short_url"])).json()
        assert (truth["position"], truth["item"], truth["sub_id"]) == (mine, item.external_id, None)


def test_a_page_of_an_item_has_no_promoter(pdd: PddCaller, item: SoldItem) -> None:
    for query in (f"goods_id={item.external_id}", f"goods_sign={goods_sign(item.external_id)}"):
        url = f"{pdd.sandbox.url}/goods.html?{query}"
        assert pdd.sandbox.client.get(url, follow_redirects=True).url.path == f"/item/pinduoduo/{item.external_id}"
        truth = pdd.sandbox.get("/control/orders/" + pdd.sandbox.buy(url)).json()
        assert (truth["position"], truth["click_time"]) == (None, None)
    assert pdd.sandbox.get("/goods.html?goods_id=1").status_code == 404


def test_what_is_no_longer_sold_is_not_promoted(pdd: PddCaller) -> None:
    gone = next(each for each in duo_items() if each.gone)

    assert pdd.refusal(GENERATE, p_id=pdd.filed_pid(), goods_sign_list=[goods_sign(gone.external_id)])[0] == 21001


def test_the_pages_of_the_sandbox_show_it(pdd: PddCaller, item: SoldItem) -> None:
    for path in ("/", "/m/pinduoduo", f"/item/pinduoduo/{item.external_id}", "/panel"):
        assert pdd.sandbox.get(path).status_code == 200, path
    english = {"accept-language": "en"}
    assert "Pinduoduo" in pdd.sandbox.get("/", headers=english).text
    assert "is reported to Joey" in pdd.sandbox.get(f"/item/pinduoduo/{item.external_id}", headers=english).text
