"""Files of settings that an operator got wrong: each is named with what is wrong, and only that of the money stops."""

import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.journeys.running import joey
from tests.slow import but_every

BROKEN = {
    "empty": b"",
    "broken off": b'{"taobao": {',
    "no object": b'["taobao"]',
    "not UTF-8": '{"taobao": {"credentials": {"app_key": "é"}}}'.encode("latin-1"),
    "an account twice": b'{"jd": {}, "jd": {}}',
}


def doctor(data: Path, name: str, content: bytes) -> tuple[int, str]:
    """What `joey doctor` says where nothing runs, of a folder with this file."""
    (data / name).write_bytes(content)
    (data / name).chmod(0o600)
    done = joey("doctor", "--data", str(data))
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.mark.parametrize("content", but_every(3, BROKEN.values()), ids=BROKEN.keys())
def test_a_broken_file_of_marketplaces_connects_none_and_is_named(tmp_path: Path, content: bytes) -> None:
    code, said = doctor(tmp_path, "marketplaces.json", content)

    assert f"LOOK  No marketplace is connected: {tmp_path}/marketplaces.json " in said
    assert "Marketplaces that are connected: none." in said
    assert code == 1


def test_an_account_of_a_marketplace_that_is_wrong_leaves_the_others_connected(tmp_path: Path) -> None:
    accounts = {"taobao": [], "moon": {}, "jd": {"gateway": "http://localhost:1/feed/jd"}}

    code, said = doctor(tmp_path, "marketplaces.json", json.dumps(accounts).encode())

    assert "LOOK  taobao is configured and not connected: what is configured for it is no JSON object" in said
    assert "LOOK  moon is configured and not connected: no package that is installed has this code" in said
    assert "ok    Marketplaces that are connected: jd." in said
    assert code == 1


@pytest.mark.parametrize("content", but_every(3, [*BROKEN.values(), b'{"bank": 1}']), ids=[*BROKEN, "no account"])
def test_nothing_starts_with_a_broken_file_of_rails_and_it_is_named(tmp_path: Path, content: bytes) -> None:
    code, said = doctor(tmp_path, "rails.json", content)

    assert f"LOOK  Nothing starts with these settings. {tmp_path}/rails.json" in said
    assert code == 1


@pytest.mark.parametrize("variable", but_every(2, ["JOEY_MARKETPLACES", "JOEY_RAILS"]))
def test_nothing_starts_with_the_name_of_a_file_that_is_not_there(tmp_path: Path, variable: str) -> None:
    named, data, backup = tmp_path / "accounts.json", str(tmp_path / "data"), tmp_path / "backup"
    database = {"DATABASE_URL": "postgresql://joey_app@127.0.0.1:1/joey", "JOEY_URL": "http://localhost:8000"}
    refusal = f"{variable} names {named}, and no file can be reached there."

    looked = joey("doctor", "--data", data, timeout=60, **{variable: str(named)})
    refused = [
        joey(*command, "--data", data, timeout=60, **database, **{variable: str(named)})
        for command in (("pay",), ("work",), ("backup", str(backup), "--quick"))
    ]

    assert f"LOOK  Nothing starts with these settings. {refusal}" in looked.stdout
    assert looked.returncode == 1
    assert [(done.returncode, done.stderr) for done in refused] == [(1, f"{refusal}\n")] * 3
    assert not backup.exists()


def test_without_these_settings_the_files_of_the_data_folder_need_not_exist(tmp_path: Path) -> None:
    done = joey("doctor", "--data", str(tmp_path), JOEY_MARKETPLACES="", JOEY_RAILS="")

    assert "ok    Marketplaces that are connected: none." in done.stdout
    assert "ok    Rails that payouts can go by: none." in done.stdout
    assert done.returncode == 0


def test_readyz_names_a_broken_file_of_marketplaces(db: None, settings: Settings) -> None:
    settings.JOEY_MARKETPLACES, settings.JOEY_MARKETPLACES_PROBLEM = {}, "/data/marketplaces.json is broken"

    troubles = Client(headers={"accept-language": "en"}).get("/readyz").json()["troubles"]

    assert "No marketplace is connected: /data/marketplaces.json is broken" in troubles
