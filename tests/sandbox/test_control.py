"""The control calls: buying, moving orders, breaking things, and who may."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from joey.demo import catalogue
from joey.sandbox.dialects.taobao.item_ids import item_id
from tests.sandbox.conftest import Sandbox, beijing, utc

OFFER = next(
    each for each in catalogue.offers() if each.marketplace == "taobao" and each.in_stock and each.commission_ppm > 0
)
LINE = {"marketplace": "taobao", "item": OFFER.external_id, "position": "110000000001"}


def test_a_purchase_answers_201_and_is_reported(sandbox: Sandbox, tracked: str) -> None:
    before = time.time() - 5

    answer = sandbox.post("/control/purchase", {"url": tracked, "quantity": 2})

    assert answer.status_code == 201
    rows = {row["trade_id"]: row for row in sandbox.all_orders(before, before + 600)}
    row = rows[answer.json()["order"]]
    assert (row["tk_status"], row["item_num"]) == (12, 2)


def test_click_and_payment_can_lie_in_the_past(sandbox: Sandbox, tracked: str) -> None:
    paid = int(time.time()) - 86_400
    order = sandbox.buy(tracked, click_time=beijing(paid - 600), paid_at=utc(paid))

    truth = sandbox.get(f"/control/orders/{order}").json()

    assert (truth["click_time"], truth["paid_at"]) == (utc(paid - 600), utc(paid))


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("url", {"url": None}),
        ("url", {"url": 5}),
        ("url", {"url": "https://example.com/t?e=1"}),
        ("url", {"url": "javascript:alert(1)"}),
        ("url", {"url": "￥AAAAAAAAAAA￥"}),
        ("quantity", {"quantity": 0}),
        ("quantity", {"quantity": -1}),
        ("quantity", {"quantity": 1000}),
        ("quantity", {"quantity": "2"}),
        ("quantity", {"quantity": True}),
        ("quantity", {"quantity": 1.5}),
        ("paid_at", {"paid_at": "yesterday"}),
        ("paid_at", {"paid_at": "2026-11-22T10:00:00"}),
        ("paid_at", {"paid_at": utc(time.time() + 3600)}),
        ("click_time", {"click_time": utc(time.time() + 3600)}),
        ("price", {"price": "1.00"}),
    ],
)
def test_a_bad_purchase_names_the_field(sandbox: Sandbox, tracked: str, field: str, changed: dict[str, Any]) -> None:
    answer = sandbox.post("/control/purchase", {"url": tracked} | changed)

    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


BEYOND = ["0001-01-01T00:00:00+14:00", "0001-01-01 07:59:59", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00"]


@pytest.mark.parametrize("time_text", BEYOND)
def test_a_time_that_no_answer_could_write_is_refused_wherever_the_contract_takes_one(
    sandbox: Sandbox, tracked: str, time_text: str
) -> None:
    order = sandbox.buy(tracked)
    step = {"do": "receive", "at": time_text}
    calls: list[tuple[str, Any, str]] = [
        ("/control/purchase", {"url": tracked, "click_time": time_text}, "click_time"),
        ("/control/purchase", {"url": tracked, "paid_at": time_text}, "paid_at"),
        (f"/control/orders/{order}", step, "at"),
        ("/control/bulk", [LINE | {"click_time": time_text}], "0.click_time"),
        ("/control/bulk", [LINE | {"paid_at": time_text}], "0.paid_at"),
        ("/control/bulk", [LINE | {"do": [step]}], "0.at"),
    ]

    for path, body, field in calls:
        answer = sandbox.post(path, body)
        assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert sandbox.get("/control/orders").status_code == 200


@pytest.mark.parametrize("time_text", ["0001-01-01T00:00:00Z", "0999-12-31T23:59:59Z", "1969-07-20T20:17:40Z"])
def test_a_time_of_long_ago_is_written_as_it_was_given(sandbox: Sandbox, tracked: str, time_text: str) -> None:
    order = sandbox.buy(tracked, click_time=time_text)

    assert sandbox.get(f"/control/orders/{order}").json()["click_time"] == time_text
    assert sandbox.get("/control/orders").status_code == 200


def test_a_click_time_needs_a_tracked_link(sandbox: Sandbox) -> None:
    plain = f"{sandbox.url}/item/taobao/{OFFER.external_id}"

    answer = sandbox.post("/control/purchase", {"url": plain, "click_time": utc(time.time() - 60)})

    assert (answer.status_code, answer.json()["field"]) == (422, "click_time")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/control/purchase", 405),
        ("DELETE", "/control/orders", 405),
        ("POST", "/bank/statement", 405),
        ("GET", "/control/nothing", 404),
        ("POST", "/control/marketplaces/all", 404),
    ],
)
def test_an_address_or_a_method_that_is_not_there_is_a_problem_document(
    sandbox: Sandbox, method: str, path: str, status: int
) -> None:
    answer = sandbox.client.request(method, sandbox.url + path)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"url": NaN}', b'{"url": "a", "url": "b"}', b"\xff", rb'{"url": "\ud800"}']
)
def test_what_is_no_json_object_is_refused(sandbox: Sandbox, body: bytes) -> None:
    answer = sandbox.client.post(sandbox.url + "/control/purchase", content=body)

    assert (answer.status_code, answer.json()["field"]) == (422, "body")


def test_a_body_of_fifty_megabytes_is_refused(sandbox: Sandbox) -> None:
    answer = sandbox.client.post(sandbox.url + "/control/purchase", content=b"x" * 50_000_000)

    assert answer.status_code == 413


def test_what_is_out_of_stock_cannot_be_bought(sandbox: Sandbox) -> None:
    sold_out = next(each for each in catalogue.offers() if each.awkward == "out_of_stock" and not each.in_stock)

    answer = sandbox.post(
        "/control/purchase", {"url": f"{sandbox.url}/item/{sold_out.marketplace}/{sold_out.external_id}"}
    )

    assert answer.status_code == 409


def test_orders_move_only_as_they_can(sandbox: Sandbox, tracked: str) -> None:
    order = sandbox.buy(tracked, quantity=2)

    assert sandbox.move(order, "receive")["state"] == "received"
    assert sandbox.post(f"/control/orders/{order}", {"do": "receive"}).status_code == 409
    assert sandbox.move(order, "settle")["state"] == "settled"
    assert sandbox.post(f"/control/orders/{order}", {"do": "receive"}).status_code == 409
    assert sandbox.move(order, "return", quantity=1)["returned"] == 1
    assert sandbox.post(f"/control/orders/{order}", {"do": "return", "quantity": 2}).status_code == 422
    assert len(sandbox.move(order, "return")["refunds"]) == 2
    assert sandbox.post(f"/control/orders/{order}", {"do": "return"}).status_code == 409
    closed = sandbox.buy(tracked)
    assert sandbox.move(closed, "close")["state"] == "closed"
    for do in ("receive", "settle", "close", "return"):
        assert sandbox.post(f"/control/orders/{closed}", {"do": do}).status_code == 409


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("do", {}),
        ("do", {"do": "explode"}),
        ("quantity", {"do": "receive", "quantity": 1}),
        ("commission", {"do": "receive", "commission": 100}),
        ("commission", {"do": "settle", "commission": 100}),
        ("commission", {"do": "correct"}),
        ("commission", {"do": "correct", "commission": "1.00"}),
        ("commission", {"do": "correct", "commission": 1.0}),
        ("commission", {"do": "correct", "commission": True}),
        ("commission", {"do": "correct", "commission": -1}),
        ("commission", {"do": "correct", "commission": 10**17 + 1}),
        ("currency", {"do": "correct", "commission": 1, "currency": "USD"}),
        ("currency", {"do": "settle", "currency": "CNY"}),
        ("amount", {"do": "return", "amount": 1}),
        ("do", {"do": "risk"}),
        ("do", {"do": "price_protect", "amount": 1}),
        ("do", {"do": "penalty", "amount": 1}),
        ("do", {"do": "split"}),
        ("at", {"do": "receive", "at": utc(time.time() + 3600)}),
        ("at", {"do": "receive", "at": "2020-01-01 00:00:00"}),
        ("why", {"do": "receive", "why": "x"}),
    ],
)
def test_a_bad_step_names_the_field_and_moves_nothing(
    sandbox: Sandbox, tracked: str, field: str, body: dict[str, Any]
) -> None:
    order = sandbox.buy(tracked)
    before = sandbox.get(f"/control/orders/{order}").json()

    answer = sandbox.post(f"/control/orders/{order}", body)

    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert sandbox.get(f"/control/orders/{order}").json() == before


def test_a_commission_is_corrected_before_and_after_settlement(sandbox: Sandbox, tracked: str) -> None:
    order = sandbox.buy(tracked)

    assert sandbox.move(order, "correct", commission=125)["estimate_minor"] == 125
    assert sandbox.move(order, "settle")["settled_minor"] == 125
    assert sandbox.move(order, "correct", commission=80, currency="CNY")["settled_minor"] == 80
    without = sandbox.buy(tracked)
    sandbox.move(without, "correct", commission=0)
    assert sandbox.move(without, "settle")["state"] == "closed"
    assert sandbox.post(f"/control/orders/{without}", {"do": "correct", "commission": 0}).status_code == 409


def test_unknown_orders_are_404(sandbox: Sandbox) -> None:
    assert sandbox.get("/control/orders/1").status_code == 404
    assert sandbox.post("/control/orders/1", {"do": "receive"}).status_code == 404


def test_an_unchanged_order_is_reported_again(sandbox: Sandbox, quiet_hour: Callable[[], float]) -> None:
    start, before = quiet_hour(), time.time() - 5
    made = sandbox.bulk([LINE | {"paid_at": utc(start)}])
    first = sandbox.all_orders(start, start + 60)[0]

    sandbox.move(made[0], "repeat")

    again = next(row for row in sandbox.all_orders(before, before + 600) if row["trade_id"] == made[0])
    assert first.pop("modified_time") != again.pop("modified_time")
    assert first == again


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("1.item", {"item": "1"}),
        ("1.item", {"marketplace": "nowhere"}),
        ("1.position", {"position": "1"}),
        ("1.position", {"position": None}),
        ("1.sub_id", {"sub_id": "1"}),
        ("1.quantity", {"quantity": 0}),
        ("1.paid_at", {"paid_at": "x"}),
        ("1.do", {"do": ["explode"]}),
        ("1.do", {"do": ["close", "receive"]}),
        ("1.at", {"do": [{"do": "receive", "at": utc(time.time() + 3600)}]}),
        ("1.price", {"price": 1}),
    ],
)
def test_one_bad_line_keeps_the_whole_bulk_out(sandbox: Sandbox, field: str, line: dict[str, Any]) -> None:
    before = len(sandbox.get("/control/orders").json()["items"])

    answer = sandbox.post("/control/bulk", [LINE, LINE | line])

    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert len(sandbox.get("/control/orders").json()["items"]) == before


def test_all_orders_can_be_walked_through(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox()
    made = sandbox.bulk([LINE] * 1500)

    first = sandbox.get("/control/orders").json()
    rest = sandbox.get("/control/orders", params={"after": first["next"]}).json()

    assert [each["order"] for each in first["items"] + rest["items"]] == made
    assert rest["next"] is None


def test_outages_of_a_gateway(sandbox: Sandbox) -> None:
    def call() -> Any:
        return sandbox.client.post(sandbox.url + "/router/rest", data={"method": "x"})

    sandbox.post("/control/outage", {"seconds": 30, "kind": "500"})
    assert call().status_code == 500
    assert sandbox.get("/feeds/jd.jsonl").status_code == 500
    sandbox.post("/control/outage", {"seconds": 30, "kind": "throttle"})
    assert call().json()["error_response"]["code"] == 7
    assert sandbox.get("/feeds/jd.jsonl").status_code == 429
    sandbox.post("/control/outage", {"seconds": 30, "kind": "garbage"})
    with pytest.raises(ValueError, match="Unterminated"):
        call().json()
    sandbox.post("/control/outage", {"seconds": 30, "kind": "slow"})
    began = time.monotonic()
    assert call().json()["error_response"]["code"] == 22
    assert time.monotonic() - began >= 1
    sandbox.post("/control/outage", {"seconds": 0, "kind": "500"})
    assert call().json()["error_response"]["code"] == 22
    sandbox.post("/control/outage", {"seconds": 1, "kind": "500", "where": "feeds"})
    assert call().status_code == 200
    time.sleep(1.1)
    assert sandbox.get("/feeds/jd.jsonl").status_code == 200


def test_an_outage_of_one_call_breaks_no_other(sandbox: Sandbox) -> None:
    since = time.time() - 600
    refunds = {"where": "taobao", "call": "taobao.tbk.order.refund.get", "kind": "500"}
    assert sandbox.post("/control/outage", {"seconds": 30, **refunds}).status_code == 200

    broken = sandbox.top(sandbox.signed("taobao.tbk.order.refund.get"))
    orders = sandbox.all_orders(since, since + 60)
    sandbox.post("/control/outage", {"seconds": 0, **refunds})

    assert broken.status_code == 500
    assert isinstance(orders, list)
    assert isinstance(sandbox.refunds(since, since + 60), list)


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("call", {"seconds": 1, "kind": "500", "where": "taobao", "call": "taobao.no.such.call"}),
        ("call", {"seconds": 1, "kind": "500", "where": "dangdang", "call": "taobao.tbk.order.refund.get"}),
        ("where", {"seconds": 1, "kind": "500", "call": "taobao.tbk.order.refund.get"}),
        ("kind", {"seconds": 1, "kind": "fire"}),
        ("seconds", {"seconds": -1, "kind": "500"}),
        ("where", {"seconds": 1, "kind": "500", "where": "moon"}),
        ("where", {"seconds": 1, "kind": "500", "where": "gateway"}),
        ("delay", {"seconds": 1, "kind": "slow", "delay": 1}),
    ],
)
def test_a_bad_outage_names_the_field(sandbox: Sandbox, field: str, body: dict[str, Any]) -> None:
    assert sandbox.post("/control/outage", body).json()["field"] == field


def test_a_rate_is_changed_until_it_is_changed_back_also_over_a_restart(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox()
    offer = next(each for each in catalogue.offers() if each.marketplace == "taobao" and each.commission_ppm)
    item = {"marketplace": "taobao", "item": offer.external_id}

    def rate(**more: Any) -> Any:
        return sandbox.post("/control/rates", item | more).json()["rate_ppm"]

    def sold(order: str) -> Any:
        return sandbox.get(f"/control/orders/{order}").json()["rate_ppm"]

    assert rate(rate_ppm=10_000) == 10_000
    sandbox.stop()
    sandbox.start()
    lower = sandbox.buy(f"{sandbox.url}/item/taobao/{offer.external_id}")
    assert rate() == offer.commission_ppm
    usual = sandbox.buy(f"{sandbox.url}/item/taobao/{offer.external_id}")

    assert (sold(lower), sold(usual)) == (10_000, offer.commission_ppm)


@pytest.mark.parametrize(("field", "changed"), [("item", {"item": "no-such"}), ("rate_ppm", {"rate_ppm": 1_000_001})])
def test_a_rate_that_cannot_be_names_the_field(sandbox: Sandbox, field: str, changed: dict[str, Any]) -> None:
    offer = next(each for each in catalogue.offers() if each.marketplace == "taobao")

    refused = sandbox.post("/control/rates", {"marketplace": "taobao", "item": offer.external_id} | changed)

    assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_messages_are_kept_and_shown_newest_first(sandbox: Sandbox) -> None:
    for text in ("code 111111", "code 222222 <b>"):
        answer = sandbox.post("/control/messages", {"to": "+8613800000001", "text": text, "kind": "sign-in"})
        assert answer.status_code == 201
    sandbox.post("/control/messages", {"to": "else", "text": "no", "kind": ""})
    sandbox.post("/control/messages", {"to": "else", "text": "no", "kind": "payout_details"})
    sandbox.post("/control/messages", {"to": "else", "text": "no", "kind": "first_payout_details"})
    outbox = sandbox.get("/outbox?lang=en").text
    assert ">Payout details changed<" in outbox
    assert ">Payout details saved<" in outbox
    sandbox.client.cookies.clear()

    found = sandbox.get("/control/messages", params={"to": "+8613800000001"}).json()["items"]

    assert [each["text"] for each in found] == ["code 222222 <b>", "code 111111"]
    page = sandbox.get("/outbox").text
    assert ">sign-in<" in page  # a kind that has no words
    assert page.index("222222 &lt;b&gt;") < page.index("111111")
    assert sandbox.post("/control/messages", {"to": " ", "text": "x", "kind": ""}).json()["field"] == "to"
    assert sandbox.post("/control/messages", {"to": "x", "text": "", "kind": ""}).json()["field"] == "text"


def test_pages_of_other_sites_cannot_press_buttons(sandbox: Sandbox, tracked: str) -> None:
    stranger = {"origin": "https://example.com"}

    assert sandbox.post("/control/purchase", {"url": tracked}, headers=stranger).status_code == 403
    assert sandbox.client.post(sandbox.url + "/panel", data={"do": "500"}, headers=stranger).status_code == 403
    assert sandbox.post("/control/taobao/rotate-ids", headers={"origin": sandbox.url}).status_code == 200


def test_credentials_work_as_they_are_given(sandbox: Sandbox) -> None:
    found = sandbox.get("/control/marketplaces").json()

    assert set(found) == {"taobao", "tmall", "jd", "pinduoduo", "dangdang", "amazon", "1688", "bank"}
    assert found["tmall"] == found["taobao"]
    assert found["taobao"]["gateway"] == sandbox.url + "/router/rest"
    assert len(found["taobao"]["credentials"]["adzones"]) >= 100
    assert found["jd"]["gateway"] == sandbox.url + "/routerjson"
    assert found["amazon"] == {"gateway": sandbox.url + "/feeds/amazon.jsonl", "credentials": {}}


def test_the_epoch_moves_with_a_rotation(sandbox: Sandbox) -> None:
    first, second = (sandbox.post("/control/taobao/rotate-ids").json()["epoch"] for _ in range(2))

    assert second == first + 1
    assert item_id(OFFER.external_id, first) != item_id(OFFER.external_id, second)
