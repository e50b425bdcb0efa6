"""`joey marketplaces check` asks an account of Pinduoduo about what is unverified: the ordinary sandbox confirms it,
and one that has to differ is said to.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from joey.marketplaces.check_account import check_account
from joey.marketplaces.pinduoduo.connector import JinbaoConnector
from joey.marketplaces.pinduoduo.unverified import FACTS
from joey.marketplaces.port import MarketplaceRefused, Tracking
from joey.marketplaces.unverified import CheckedFact
from joey.sandbox.dialects.pinduoduo.differ import DIFFERENCES
from tests.sandbox.conftest import Sandbox, running_sandbox

ASKED = [fact.name for fact in FACTS if fact.see]
OF_ORDERS = {"row_can_be_read", "amount_is_the_product", "fee_is_a_tenth", "after_sale_is_in_the_look_up"}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox whose pid is filed with its own number, and an order that was received."""
    with running_sandbox(tmp_path_factory.mktemp("busy")) as sandbox:
        account = sandbox.get("/control/marketplaces").json()["pinduoduo"]
        pdd = JinbaoConnector(account | {"credentials": account["credentials"] | {"sub_ids": True}})
        pid = account["credentials"]["pid"]
        sandbox.client.get(pdd.filing_link(pid)).raise_for_status()
        item = max(pdd.search("花瓶").offers, key=lambda facts: facts.commission_ppm)
        order = sandbox.buy(pdd.tracked_link(item.external_id, Tracking(pid, "abc")).url)
        sandbox.move(order, "receive")
        yield sandbox


@pytest.fixture
def check(busy: Sandbox, settings: Settings, tmp_path: Path) -> Iterator[Callable[..., dict[str, CheckedFact]]]:
    """What the account at the sandbox says of each fact, once the sandbox differs in those that are named."""

    def run(*differing: str) -> dict[str, CheckedFact]:
        busy.post("/control/differs", {"marketplace": "pinduoduo", "facts": list(differing)}).raise_for_status()
        settings.JOEY_MARKETPLACES = {"pinduoduo": busy.get("/control/marketplaces").json()["pinduoduo"]}
        return {each.fact.name: each for each in check_account("pinduoduo", tmp_path)}

    yield run
    busy.post("/control/differs", {"marketplace": "pinduoduo", "facts": []}).raise_for_status()


def not_confirmed(found: dict[str, CheckedFact]) -> dict[str, str]:
    return {name: each.state for name, each in found.items() if each.state != "confirmed"}


def test_the_ordinary_sandbox_confirms_every_fact_and_keeps_no_name_of_an_order(
    check: Callable[..., dict[str, CheckedFact]], busy: Sandbox, tmp_path: Path
) -> None:
    found = check()

    assert list(found) == ASKED
    assert not_confirmed(found) == {}, {name: str(each.seen) for name, each in found.items()}
    kept = "\n".join(path.read_text("utf-8") for path in tmp_path.rglob("*.json"))
    pid = busy.get("/control/marketplaces").json()["pinduoduo"]["credentials"]["pid"]
    assert '"order_status": 2' in kept or '"order_status":2' in kept
    assert "261101-" not in kept
    assert pid not in kept
    assert json.dumps({"uid": pid.rpartition("_")[2]})[1:-1] not in kept


def test_the_sandbox_can_differ_in_every_fact_that_is_asked() -> None:
    assert set(DIFFERENCES) == set(ASKED)


@pytest.mark.parametrize("name", [each for each in ASKED if each != "orders_granted"])
def test_a_sandbox_that_differs_is_said_to_differ_there_and_nowhere_else(
    check: Callable[..., dict[str, CheckedFact]], name: str
) -> None:
    also = {"unfiled_code": "unknown"} if name == "unfiled_is_refused" else {}

    assert not_confirmed(check(name)) == {name: "different", **also}


def test_a_report_that_is_not_granted_is_said_so_and_all_else_is_still_seen(
    check: Callable[..., dict[str, CheckedFact]],
) -> None:
    found = check("orders_granted")

    assert not_confirmed(found) == dict.fromkeys({"orders_granted"} | OF_ORDERS, "not_granted")
    assert "20031" in str(found["orders_granted"].seen)


def test_where_no_call_is_taken_the_check_ends_at_once(
    check: Callable[..., dict[str, CheckedFact]], busy: Sandbox
) -> None:
    busy.post("/control/pinduoduo/refusals", {"codes": {"*": 20005}}).raise_for_status()
    try:
        with pytest.raises(MarketplaceRefused, match="20005"):
            check()
    finally:
        busy.post("/control/pinduoduo/refusals", {"codes": {}}).raise_for_status()
