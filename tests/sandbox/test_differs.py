"""`POST /control/differs` turns single facts around that no document proves, until the next call; nothing else does."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from joey.demo import catalogue
from joey.sandbox.dialects.taobao.differ import DIFFERENCES
from tests.sandbox.conftest import Sandbox, beijing, utc

LOOK_UP = "taobao.tbk.item.info.upgrade.get"
STATES: list[list[Any]] = [
    [], ["receive"], ["settle"], ["close"], ["freeze"], ["freeze", "release"],
    [{"do": "return", "quantity": 1}], ["return"],
    [{"do": "return", "quantity": 1}, "close"], ["settle", {"do": "return", "quantity": 1}], ["settle", "return"],
    ["settle", {"do": "return", "quantity": 1}, "unsettle"], ["settle", "return", "close"],
]  # fmt: skip


def seller_in_look_up(sandbox: Sandbox) -> bool:
    item = sandbox.search(q="锅", page_size=1)[0]["item_id"]
    (row,) = sandbox.ask(LOOK_UP, item_id=item)["results"]["tbk_item_detail"]
    return "seller_id" in row["item_basic_info"]


def test_a_fact_is_turned_around_until_the_next_call_and_after_a_restart(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox()
    usual = seller_in_look_up(sandbox)

    answer = sandbox.post("/control/differs", {"marketplace": "tmall", "facts": ["look_up_fields"]})
    sandbox.stop()
    sandbox.start()
    differing = seller_in_look_up(sandbox)
    sandbox.post("/control/differs", {"marketplace": "taobao", "facts": []})

    assert answer.json() == {"marketplaces": ["taobao", "tmall"], "facts": ["look_up_fields"]}
    assert (usual, differing, seller_in_look_up(sandbox)) == (True, False, True)


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        ({"marketplace": "taobao", "facts": ["no_such_fact"]}, "facts", ", ".join(DIFFERENCES)),
        ({"marketplace": "taobao", "facts": ["search_fields", 1]}, "facts", "search_fields"),
        ({"marketplace": "jd", "facts": ["search_fields"]}, "facts", "nothing"),
        ({"marketplace": "nowhere", "facts": []}, "marketplace", "no such marketplace"),
        ({"marketplace": "taobao"}, "facts", "needed"),
        ({"marketplace": "taobao", "facts": "search_fields"}, "facts", "kind"),
    ],
)
def test_what_a_marketplace_cannot_differ_in_is_refused(
    sandbox: Sandbox, body: dict[str, Any], field: str, says: str
) -> None:
    refused = sandbox.post("/control/differs", body)

    assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert says in refused.json()["detail"]
    assert seller_in_look_up(sandbox)


def test_no_difference_fails_over_an_order_of_any_state(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox()
    _bulk_of_every_state(sandbox)

    for facts in ([each] for each in DIFFERENCES):
        _differ(sandbox, *facts)
        assert [(facts, each) for each in _reports(sandbox) if each != 200] == []
    _differ(sandbox, *(each for each in DIFFERENCES if not each.endswith("_granted")))
    assert set(_reports(sandbox)) == {200}


def test_a_case_of_an_order_that_is_not_settled_stays_as_it_is(own_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = own_sandbox()
    _bulk_of_every_state(sandbox)
    usual = _cases(sandbox)

    _differ(sandbox, "settles_after_its_cases")
    differing = _cases(sandbox)

    assert {name for name, row in usual.items() if row == differing[name]} == {
        name for name, row in usual.items() if "earning_time" not in row
    }
    assert all(
        row["tk_refund_time"] < row["earning_time"] < row["tk_refund_suit_time"]
        for row in differing.values()
        if "earning_time" in row
    )
    assert 0 < sum("earning_time" in row for row in usual.values()) < len(usual)


def _bulk_of_every_state(sandbox: Sandbox) -> None:
    at = time.time() - 600
    credentials = sandbox.credentials()
    item = next(each for each in catalogue.offers() if each.marketplace == "taobao" and not each.awkward)
    line = {"marketplace": "taobao", "item": item.external_id, "position": credentials["adzones"][0], "quantity": 3}
    times = {"click_time": utc(at - 60), "paid_at": utc(at)}
    relations: list[dict[str, str]] = [{}, {"sub_id": "2345678901"}]
    sandbox.bulk([line | times | relation | {"do": do} for relation in relations for do in STATES])


def _differ(sandbox: Sandbox, *facts: str) -> None:
    answer = sandbox.post("/control/differs", {"marketplace": "taobao", "facts": list(facts)})
    assert answer.status_code == 200, answer.text


def _cases(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    return {row["refund_suit_id"]: row for row in sandbox.refunds(time.time() - 3600, time.time() + 60)}


def _reports(sandbox: Sandbox) -> list[int]:
    """The status of an answer of each report, with rows and without."""
    found = []
    for start in (time.time() - 1800, time.time() - 6 * 86_400):
        times = {"start_time": beijing(start), "end_time": beijing(start + 3000)}
        refunds = times | {"query_type": 5, "page_no": 1, "page_size": 100, "order_scene": 1, "member_type": 4}
        channels = {"search_type": 5, "refund_type": 0, "biz_type": 1, "page_no": 1, "page_size": 100}
        punished = {"span": 1, "page_no": 1, "page_size": 100}
        ask: list[tuple[str, dict[str, Any]]] = [
            ("order.details.get", times | {"query_type": 4, "page_size": 100}),
            ("order.details.get", times | {"query_type": 4, "order_scene": 2}),
            ("order.refund.get", {"publisher_refund_order_query_option": json.dumps(refunds)}),
            ("order.refund.get", {"publisher_refund_order_query_option": json.dumps(refunds | {"page_no": 0})}),
            ("relation.refund", {"search_option": json.dumps(channels | {"start_time": beijing(start)})}),
            ("dg.punish.order.get", {"af_order_option": json.dumps(punished | {"start_time": beijing(start)})}),
        ]
        found += [sandbox.top(sandbox.signed(f"taobao.tbk.{name}", **given)).status_code for name, given in ask]
    return found
