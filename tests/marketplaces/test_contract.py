"""What every marketplace that is found has to fulfil, ours and others'."""

import ast
import inspect
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from joey.marketplaces import registry
from joey.marketplaces.connect_account import connector_of
from joey.marketplaces.manifest_shape import Manifest, Wording
from joey.marketplaces.port import Connector, FilesPositions, MarketplaceRefused, Tracking
from joey.money.money import EXPONENTS
from joey.storefront.in_app import APPS
from tests.sandbox.conftest import Sandbox

CODES = tuple(registry.packages())
CODE = re.compile(r"[a-z0-9][a-z0-9:_-]{0,63}")
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
NOW = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.fixture(params=CODES)
def manifest(request: pytest.FixtureRequest) -> Manifest:
    (found,) = [each for each in registry.manifests() if each.code == request.param]
    return found


@pytest.fixture(params=CODES)
def connector(request: pytest.FixtureRequest, connected: Sandbox) -> Connector:
    return registry.connector(request.param)


def test_at_least_the_marketplaces_of_the_demo_are_found() -> None:
    assert len(CODES) >= 5
    assert len({name for each in registry.manifests() for name in each.marketplaces}) >= 6


def test_codes_are_short_and_names_are_in_both_languages(manifest: Manifest) -> None:
    assert manifest.marketplaces
    for code in (manifest.code, *manifest.marketplaces):
        assert CODE.fullmatch(code), code
        assert not code.startswith("feed:")
    names: list[Wording] = [manifest.reported_name, *manifest.marketplaces.values(), *manifest.labels]
    assert all(name.en.strip() and name.zh.strip() for name in names)


def test_places_and_money_are_real(manifest: Manifest) -> None:
    assert manifest.hosts
    assert all(HOST.fullmatch(host) for host in manifest.hosts | manifest.picture_hosts)
    ZoneInfo(manifest.zone)
    assert manifest.currency in EXPONENTS
    assert timedelta(0) < manifest.price_life <= timedelta(days=7)
    assert 0 <= manifest.service_fee_ppm < 1_000_000
    assert manifest.code in manifest.reserved_names


def test_content_that_may_not_be_stored_is_neither_printed_nor_kept_as_history(manifest: Manifest) -> None:
    assert manifest.allowed.printed | manifest.allowed.kept_as_history <= manifest.allowed.stored


def test_a_title_may_be_stored_and_shown_or_there_is_nothing_to_list(manifest: Manifest) -> None:
    assert "title" not in manifest.allowed.left_out


def test_in_app_browsers_are_those_the_storefront_tells_apart(manifest: Manifest) -> None:
    for entry in manifest.refused_in_apps:
        assert entry.app in {app.code for app in APPS}
        assert entry.marketplaces
        assert entry.marketplaces <= set(manifest.marketplaces)


def test_evidence_questions_and_capabilities_fit_together(manifest: Manifest) -> None:
    able = manifest.capabilities
    assert bool(manifest.questions) == (able.report == "api")
    assert bool(manifest.evidence) == manifest.reports_orders
    assert not manifest.reports_orders or (manifest.window_days > 0 and manifest.refund_days > 0)
    assert not manifest.evidence or able.track == "api"
    assert ("sub_id" in manifest.evidence) == able.sub_ids.reported
    assert (able.sub_ids.max_length > 0) == bool(able.sub_ids.alphabet)
    if "position" in manifest.evidence:
        assert able.positions.granted != "none"
        assert able.positions.registered or able.positions.granted == "api", "who makes a free-form key?"
    assert able.look_up_at_once >= 1
    assert len(set(manifest.evidence)) == len(manifest.evidence)


def test_the_first_marketplace_lacks_nothing() -> None:
    (taobao,) = [each for each in registry.manifests() if each.code == "taobao"]
    able = taobao.capabilities
    assert {able.search, able.look_up, able.track, able.report, able.positions.granted} == {"api"}
    assert able.recognise


def test_questions_can_be_asked_without_a_gap(manifest: Manifest) -> None:
    codes = [question.code for question in manifest.questions]
    assert len(set(codes)) == len(codes)
    for question in manifest.questions:
        assert re.fullmatch(r"[a-z0-9_]{1,64}", question.code)
        assert timedelta(0) < question.window <= question.furthest_back
        assert timedelta(0) <= question.overlap < question.furthest_back
        assert question.page_size > 0
        assert list(question.rescan_after) == sorted(set(question.rescan_after))
        assert all(timedelta(0) < age <= question.furthest_back for age in question.rescan_after)
    by_change = any(question.asked_by == "changed" for question in manifest.questions)
    assert by_change or len(manifest.questions) != 1, "without time of change, each event time is a question"


def test_a_quota_leaves_calls_for_people_and_for_work_in_bulk(manifest: Manifest) -> None:
    quota = manifest.quota
    assert quota is None or 0 < quota.kept_for_people < quota.calls_per_second


def test_what_a_keeper_types_of_an_own_account_is_what_its_connector_takes(manifest: Manifest) -> None:
    if not manifest.own_account:
        return
    typed = {each.name: f"{10_000 + place}" for place, each in enumerate(manifest.own_account)}
    needed = {each.name: typed[each.name] for each in manifest.own_account if each.is_needed}

    for credentials in (typed, needed):
        made = connector_of(manifest.code, {"credentials": credentials})
        assert made.account not in [typed[each.name] for each in manifest.own_account if each.is_secret]
        assert made.manifest.evidence[0] == "position"
    assert any(each.is_secret for each in manifest.own_account)


def test_a_connector_is_what_its_manifest_says(connector: Connector) -> None:
    (manifest,) = [each for each in registry.manifests() if each.code == connector.code]
    assert connector.manifest.marketplaces == manifest.marketplaces
    assert connector.manifest.hosts >= manifest.hosts
    assert "secret" not in connector.account.casefold()
    found = connector.search("", size=2).offers if manifest.capabilities.search == "file" else []
    assert {each.marketplace for each in found} <= set(manifest.marketplaces)
    assert connector.recognise("nothing of any marketplace") is None


def test_what_a_connector_cannot_do_it_refuses_and_does_not_pretend(connector: Connector) -> None:
    able = connector.manifest.capabilities
    cannot: list[tuple[bool, Callable[[], Any]]] = [
        (able.search == "none", lambda: connector.search("x")),
        (able.look_up == "none", lambda: connector.look_up(["x"])),
        (able.track == "none", lambda: connector.tracked_link("x", Tracking(position="1", sub_id="1"))),
        (able.positions.granted != "api", lambda: connector.register_position("x")),
        (able.track == "api", lambda: connector.tracked_link("x", Tracking())),
    ]
    for is_none, ask in cannot:
        if is_none:
            with pytest.raises(MarketplaceRefused):
                ask()


def test_a_position_that_a_connector_makes_is_written_as_its_keys_are(connector: Connector) -> None:
    positions = connector.manifest.capabilities.positions
    assert positions.keys.says.en
    assert positions.keys.says.zh
    if positions.granted == "api":
        assert positions.keys.fits(connector.register_position("x"))


def test_a_connector_whose_positions_are_filed_says_how(connector: Connector) -> None:
    if connector.manifest.capabilities.positions.filed:
        assert isinstance(connector, FilesPositions)
        assert connector.manifest.capabilities.positions.registered


def test_an_answer_comes_window_by_window_in_the_order_of_time(connector: Connector) -> None:
    now = datetime.now(UTC)
    for question in connector.manifest.questions:
        since = now - timedelta(hours=2)
        ends = [end for end, _rows in connector.rows(question, since, now)]
        assert ends == sorted(ends)
        assert ends, question.code
        assert now - ends[-1] < timedelta(seconds=2)


@pytest.mark.parametrize("code", CODES)
def test_a_folder_holds_data_in_its_manifest_and_a_readme(code: str) -> None:
    folder = Path(inspect.getfile(import_module(registry.packages()[code]))).parent
    assert (folder / "README.md").is_file()
    tree = ast.parse((folder / "manifest.py").read_text("utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.If, ast.While))]
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    ours = {name for name in imported if name.startswith("joey")}
    assert ours - {f"{registry.packages()[code]}.report_fields"} == {"joey.marketplaces.manifest_shape"}
