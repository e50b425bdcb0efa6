"""`joey marketplaces check` asks a union account about what is unverified: confirmed by the ordinary sandbox, and said
as different by one that has to differ in it.
"""

import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.marketplaces.check_account import check_account, facts_of
from joey.marketplaces.port import MarketplaceRefused
from joey.marketplaces.taobao.unverified import FACTS
from joey.marketplaces.unverified import CheckedFact
from joey.orders.models import SyncCursor
from joey.sandbox.dialects.taobao.differ import DIFFERENCES
from joey.sandbox.dialects.taobao.gateway import METHODS
from tests.journeys.running import joey
from tests.marketplaces.conftest import SECRET, SESSION, Script
from tests.sandbox.conftest import Sandbox, running_sandbox, utc
from tests.sandbox.test_punish_report import ask as ask_punished
from tests.slow import but_every, slow

ASKED = [fact.name for fact in FACTS if fact.see]
CHANNEL = "2345678901"
# What else differs with a fact, because it is seen by the same thing.
ALSO = {
    "search_fields": {"identity_agrees"},
    "look_up_fields": {"identity_agrees"},
    "numeric_sub_codes": {"window_too_long"},
    "channel_orders_among_all": {"relation_in_all_scenes"},
    "settles_after_its_cases": {"channel_case_time"},
}
# Facts that a report is granted, and what is seen by it alone.
GRANTS = {
    "orders_granted": {
        "refusal_code", "numeric_sub_codes", "order_window", "window_too_long", "window_holds_its_start", "empty_list",
        "estimate_before_settlement", "channel_orders_among_all", "relation_in_all_scenes", "one_ad_zone_a_trade",
        "punished_ad_zone", "service_fee_within_commission",
    },
    "punished_granted": {"punished_days", "punished_pages", "punished_ad_zone", "punished_row"},
    "channel_refunds_granted": {
        "channel_refund_pages", "channel_refund_window", "channel_refund_end", "channel_case_name", "channel_case_time",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox with an order that is not settled, one with a refund case, one that was frozen and released, and of a
    channel one that is not settled and one with a case.
    """
    with running_sandbox(tmp_path_factory.mktemp("busy")) as sandbox:
        item = sandbox.search(q="锅", sort="tk_rate_des", page_size=1)[0]["item_id"]
        sandbox.buy(sandbox.convert(item)["link_info_dto"]["cps_long_url"])
        sandbox.buy(sandbox.convert(item, relation_id=CHANNEL)["link_info_dto"]["cps_long_url"])
        for relation in ({}, {"relation_id": CHANNEL}):
            returned = sandbox.buy(sandbox.convert(item, **relation)["link_info_dto"]["cps_long_url"])
            sandbox.move(returned, "settle")
            sandbox.move(returned, "return", quantity=1)
        punished = sandbox.buy(sandbox.convert(item)["link_info_dto"]["cps_long_url"])
        sandbox.move(punished, "freeze")
        ask_punished(sandbox, time.time() - 3600)  # only what was reported as frozen is reported as released
        sandbox.move(punished, "release")
        yield sandbox


@pytest.fixture
def check(busy: Sandbox, settings: Settings, tmp_path: Path) -> Iterator[Callable[..., dict[str, CheckedFact]]]:
    """What the account at the sandbox says of each fact, once the sandbox differs in those that are named."""

    def run(*differing: str) -> dict[str, CheckedFact]:
        answer = busy.post("/control/differs", {"marketplace": "taobao", "facts": list(differing)})
        assert answer.status_code == 200, answer.text
        settings.JOEY_MARKETPLACES = {"taobao": busy.get("/control/marketplaces").json()["taobao"]}
        return {each.fact.name: each for each in check_account("taobao", tmp_path)}

    yield run
    busy.post("/control/differs", {"marketplace": "taobao", "facts": []})


def states(found: dict[str, CheckedFact]) -> dict[str, str]:
    return {name: f"{each.state} ({each.seen})" for name, each in found.items()}


def not_confirmed(found: dict[str, CheckedFact]) -> set[str]:
    return {name for name, each in found.items() if each.state != "confirmed"}


def test_the_ordinary_sandbox_confirms_every_fact(check: Callable[..., dict[str, CheckedFact]]) -> None:
    found = check()

    assert list(found) == ASKED
    assert not_confirmed(found) == set(), states(found)


def test_the_sandbox_can_differ_in_every_fact_that_is_asked() -> None:
    assert set(DIFFERENCES) == set(ASKED)


@pytest.mark.parametrize("name", but_every(6, [each for each in ASKED if each not in GRANTS]))
def test_a_sandbox_that_differs_is_said_to_differ_there_and_nowhere_else(
    check: Callable[..., dict[str, CheckedFact]], name: str
) -> None:
    found = check(name)

    assert found[name].state == "different", states(found)
    assert not_confirmed(found) == {name} | ALSO.get(name, set()), states(found)
    assert str(found[name].seen)


@pytest.mark.parametrize("name", list(GRANTS))
def test_a_report_that_is_not_granted_is_said_so_and_all_else_is_still_seen(
    check: Callable[..., dict[str, CheckedFact]], name: str
) -> None:
    found = check(name)

    not_granted = {fact for fact, each in found.items() if each.state == "not_granted"}
    assert not_granted == {name} | GRANTS[name]
    assert not_confirmed(found) == not_granted
    assert "16175" in str(found[name].seen)


def test_an_account_without_a_session_reads_that_it_may_not_list_its_channels(
    busy: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    account = busy.get("/control/marketplaces").json()["taobao"]
    account["credentials"]["session"] = ""
    settings.JOEY_MARKETPLACES = {"taobao": account}

    found = {each.fact.name: each for each in check_account("taobao", tmp_path)}

    assert found["channel_list"].state == "not_granted"
    assert not_confirmed(found) == {"channel_list"}
    assert not found["channel_list"].is_to_look_at, "it works by ad zones"
    account["credentials"]["positions"] = "relations"
    (asked,) = (each for each in check_account("taobao", tmp_path) if each.fact.name == "channel_list")
    assert (asked.state, asked.is_to_look_at) == ("not_granted", True)


@pytest.mark.parametrize(
    ("configured", "needed"),
    [
        ({}, {"orders_granted", "punished_granted"}),
        ({"positions": "relations", "refunds": "relations"}, set(GRANTS)),
        ({"orders": "file"}, set()),
    ],
)
def test_a_permission_that_an_account_does_not_need_as_it_is_configured_is_nothing_to_look_at(
    check: Callable[..., dict[str, CheckedFact]], settings: Settings, busy: Sandbox, tmp_path: Path,
    configured: dict[str, str], needed: set[str],
) -> None:  # fmt: skip
    check(*GRANTS)
    account = settings.JOEY_MARKETPLACES["taobao"]
    account |= {name: value for name, value in configured.items() if name == "orders"}
    account["credentials"] |= {name: value for name, value in configured.items() if name != "orders"}

    found = {each.fact.name: each for each in check_account("taobao", tmp_path)}

    assert {each.state for name, each in found.items() if name in GRANTS} == {"not_granted"}
    assert {name for name in GRANTS if found[name].is_to_look_at} == needed


def test_an_account_without_orders_leaves_unknown_what_is_seen_by_them(
    own_sandbox: Callable[..., Sandbox], settings: Settings, tmp_path: Path
) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": own_sandbox().get("/control/marketplaces").json()["taobao"]}

    found = {each.fact.name: each for each in check_account("taobao", tmp_path)}

    assert {name for name, each in found.items() if each.state == "unknown"} == {
        "window_holds_its_start", "estimate_before_settlement", "channel_orders_among_all", "relation_in_all_scenes",
        "one_ad_zone_a_trade", "refund_first_page", "settles_after_its_cases", "punished_pages", "punished_ad_zone",
        "punished_row", "channel_refund_pages", "channel_refund_window", "channel_refund_end", "channel_case_name",
        "channel_case_time", "service_fee_within_commission",
    }  # fmt: skip
    assert {each.state for each in found.values()} == {"confirmed", "unknown"}


def test_an_order_of_weeks_ago_is_found_by_when_it_is_known_to_have_changed(
    own_sandbox: Callable[..., Sandbox],
    quiet_hour: Callable[[], float],
    settings: Settings,
    tmp_path: Path,
) -> None:
    sandbox = own_sandbox()
    at = quiet_hour() - 7 * 86_400
    item = sandbox.search(q="锅", page_size=1)[0]["item_id"]
    sandbox.buy(sandbox.convert(item)["link_info_dto"]["cps_long_url"], click_time=utc(at), paid_at=utc(at))
    settings.JOEY_MARKETPLACES = {"taobao": sandbox.get("/control/marketplaces").json()["taobao"]}

    without = {each.fact.name: each.state for each in check_account("taobao", tmp_path)}
    known = {
        each.fact.name: each.state
        for each in check_account("taobao", tmp_path, changed_at=[datetime.fromtimestamp(at, UTC)])
    }

    assert without["estimate_before_settlement"] == "unknown"
    assert known["estimate_before_settlement"] == "confirmed"


def test_cases_of_orders_that_are_not_settled_say_nothing_of_settlements(
    own_sandbox: Callable[..., Sandbox], settings: Settings, tmp_path: Path
) -> None:
    sandbox = own_sandbox()
    url = sandbox.convert(sandbox.search(q="锅", page_size=1)[0]["item_id"])["link_info_dto"]["cps_long_url"]
    sandbox.post("/control/differs", {"marketplace": "taobao", "facts": ["settles_after_its_cases"]})
    settings.JOEY_MARKETPLACES = {"taobao": sandbox.get("/control/marketplaces").json()["taobao"]}

    def state() -> str:
        found = {each.fact.name: each.state for each in check_account("taobao", tmp_path)}
        return found["settles_after_its_cases"]

    sandbox.move(sandbox.buy(url), "return")
    of_none = state()
    settled = sandbox.buy(url, click_time=utc(time.time() - 90_000), paid_at=utc(time.time() - 90_000))
    for do in ("settle", "return"):
        sandbox.move(settled, do, at=utc(time.time() - 80_000))

    assert (of_none, state()) == ("unknown", "different")


READS = {
    f"taobao.tbk.{name}"
    for name in (
        "dg.material.optional.upgrade", "item.info.upgrade.get", "itemid.ineffective.transform",
        "dg.general.link.parse", "order.details.get", "order.refund.get", "dg.punish.order.get",
        "sc.publisher.info.get", "relation.refund",
    )
}  # fmt: skip


def test_a_check_makes_few_calls_and_none_that_writes(
    busy: Sandbox, script: Script, settings: Settings, tmp_path: Path
) -> None:
    def pass_on(form: dict[str, str]) -> tuple[int, Any]:
        plain = {name: value for name, value in form.items() if name not in SYSTEM}
        return 200, busy.call(form["method"], session="session" in form, **plain)

    script.answers = [pass_on]
    settings.JOEY_MARKETPLACES = {"taobao": _account(script, adzone_id=busy.credentials()["adzones"][0])}

    found = list(check_account("taobao", tmp_path))

    asked = Counter(form["method"] for form in script.asked)
    assert {each.state for each in found} == {"confirmed"}, [(each.fact.name, str(each.seen)) for each in found]
    assert set(asked) == READS
    assert set(METHODS) - READS  # the gateway has calls that write, and they were not made
    assert asked.total() <= 60
    assert len(script.asked) == len({json.dumps(_question(form), sort_keys=True) for form in script.asked})


SYSTEM = ("method", "app_key", "timestamp", "format", "v", "sign_method", "sign", "session")


def _question(form: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in form.items() if name == "method" or name not in SYSTEM}


def _account(script: Script, **more: str) -> dict[str, Any]:
    credentials = {"app_key": "12345678", "app_secret": SECRET, "session": SESSION, "adzone_id": "1", **more}
    return {"gateway": script.url, "credentials": credentials, "calls_per_second": 1000}


BUYER = {
    "buyer_nick": "Otto-the-buyer", "receiver_address": "Otto's street", "special_id": 77120001, "uvid": "uvid-of-otto",
    "inner": {"mobile": "13800000000", "open_uid": "open-uid-of-otto"},
}  # fmt: skip
TRADE, PARENT, CASE, CHANNEL_ID = "4294159887445064307", "4294159887444064307", "88129931", 2345678901
KEEPERS = {"adzone_id": 110000000040, "adzone_name": "joey-40", "site_id": 4559}
ELSEWHERE = {
    "note": f"order {TRADE} of Otto", "terminal": 42941598874450643070, "order_no": 98214,
    "external_info": json.dumps({"nick": "Otto", "phone": "13800000000", "trade": PARENT}),
    "by_order": {TRADE: {"count": 3}},
}  # fmt: skip


def test_samples_hold_no_secret_no_buyer_no_order_and_no_keeper(
    script: Script, settings: Settings, tmp_path: Path
) -> None:
    row = {
        "trade_id": TRADE, "trade_parent_id": PARENT, "relation_id": CHANNEL_ID, "tk_status": 12, "tk_order_role": 2,
        "modified_time": "2026-11-22 09:01:20", "item_title": f"Flask of order {TRADE}",
        "alipay_total_price": "69.00", "pay_price": 12000, **KEEPERS, **ELSEWHERE, **BUYER,
    }  # fmt: skip
    case = {"refund_suit_id": CASE, "tb_trade_id": TRADE, "tb_trade_parent_id": PARENT, "refund_fee": "69.00", **BUYER}
    data = {"position_index": f"1795309200_{CASE}", "results": {"publisher_order_dto": [row]},
            "result": {"publisher_refund_order_d_t_o": [case]}}  # fmt: skip

    def answer(form: dict[str, str]) -> tuple[int, Any]:
        if "parse" in form["method"]:
            words = f"secret {SECRET} session {SESSION} of 12345678: order {TRADE} of tb_wang in joey-40"
            return 200, {"error_response": {"code": 15, "sub_code": "isv.item-not-exist", "sub_msg": words}}
        root = form["method"].removeprefix("taobao.").replace(".", "_") + "_response"
        item = {
            "item_id": "qYtxrMJOC8tmtM",
            "publish_info": {"click_url": f"//s.click/t?k={SESSION}&pid=mm_98836808_1_2"},
        }
        return 200, {root: {"data": data, "result_list": {"map_data": [item]}, **BUYER}}

    script.answers = [answer]
    settings.JOEY_MARKETPLACES = {"taobao": _account(script, publisher_id="98836808")}

    list(check_account("taobao", tmp_path))

    files = sorted((tmp_path / "taobao").glob("*/*"))
    kept = {path.name: path.read_text() for path in files}
    hidden = (SECRET, SESSION, "12345678", "98836808", "Otto", "77120001", "uvid-of-otto", "13800000000",
              "open-uid-of-otto", TRADE, PARENT, CASE, str(CHANNEL_ID), "110000000040", "joey-40", "4559", "tb_wang",
              "42941598874450643070", "98214")  # fmt: skip
    assert [(name, each) for name, text in kept.items() for each in hidden if each in text] == []
    assert {name.partition("-")[0] for name in kept} >= {"search", "orders", "refunds", "parse"}
    orders = json.loads(kept["orders-1.json"])
    assert orders["asked"]["method"] == "taobao.tbk.order.details.get"
    (sample,) = orders["answer"]["data"]["results"]["publisher_order_dto"]
    plain = {name: sample[name] for name in ("alipay_total_price", "pay_price", "modified_time", "tk_status")}
    assert plain == {
        "alipay_total_price": "69.00", "pay_price": 12000, "modified_time": "2026-11-22 09:01:20", "tk_status": 12,
    }  # fmt: skip
    assert list(sample["by_order"].values()) == [{"count": 3}]
    assert sample["trade_id"].startswith("masked-")
    assert sample["trade_id"] != sample["trade_parent_id"]
    assert sample["item_title"] == f"Flask of order {sample['trade_id']}"
    (refund,) = json.loads(kept["refunds-1.json"])["answer"]["data"]["result"]["publisher_refund_order_d_t_o"]
    assert refund["tb_trade_id"] == sample["trade_id"]  # the same order has the same mask
    parse = json.loads(kept["parse-1.json"])
    assert parse["asked"]["material_dto"].startswith("masked-"), "a tracked link names the account"
    refused = parse["answer"]
    assert (refused["top_code"], refused["sub_code"]) == ("15", "isv.item-not-exist")
    (found,) = json.loads(kept["search-1.json"])["answer"]["result_list"]["map_data"]
    assert found["item_id"] == "qYtxrMJOC8tmtM"
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


def test_a_gateway_that_stops_answering_leaves_the_rest_unavailable_and_is_not_asked_further(
    script: Script, settings: Settings, tmp_path: Path
) -> None:
    limited = {"code": 7, "msg": "App Call Limited", "sub_msg": "This ban will last for 3000 more seconds"}
    script.answers = [(200, {"error_response": limited})]
    settings.JOEY_MARKETPLACES = {"taobao": _account(script)}

    found = list(check_account("taobao", tmp_path))

    assert [each.state for each in found] == ["unavailable"] * len(ASKED)
    assert len(script.asked) == len({form["method"] for form in script.asked}) == 3, "then it is the gateway"


BY_SEARCH = {
    "search_fields", "look_up_fields", "identity_agrees", "unknown_id_is_left_out", "nothing_found", "renewed_ids",
    "parse_gives_new_ids",
}  # fmt: skip
# What is seen by a method, alone or together with another.
SEEN_BY = {
    "dg.material.optional.upgrade": BY_SEARCH,
    "item.info.upgrade.get": {"look_up_fields", "identity_agrees", "unknown_id_is_left_out"},
    "itemid.ineffective.transform": {"renewed_ids"},
    "dg.general.link.parse": {"parse_gives_new_ids"},
    "order.details.get": {"orders_granted", *GRANTS["orders_granted"]},
    "order.refund.get": {
        "refund_window", "refund_refusal", "refund_first_page", "settles_after_its_cases", "channel_case_time",
    },
    "dg.punish.order.get": {"punished_granted", *GRANTS["punished_granted"]},
    "sc.publisher.info.get": {"channel_list"},
    "relation.refund": {"channel_refunds_granted", *GRANTS["channel_refunds_granted"]},
}  # fmt: skip


@pytest.mark.parametrize("kind", ["500", slow("garbage")])
@pytest.mark.parametrize("method", but_every(6, SEEN_BY))
def test_a_method_that_fails_costs_only_what_is_seen_by_it(
    check: Callable[..., dict[str, CheckedFact]], busy: Sandbox, method: str, kind: str
) -> None:
    call = f"taobao.tbk.{method}"
    assert {f"taobao.tbk.{each}" for each in SEEN_BY} == READS
    busy.post("/control/outage", {"kind": kind, "seconds": 60, "where": "taobao", "call": call}).raise_for_status()
    try:
        found = check()
    finally:
        busy.post("/control/outage", {"kind": kind, "seconds": 0, "where": "taobao", "call": call})

    assert not_confirmed(found) == SEEN_BY[method], states(found)
    assert {found[name].state for name in SEEN_BY[method]} == {"unavailable"}


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def command(committed_db: EmbeddedPostgres, busy: Sandbox, tmp_path: Path) -> Run:
    """`joey marketplaces …`, connected to the sandbox's Taobao and Dangdang."""
    accounts = busy.get("/control/marketplaces").json()
    file = tmp_path / "marketplaces.json"
    file.write_text(json.dumps({code: accounts[code] for code in ("taobao", "dangdang")}))
    file.chmod(0o600)
    database = {name: os.environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "JOEY_DATA")}
    more = database | {"JOEY_MARKETPLACES": str(file), "JOEY_SECRET": "x" * 50}
    return lambda *words, **changed: joey("marketplaces", *words, timeout=120, **more | changed)


def test_the_command_prints_each_fact_keeps_samples_and_fails_where_one_differs(
    command: Run, busy: Sandbox, tmp_path: Path
) -> None:
    good = command("check", "taobao", "--samples", str(tmp_path / "good"))
    busy.post("/control/differs", {"marketplace": "tmall", "facts": ["order_window", "nothing_found"]})
    bad = command("check", "tmall", "--samples", str(tmp_path / "bad"))
    busy.post("/control/differs", {"marketplace": "taobao", "facts": []})

    assert (good.returncode, good.stderr) == (0, "")
    _asked, _simulated, *lines = good.stdout.splitlines()
    assert [line.split()[:2] for line in lines[: len(ASKED)]] == [["confirmed", f"{name}:"] for name in ASKED]
    assert f"{len(ASKED)} confirmed. The answers are in {tmp_path / 'good'}." in lines
    assert f"{len(FACTS) - len(ASKED)} more cannot be asked for; docs/marketplaces.md names them." in lines
    assert list((tmp_path / "good" / "taobao").glob("*/orders-*.json"))
    assert bad.returncode == 1
    assert "different    order_window: " in bad.stdout
    assert "2007" in bad.stdout
    assert bad.stderr == "To look at: nothing_found, order_window.\n"


def test_a_wrong_secret_ends_the_check_at_its_first_call(busy: Sandbox, settings: Settings, tmp_path: Path) -> None:
    account = busy.get("/control/marketplaces").json()["taobao"]
    account["credentials"]["app_secret"] = "a-wrong-secret"
    settings.JOEY_MARKETPLACES = {"taobao": account}

    with pytest.raises(MarketplaceRefused, match=r"Invalid Signature \(25\)") as refused:
        next(check_account("taobao", tmp_path))

    assert "a-wrong-secret" not in str(refused.value)
    assert list((tmp_path / "taobao").glob("*/*")) == []


@pytest.mark.long
def test_a_marketplace_that_is_not_connected_is_misuse_and_one_without_facts_has_nothing_to_ask(command: Run) -> None:
    amazon, dangdang = command("check", "amazon"), command("check", "dangdang")

    assert (amazon.returncode, dangdang.returncode) == (2, 0)
    assert "not connected to Amazon" in amazon.stderr
    asked, simulated, *said = dangdang.stdout.splitlines()
    assert asked.startswith("Dangdang: connected to a simulated gateway ")
    assert simulated == "A simulator answers. What it confirms says nothing about the real marketplace."
    assert said == ["Nothing is unverified about dangdang that its account could be asked."]


@pytest.mark.long
def test_the_command_says_of_which_orders_alone_refunds_are_reported(
    command: Run, busy: Sandbox, tmp_path: Path
) -> None:
    account = busy.get("/control/marketplaces").json()["taobao"]
    file = tmp_path / "relations.json"

    def checked(**more: str) -> "subprocess.CompletedProcess[str]":
        file.write_text(json.dumps({"taobao": account | {"credentials": account["credentials"] | more}}))
        file.chmod(0o600)
        return command("check", "taobao", "--samples", str(tmp_path / "answers"), JOEY_MARKETPLACES=str(file))

    alone, both = checked(refunds="relations"), checked(refunds="relations", positions="relations")

    assert alone.returncode == 2
    assert "“refunds” may be “relations” in Taobao's configuration only where “positions” is" in alone.stderr
    assert "\nAs it is configured, Taobao or Tmall reports refunds of channel orders" in both.stdout


def test_the_list_names_every_marketplace_with_its_account_and_gateway(command: Run, busy: Sandbox) -> None:
    read_at = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    SyncCursor.objects.create(
        marketplace="taobao", account="34200001", question="orders", read_until=read_at, last_success_at=read_at,
        trouble="The gateway was busy.",
    )  # fmt: skip

    listed = command("list")

    lines = listed.stdout.splitlines()
    assert (listed.returncode, listed.stderr) == (0, "")
    taobao = lines.index("taobao  Taobao, Tmall: search (api), look-up (api), track (api), report (api), recognise")
    assert lines[taobao + 1 : taobao + 3] == [
        f"  connected to a simulated gateway localhost:{busy.port}, account 34200001",
        "  orders: last read 2026-11-20 08:30 UTC; trouble: The gateway was busy.",
    ]
    amazon = lines.index("amazon  Amazon: search (file), look-up (file), recognise")
    assert lines[amazon + 1] == "  not connected"


def test_a_connector_whose_package_lists_nothing_has_no_facts() -> None:
    assert facts_of("amazon") == ()
    assert [fact.name for fact in FACTS] == list(dict.fromkeys(fact.name for fact in FACTS))
    assert all((fact.see is None) != (fact.why_not_asked is None) for fact in FACTS)
