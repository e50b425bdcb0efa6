"""The main job from end to end, at HTTP and commands: shop, goods, share, click, order, commission, payout, return.

The first test is one story of one new shopkeeper. The others tell what happens beside it: to Mei, whose payout
details are older than their pause, to strangers, to what the rules forbid, and to what does not earn.
"""

import io
import json
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from html import unescape
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import pytest
import zxingcpp
from PIL import Image

from tests.journeys.at_the_counter import PHONE, WECHAT_PREVIEW, Api, Json, Keeper, Sandbox, Visitor
from tests.journeys.running import RunningJoey

T = TypeVar("T")
GO = re.compile(r'href="/go/([^"]+)"')


@pytest.fixture(scope="module")
def mei(joey: RunningJoey) -> Api:
    """Mei's own token for her shop of the demo."""
    return Api(joey.url, joey.token("--shop", "mei"))


@pytest.fixture(scope="module")
def keeper(joey: RunningJoey, sandbox: Sandbox) -> Keeper:
    """A shopkeeper of today, with a shop and a token."""
    return Keeper(joey, sandbox, f"thread-{uuid.uuid4().hex[:8]}")


def test_from_signing_up_to_money_that_is_available(
    joey: RunningJoey, sandbox: Sandbox, keeper: Keeper, mei: Api
) -> None:
    api, shop = keeper.api, f"/shops/{keeper.slug}"
    assert api.get(shop)["url"] == f"{joey.url}/s/{keeper.slug}"
    assert api.get(f"{shop}/balance") == {}

    # Pick: by words, by a link of the marketplace, and by a copy-code that another person passed on.
    found = best_earning(api, "tmall")
    yuan, fen = divmod(found["price"]["minor"], 100)
    assert found["price"]["text"] == f"CN¥{yuan:,}.{fen:02}"
    assert found["earning"]["minor"] > 0
    by_link = api.post("/offers/paste", {"text": f"看看这个 {some_item_page(sandbox)} 很好看"}, 200)
    assert by_link["marketplace"] == "taobao"
    by_code = api.post("/offers/paste", {"text": copy_code_of(joey, mei)}, 200)
    assert by_code["id"] != found["id"]

    # Add: once, on a shelf that is made on the way.
    listing = keeper.list(found["id"], shelf="早晨", note="配早餐刚好。")
    assert (listing["state"], listing["shelf"], listing["price"]) == ("published", "早晨", found["price"])
    again = api.post(f"{shop}/listings", {"offer_id": found["id"]}, expect=409)
    assert "already" in again["detail"]
    keeper.list(by_link["id"])
    shop_page = Visitor(joey.url).see(f"/s/{keeper.slug}").text
    assert found["title"] in unescape(shop_page)
    assert "早晨" in shop_page

    # Share: a link, a poster whose QR code leads back to it, words that begin with the label.
    link = keeper.share(listing["id"])
    assert link["earns"] is True
    assert link["caption"].startswith("Ad")
    assert link["url"] in link["caption"]
    assert decoded(joey.url, link["poster_url"]) == [link["url"]]
    assert keeper.share(listing["id"])["code"] == link["code"]

    # Click: of all that open it only one is a person.
    buyer = Visitor(joey.url)
    page = buyer.see(f"/l/{link['code']}")
    assert "x-click-recorded" not in page.headers
    assert found["title"] in unescape(page.text)
    assert found["price"]["text"] in unescape(page.text)
    preview = Visitor(joey.url, agent=WECHAT_PREVIEW)
    assert preview.see(f"/l/{link['code']}").status_code == 200
    head = buyer.http.head(f"/l/{link['code']}")
    assert (head.status_code, head.content) == (200, b"")
    counted = next(each for each in api.get(f"{shop}/links")["items"] if each["code"] == link["code"])
    assert counted["clicks"] == {"raw": 3, "people": 1}
    kinds = [each["visitor"] for each in api.get(f"{shop}/clicks")["items"]]
    assert sorted(kinds) == ["person", "preview", "robot"]

    # Outbound click: only to the marketplace.
    out = outbound_click(buyer, page.text)
    assert urlsplit(out).netloc == urlsplit(joey.sandbox_url).netloc
    assert buyer.http.get("/go/https://evil.example").status_code == 404
    counted = next(each for each in api.get(f"{shop}/links")["items"] if each["code"] == link["code"])
    assert counted["outbound_clicks"] == 1

    # Order: reported, attributed, pending, with its reason.
    number = sandbox.buy(out, 2)
    line = synced(joey, lambda: order_of(api, keeper.slug, number))
    truth = sandbox.truth(number)
    assert (line["state"], line["commission_state"], line["quantity"]) == ("paid", "earned", 2)
    assert line["paid"] == {"minor": truth["paid_minor"], "currency": "CNY", "text": line["paid"]["text"]}
    assert line["rate_ppm"] == truth["rate_ppm"]
    balance = api.get(f"{shop}/balance")["CNY"]
    assert (balance["pending"]["minor"], balance["available"]["minor"]) == (line["commission"]["minor"], 0)
    trace = api.get(f"{shop}/orders/{line['id']}/trace")
    assert trace["reason"] == "not_settled"
    assert {step["code"] for step in trace["steps"]} >= {"order_line.reported", "commission.earned"}
    assert all(step["at"].endswith("Z") and step["what"] and step["why"] for step in trace["steps"])

    # Settled by the marketplace: the waiting days begin.
    sandbox.move(number, "receive", "settle")
    line = synced(joey, lambda: settled(order_of(api, keeper.slug, number)))
    truth = sandbox.truth(number)
    net = truth["settled_minor"] - truth["service_minor"]
    assert 0 < line["commission"]["minor"] < net
    assert line["commission"]["minor"] * 10 > net * 5, "the keeper has the larger share"
    assert api.get(f"{shop}/orders/{line['id']}/trace")["reason"] == "waiting"
    joey.run("settle")
    assert api.get(f"{shop}/balance")["CNY"]["available"]["minor"] == 0, "not before its day"

    # The waiting days are over.
    joey.run("settle", "--as-of", in_days(120))
    balance = api.get(f"{shop}/balance")["CNY"]
    assert (balance["pending"]["minor"], balance["available"]["minor"]) == (0, line["commission"]["minor"])
    trace = api.get(f"{shop}/orders/{line['id']}/trace")
    assert trace["reason"] == "available"
    assert trace["steps"][-1]["figure"] == line["commission"]

    # Payout details rest for 72 hours before they are paid to.
    amount = {"amount": {"minor": line["commission"]["minor"], "currency": "CNY"}}
    assert api.post(f"{shop}/payouts", amount, expect=409, key="early")["status"] == 409
    details = api.put(f"{shop}/payout-details", ACCOUNT)
    rest = moment(details["usable_from"]) - moment(details["changed_at"])
    assert rest == timedelta(hours=72)
    refused = api.post(f"{shop}/payouts", amount, expect=409, key="early")
    assert refused["code"] == "payee_paused"
    assert refused["facts"]["usable_from"] == details["usable_from"]
    usable = moment(details["usable_from"]).astimezone(timezone(timedelta(hours=8)))
    assert (
        f"at {usable.hour % 12 or 12}:{usable:%M}\u00a0{usable:%p} (Beijing time)".lower() in refused["detail"].lower()
    )
    assert f" {usable.day} {usable:%b} " in refused["detail"]
    assert "All" in joey.run("prove")


def test_mei_is_paid_and_a_return_after_that_is_netted_by_the_next_sale(
    joey: RunningJoey, sandbox: Sandbox, mei: Api
) -> None:
    joey.run("settle", "--as-of", in_days(120))
    before = available(mei)
    assert before > 100, "the demo leaves Mei something to pay out"

    # One payout, however often it is asked for.
    wish = {"amount": {"minor": before, "currency": "CNY"}}
    over = mei.post("/shops/mei/payouts", {"amount": {"minor": before + 1, "currency": "CNY"}}, 409, key="over")
    assert (over["code"], over["facts"]["available"]["minor"]) == ("insufficient_balance", before)
    assert mei.post("/shops/mei/payouts", wish, 400)["code"] == "idempotency_key_missing"
    key = uuid.uuid4().hex
    payout = mei.post("/shops/mei/payouts", wish, key=key)
    assert mei.post("/shops/mei/payouts", wish, key=key) == payout
    other = mei.post("/shops/mei/payouts", {"amount": {"minor": before - 1, "currency": "CNY"}}, 422, key=key)
    assert other["code"] == "idempotency_key_used_before"
    assert available(mei) == 0
    assert mei.get("/shops/mei/balance")["CNY"]["reserved"]["minor"] == before
    another = mei.post("/shops/mei/payouts", {"amount": {"minor": 100, "currency": "CNY"}}, 409, key="second")
    assert another["code"] in ("insufficient_balance", "payout_in_progress")
    paid = until_paid(joey, lambda: mei.get(f"/shops/mei/payouts/{payout['id']}"))
    assert (paid["amount"]["minor"], paid["account"][-4:]) == (before, "4567")
    money = mei.get("/shops/mei/balance")["CNY"]
    assert (money["reserved"]["minor"], money["available"]["minor"]) == (0, 0)

    # A buyer sends back what Mei was paid for.
    line = next(
        each
        for each in mei.get("/shops/mei/orders", limit=100)["items"]
        if each["commission_state"] == "confirmed" and not each["returned"]["minor"] and not each["held"]
        and each["commission"]["minor"]
    )  # fmt: skip
    sandbox.move(trade_of(sandbox, line), "return")
    back = synced(joey, lambda: returned(by_id(mei, "mei", line["id"])))
    assert back["commission"]["minor"] == 0
    assert available(mei) == -line["commission"]["minor"]
    trace = mei.get(f"/shops/mei/orders/{line['id']}/trace")
    assert trace["reason"] == "returned"
    assert "order_line.returned" in {step["code"] for step in trace["steps"]}
    assert min(step["figure"]["minor"] for step in trace["steps"] if step["figure"]) < 0
    refused = mei.post("/shops/mei/payouts", {"amount": {"minor": 100, "currency": "CNY"}}, 409, key="below")
    assert refused["code"] == "insufficient_balance"

    # The next sale fills the gap first.
    buyer = Visitor(joey.url)
    listing = next(
        each
        for each in mei.get("/shops/mei/listings", limit=100)["items"]
        if each["marketplace"] in ("taobao", "tmall") and each["state"] == "published" and each["in_stock"]
        and each["price"] and mei.get(f"/offers/{each['offer_id']}")["earns"]
    )  # fmt: skip
    number = sandbox.buy(outbound_click(buyer, buyer.see(f"/s/mei/{listing['id']}").text))
    sandbox.move(number, "receive", "settle")
    sold = synced(joey, lambda: settled(order_of(mei, "mei", number)))
    joey.run("settle", "--as-of", in_days(120))
    assert available(mei) == sold["commission"]["minor"] - line["commission"]["minor"]
    assert "All" in joey.run("prove")


def test_every_trace_names_its_own_reason(joey: RunningJoey, sandbox: Sandbox, keeper: Keeper, mei: Api) -> None:
    api, shop = keeper.api, f"/shops/{keeper.slug}"
    listing = keeper.list(best_earning(api, "taobao")["id"])
    free = keeper.list(paying_nothing(api)["id"])

    # Visits: no person, only looked, went on and bought nothing.
    link = keeper.share(listing["id"], "xiaohongshu")
    Visitor(joey.url, agent=WECHAT_PREVIEW).see(f"/l/{link['code']}")
    looker, goer = Visitor(joey.url), Visitor(joey.url, agent=PHONE.replace("17_5", "16_1"))
    looker.see(f"/l/{link['code']}")
    out = outbound_click(goer, goer.see(f"/l/{link['code']}").text)
    clicks = [each for each in api.get(f"{shop}/clicks", limit=100)["items"] if each["code"] == link["code"]]
    reasons = {api.get(f"{shop}/clicks/{each['id']}/trace")["reason"] for each in clicks}
    assert reasons == {"not_a_person", "looked_only", "no_order"}

    # Orders: closed before it was settled, returned as a whole after it, and one on which nothing is paid.
    closed, sent_back = sandbox.buy(out), sandbox.buy(out)
    sandbox.move(closed, "close")
    sandbox.move(sent_back, "receive", "settle", "return")
    nothing = sandbox.buy(outbound_click(goer, goer.see(f"/s/{keeper.slug}/{free['id']}").text))
    for number, reason in ((closed, "closed"), (sent_back, "returned"), (nothing, "zero_rate")):
        trace = synced(joey, lambda: trace_with(api, keeper.slug, number, reason))  # noqa: B023 (called at once)
        assert trace["answer"]
        assert trace["steps"]

    # One of Mei's is held; no shop can be named for others, and only an operator sees those.
    held = [each for each in mei.get("/shops/mei/orders", limit=100)["items"] if each["held"]]
    assert [mei.get(f"/shops/mei/orders/{each['id']}/trace")["reason"] for each in held] == ["held"]
    foreign = sandbox.http.get("/control/marketplaces").json()["taobao"]["credentials"]["adzones"][0]
    item = {name: sandbox.truth(closed)[name] for name in ("marketplace", "item")}
    sold = {**item, "position": foreign, "click_time": in_days(-0.01), "paid_at": in_days(-0.005)}
    assert sandbox.http.post("/control/bulk", json=[sold]).status_code == 201
    operator = Api(joey.url, operators_token(joey))
    mei.get("/office/suspense", expect=404)
    unknown = synced(joey, lambda: [each for each in suspense(operator) if each["suspense"] == "unknown_position"])
    assert {each["position_key"] for each in unknown} == {foreign}
    reasons = {operator.get(f"/office/orders/{each['id']}/trace")["reason"] for each in suspense(operator)}
    assert reasons == {"unknown_position", "not_leased_at_click"}
    proof = json.loads(joey.run("prove", "--json"))
    assert proof["holds"]
    assert all(each["seconds"] >= 0 and each["offender"] is None for each in proof["rules"])


def test_what_is_forbidden_or_has_a_price_of_its_own_is_refused_by_name(
    joey: RunningJoey, sandbox: Sandbox, keeper: Keeper
) -> None:
    api, shop = keeper.api, f"/shops/{keeper.slug}"
    offers = iter(api.get("/offers", marketplace="jd", in_stock=True)["items"])
    offer = next(offers)
    before = api.get(f"{shop}/listings")["items"]

    for spelling in (
        "进口电子烟，送同事",
        "电.子.烟 低价",
        "電 子 煙",
        "ｖａｐｅ 一次性小烟",
        "全新ｅ-ｃｉｇａｒｅｔｔｅ",
    ):
        refused = api.post(f"{shop}/listings", {"offer_id": next(offers)["id"], "note": spelling}, 422)
        assert refused["facts"]["rule_id"] == "CN-G1", spelling
    absolute = api.post(f"{shop}/listings", {"offer_id": next(offers)["id"], "note": "全网最便宜，国家级品质"}, 422)
    assert absolute["facts"]["rule_id"] == "CN-A2"
    named = api.post("/shops", {"slug": f"{keeper.slug}-2", "name": "x", "fee": 1}, 422)
    assert named["field"].endswith("fee")
    for field in ("price", "stock", "price_minor"):
        refused = api.post(f"{shop}/listings", {"offer_id": offer["id"], field: "9.90"}, 422)
        assert refused["field"].split(".")[-1] == field
    form = keeper.visitor.send(f"/studio/{keeper.slug}/pick", {"offer_id": offer["id"], "price": "9.90"},
                               f"/studio/{keeper.slug}/pick/add")  # fmt: skip
    assert form.status_code == 422
    assert "“price”" in unescape(form.text)
    opening = keeper.visitor.send("/studio/open", {"slug": f"{keeper.slug}-3", "name": "Third", "inviter": "mei"})
    assert opening.status_code == 422
    assert "“inviter”" in unescape(opening.text)

    kept = [each for each in api.get(f"{shop}/listings")["items"] if each not in before]
    assert {(each["state"], each["rule_id"]) for each in kept} == {("refused", "CN-G1"), ("refused", "CN-A2")}
    shown = Visitor(joey.url).see(f"/s/{keeper.slug}").text
    assert all(each["id"] not in shown and each["note"] not in shown for each in kept)


def test_another_shop_looks_like_none_at_all(joey: RunningJoey, sandbox: Sandbox, mei: Api) -> None:
    stranger = Keeper(joey, sandbox, f"stranger-{uuid.uuid4().hex[:8]}")
    line = mei.get("/shops/mei/orders", limit=1)["items"][0]["id"]

    paths = ["", "/listings", "/links", "/clicks", "/orders", f"/orders/{line}/trace", "/balance", "/payouts"]
    refusals = [stranger.api.get(f"/shops/mei{path}", expect=404) for path in paths]
    unknown = stranger.api.get(f"/shops/unknown-{uuid.uuid4().hex[:6]}/orders", expect=404)
    stranger.api.get(f"/shops/{stranger.slug}/orders/{line}/trace", expect=404)
    wish = {"amount": {"minor": 100, "currency": "CNY"}}
    stranger.api.post("/shops/mei/payouts", wish, 404, key="mine")
    stranger.api.put("/shops/mei/payout-details", ACCOUNT, 404)

    assert all(refusal["detail"] == unknown["detail"] for refusal in refusals)
    for path in ("", "/orders", f"/orders/{line}", "/earnings"):
        assert stranger.visitor.http.get(f"/studio/mei{path or '/'}").status_code == 404
    anonymous = httpx.get(f"{joey.url}/api/v1/shops/mei/orders", trust_env=False)
    assert anonymous.status_code == 401


# ── The steps, by name ────────────────────────────────────────────────────────────────────────────────────

ACCOUNT = {
    "rail": "bank",
    "holder_name": "Lin Journey",
    "account_number": "6222020000001224567",
    "bank_code": "102100099996",
}


def best_earning(api: Api, marketplace: str) -> Json:
    """What the catalogue says earns most there, and can be bought."""
    found: Json = api.get("/offers", marketplace=marketplace, sort="earning", in_stock=True, limit=5)["items"][0]
    assert found["earns"]
    return found


def paying_nothing(api: Api) -> Json:
    """An offer on which the marketplace pays no commission."""
    cursor: dict[str, Any] = {}
    while True:
        page = api.get("/offers", marketplace="taobao", in_stock=True, limit=100, **cursor)
        for offer in page["items"]:
            if not offer["commission_ppm"]:
                assert not offer["earns"]
                found: Json = offer
                return found
        cursor = {"cursor": page["next"]}
        assert page["next"], "the demo has an offer without commission"


def test_a_file_fills_a_shop_and_a_price_of_ones_own_is_refused_by_name(
    joey: RunningJoey, sandbox: Sandbox, tmp_path: Path
) -> None:
    keeper = Keeper(joey, sandbox, f"filed-{uuid.uuid4().hex[:8]}")
    goods = tmp_path / "goods.csv"

    goods.write_text(f"link,price\n{some_item_page(sandbox)},220\n", "utf-8")
    assert "price" in joey.run("list", str(goods), "--shop", keeper.slug, exit_code=1)
    assert keeper.api.get(f"/shops/{keeper.slug}/listings")["items"] == []

    goods.write_text(
        f"link,shelf,note\n{some_item_page(sandbox)},早晨,配早餐刚好。\nhttps://example.com/x,,\n", "utf-8"
    )
    said = joey.run("list", str(goods), "--shop", keeper.slug, exit_code=1)
    assert "1 listed, 0 held back by the rules, 1 refused" in said
    assert "row 3" in said
    listed = keeper.api.get(f"/shops/{keeper.slug}/listings")["items"]
    assert [(each["shelf"], each["state"]) for each in listed] == [("早晨", "published")]


def some_item_page(sandbox: Sandbox) -> str:
    """The address of an item as a person copies it out of the marketplace's page."""
    page = sandbox.http.get("/m/taobao").text
    address = re.search(r'href="(/item/taobao/\d+)', page)
    assert address
    return sandbox.url + address.group(1)


def copy_code_of(joey: RunningJoey, mei: Api) -> str:
    """The caption that Mei sends into a chat holds a copy-code once a person has gone on through the link."""
    listing = next(
        each for each in mei.get("/shops/mei/listings", limit=100)["items"]
        if each["marketplace"] == "taobao" and each["in_stock"] and mei.get(f"/offers/{each['offer_id']}")["earns"]
    )  # fmt: skip
    link = mei.post("/shops/mei/links", {"listing_id": listing["id"], "channel": "wechat"})
    buyer = Visitor(joey.url)
    outbound_click(buyer, buyer.see(f"/l/{link['code']}").text)
    caption = mei.post("/shops/mei/links", {"listing_id": listing["id"], "channel": "wechat"})["caption"]
    found = re.search(r"￥ ?(CZ\d+ )?[A-Za-z0-9]{11}￥", caption)
    assert found, caption
    return found.group()


def decoded(base: str, poster_url: str) -> list[str]:
    """What a phone's camera reads off the poster."""
    assert poster_url.startswith(f"{base}/p/")
    picture = httpx.get(poster_url, timeout=60, trust_env=False)
    assert picture.headers["content-type"] == "image/png", picture.text[:300]
    with Image.open(io.BytesIO(picture.content)) as poster:
        assert poster.format == "PNG"
        return [found.text for found in zxingcpp.read_barcodes(poster)]


def outbound_click(buyer: Visitor, page: str) -> str:
    """Tap "continue": the address at the marketplace."""
    token = GO.search(page)
    assert token, "the page has an outbound click"
    answer = buyer.http.get(f"/go/{token.group(1)}")
    assert answer.status_code in (302, 303, 307), answer.text[:300]
    assert "x-click-recorded" not in answer.headers
    return str(answer.headers["location"])


def synced(joey: RunningJoey, look: Callable[[], T | None]) -> T:
    """Sync until it is there: a report of this very second is left to the next window, as at the real gateway."""
    for _ in range(6):
        joey.run("sync")
        found = look()
        if found:
            return found
        time.sleep(1)
    raise AssertionError("six syncs did not bring it")


def until_paid(joey: RunningJoey, look: Callable[[], Json]) -> Json:
    """Pay until the bank has answered: it takes a file first and settles a little later."""
    for _ in range(8):
        joey.run("pay")
        payout = look()
        if payout["state"] == "paid":
            return payout
        assert payout["state"] in ("approved", "sent"), payout
        time.sleep(1)
    raise AssertionError("eight rounds did not pay it")


def order_of(api: Api, slug: str, number: str) -> Json | None:
    """The shop's line of an order of the marketplace."""
    lines = api.get(f"/shops/{slug}/orders", limit=100)["items"]
    return next((line for line in lines if number in (line["external_order"], line["external_line"])), None)


def by_id(api: Api, slug: str, line_id: str) -> Json:
    lines = api.get(f"/shops/{slug}/orders", limit=100)["items"]
    found: Json = next(line for line in lines if line["id"] == line_id)
    return found


def trade_of(sandbox: Sandbox, line: Json) -> str:
    """The number under which the simulated marketplace keeps this line."""
    numbers: list[str] = [line["external_line"], line["external_order"]]
    return next(number for number in numbers if sandbox.http.get(f"/control/orders/{number}").status_code == 200)


def settled(line: Json | None) -> Json | None:
    return line if line and line["state"] == "settled" else None


def returned(line: Json) -> Json | None:
    return line if line["returned"]["minor"] else None


def trace_with(api: Api, slug: str, number: str, reason: str) -> Json | None:
    """The trace of this order once it names this reason."""
    line = order_of(api, slug, number)
    trace: Json = api.get(f"/shops/{slug}/orders/{line['id']}/trace") if line else {"reason": ""}
    return trace if trace["reason"] == reason else None


def available(api: Api, slug: str = "mei") -> int:
    minor: int = api.get(f"/shops/{slug}/balance")["CNY"]["available"]["minor"]
    return minor


def suspense(operator: Api) -> list[Json]:
    items: list[Json] = operator.get("/office/suspense", limit=100)["items"]
    return items


def operators_token(joey: RunningJoey) -> str:
    """A new operator, and a token of theirs."""
    contact = f"operator-{uuid.uuid4().hex[:6]}@example.com"
    joey.run("operator", "create", contact)
    return joey.token("--person", contact)


def in_days(days: float) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
