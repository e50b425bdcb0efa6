"""A start that finds the sandbox's accounts of last time need not wait for them; one on another port does."""

from pathlib import Path

from joey.instance.demo.connect_sandbox import accounts_of_last_time, sandbox_accounts, sandbox_rails


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
