"""Feeds of the marketplaces that have one, and the pages that people see."""

import io
import json
import re
from datetime import date

import pytest
from PIL import Image

from joey.demo import catalogue
from joey.sandbox.dialects.taobao.order_report import parent_id_of
from tests.sandbox.conftest import Sandbox

BANNER = "模拟 Simulated — nothing here is real"
TMALL = next(each for each in catalogue.offers() if each.marketplace == "tmall" and each.in_stock)
AMAZON = next(each for each in catalogue.offers() if each.marketplace == "amazon" and each.in_stock)


@pytest.mark.parametrize("marketplace", ["jd", "dangdang", "amazon", "1688"])
def test_a_feed_has_every_offer_that_is_sold(sandbox: Sandbox, marketplace: str) -> None:
    answer = sandbox.get(f"/feeds/{marketplace}.jsonl")

    lines = {line["id"]: line for line in map(json.loads, answer.text.splitlines())}
    offers = [each for each in catalogue.offers() if each.marketplace == marketplace]
    sold = [each for each in offers if each.in_stock or each.awkward == "out_of_stock"]
    assert set(lines) == {each.external_id for each in sold}
    for offer in sold:
        line = lines[offer.external_id]
        assert line["price"] == f"{offer.now_minor // 100}.{offer.now_minor % 100:02d}"
        assert (line["coupon_price"] is None) == (offer.coupon_minor is None)
        assert line["currency"] == offer.currency
        assert line["in_stock"] == offer.in_stock
        assert line["titles"] == offer.good.title
        assert isinstance(line["ships_from"], str)
        assert len(line["history"]) == len(offer.history)
        assert [date.fromisoformat(day) for day, _ in line["history"]] == sorted(
            date.fromisoformat(day) for day, _ in line["history"]
        )


def test_a_feed_that_is_known_already_is_not_sent_again(sandbox: Sandbox) -> None:
    first = sandbox.get("/feeds/jd.jsonl")

    for header in ({"if-none-match": first.headers["etag"]}, {"if-modified-since": first.headers["last-modified"]}):
        again = sandbox.get("/feeds/jd.jsonl", headers=header)
        assert (again.status_code, again.content) == (304, b"")
    other = sandbox.get("/feeds/jd.jsonl", headers={"if-none-match": '"other"', "if-modified-since": "nonsense"})
    assert other.status_code == 200
    assert sandbox.get("/feeds/taobao.jsonl").status_code == 404


PAGES = [
    "/", "/m/taobao", "/m/amazon?q=a", "/m/jd?page=2", f"/item/tmall/{TMALL.external_id}",
    f"/buy?item=tmall/{TMALL.external_id}", "/orders", "/outbox", "/bank", "/panel", "/m/nowhere", "/item/jd/1",
]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("language", "word"), [("zh", "订单"), ("en", "Orders")])
def test_every_page_carries_the_banner_in_both_languages(sandbox: Sandbox, path: str, language: str, word: str) -> None:
    answer = sandbox.get(path, headers={"accept-language": language})

    assert answer.headers["content-type"].startswith("text/html")
    assert BANNER in answer.text
    assert word in answer.text
    assert "script" not in answer.text


def test_the_chosen_language_is_remembered(sandbox: Sandbox) -> None:
    answer = sandbox.get("/?lang=en", headers={"accept-language": "zh"})

    assert "Orders" in answer.text
    assert "sandbox_lang=en" in answer.headers["set-cookie"]
    assert "set-cookie" not in sandbox.get("/").headers
    sandbox.client.cookies.clear()


def test_a_person_can_buy_and_return(sandbox: Sandbox, tracked: str) -> None:
    landed = sandbox.client.get(tracked, follow_redirects=True)
    buy_link = re.search(r'href="(/buy\?[^"]+)"', landed.text)
    assert buy_link
    form = sandbox.get(buy_link[1].replace("&amp;", "&"))
    fields = dict(re.findall(r'name="(item|b)"\s+value="([^"]*)"', form.text))
    assert "110000000001" in form.text

    bought = sandbox.client.post(sandbox.url + "/buy", data=fields | {"quantity": "2"}, follow_redirects=True)
    path = bought.url.path
    for step in ("receive", "settle"):
        assert f'value="{step}"' in sandbox.get(path).text
        sandbox.client.post(sandbox.url + path, data={"do": step})
    returned = sandbox.client.post(sandbox.url + path, data={"do": "return", "quantity": "1"}, follow_redirects=True)

    assert "1 / 2" in returned.text
    truth = sandbox.get("/control" + path).json()
    assert (truth["state"], truth["returned"], truth["position"]) == ("settled", 1, "110000000001")
    number = parent_id_of(path.rsplit("/", 1)[1])  # as the report has it, and so the shopkeeper's page
    assert number in sandbox.get("/orders").text
    assert number in sandbox.get(path).text


def test_a_wrong_quantity_is_refused_on_a_page(sandbox: Sandbox) -> None:
    for quantity in ("0", "-1", "1,5", "x", "1000"):
        fields = {"item": f"tmall/{TMALL.external_id}", "b": "", "quantity": quantity}
        answer = sandbox.client.post(sandbox.url + "/buy", data=fields)
        assert answer.status_code == 422
        assert BANNER in answer.text


def test_other_marketplaces_say_that_they_report_nothing(sandbox: Sandbox) -> None:
    plainly = "This simulated marketplace reports no orders to Joey yet"
    english = {"accept-language": "en"}

    assert plainly in sandbox.get(f"/item/amazon/{AMAZON.external_id}", headers=english).text
    assert plainly not in sandbox.get(f"/item/tmall/{TMALL.external_id}", headers=english).text


def test_what_is_out_of_stock_has_no_buy_button(sandbox: Sandbox) -> None:
    sold_out = next(each for each in catalogue.offers() if not each.in_stock)

    text = sandbox.get(f"/item/{sold_out.marketplace}/{sold_out.external_id}").text

    assert "/buy?" not in text


def test_the_panel_rotates_ids_breaks_things_and_repairs_them(sandbox: Sandbox) -> None:
    press = sandbox.url + "/panel"
    before = sandbox.post("/control/taobao/rotate-ids").json()["epoch"]

    sandbox.client.post(press, data={"do": "taobao:rotate"})
    sandbox.client.post(press, data={"do": "500"})
    broken = sandbox.get("/feeds/jd.jsonl").status_code
    sandbox.client.post(press, data={"do": "end"})

    assert str(before + 1) in sandbox.get("/panel").text
    assert (broken, sandbox.get("/feeds/jd.jsonl").status_code) == (500, 200)
    assert sandbox.client.post(press, data={"do": "burn"}).status_code == 422


def test_pictures_are_drawn_once_and_kept(sandbox: Sandbox) -> None:
    slug = TMALL.good.slug

    first, again = (sandbox.get(f"/pictures/{slug}.webp") for _ in range(2))

    assert first.content == again.content == (sandbox.folder / "pictures" / f"{slug}.webp").read_bytes()
    with Image.open(io.BytesIO(first.content)) as picture:
        assert picture.format == "WEBP"
    assert sandbox.get("/pictures/nothing.webp").status_code == 404
    assert sandbox.get("/pictures/..%2Fsandbox.sqlite3.webp").status_code == 404


def test_an_address_with_a_rotating_id_leads_to_the_item(sandbox: Sandbox) -> None:
    row = sandbox.search(q=TMALL.good.brand["zh"])[0]

    landed = sandbox.client.get(row["item_basic_info"]["item_url"], follow_redirects=True)

    assert landed.url.path.startswith("/item/t")
    assert sandbox.get("/item/edetail?id=x").status_code == 404
