"""A start that finds the sandbox's accounts of last time need not wait for them; one on another port does."""

import json
from pathlib import Path

from joey.instance.demo.connect_sandbox import (
    accounts_of_last_time,
    connect_sandbox,
    sandbox_accounts,
    sandbox_rails,
)
from joey.marketplaces import registry
from tests.sandbox.conftest import Sandbox, own_sandbox
from tests.sandbox.test_dialects import with_toy

__all__ = ["own_sandbox", "with_toy"]


def test_accounts_of_last_time_count_on_the_same_port_only(tmp_path: Path) -> None:
    accounts = b'{"taobao": {"gateway": "http://localhost:8001/router/rest"}}'
    rails = b'{"bank": {"gateway": "http://localhost:8001/bank"}}'
    sandbox_accounts(tmp_path).write_bytes(accounts)
    assert accounts_of_last_time(tmp_path, 8001) is None
    sandbox_rails(tmp_path).write_bytes(rails)

    assert accounts_of_last_time(tmp_path, 8001) == accounts + rails
    assert accounts_of_last_time(tmp_path, 8002) is None
    assert accounts_of_last_time(tmp_path, 800) is None
    assert accounts_of_last_time(tmp_path, None) is None


def test_without_a_first_start_there_are_none(tmp_path: Path) -> None:
    assert accounts_of_last_time(tmp_path, 8001) is None


def test_a_simulator_whose_connector_is_not_there_gives_no_account(tmp_path: Path, with_toy: Sandbox) -> None:
    connect_sandbox(tmp_path, with_toy.port)

    kept = json.loads(sandbox_accounts(tmp_path).read_bytes())
    given = with_toy.get("/control/marketplaces").json()
    assert "toy" in given
    assert kept == {code: account for code, account in given.items() if registry.is_served(code)}
    assert {"taobao", "tmall", "jd"} <= kept.keys()
    assert list(json.loads(sandbox_rails(tmp_path).read_bytes())) == ["bank"]
