"""What the processes of `joey up` get from the person's shell, and where Python keeps what it compiled for them."""

import os
from pathlib import Path

import pytest

from joey.instance.data_folder import Instance
from joey.instance.processes.child_environment import child_environment, compiled_once


@pytest.mark.parametrize("variable", ["JOEY_MARKETPLACES", "JOEY_RAILS"])
def test_a_file_of_accounts_is_the_one_that_the_person_named_in_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.chdir(tmp_path)
    running = Instance(
        pid=1, url="", sandbox_url=None, demo=False, ports={}, database_url="", database_owner_url="", started_at=""
    )

    monkeypatch.setenv(variable, "accounts.json")
    named = child_environment(tmp_path, running)[variable]
    monkeypatch.setenv(variable, "")
    none = child_environment(tmp_path, running)[variable]

    assert (named, none) == (str(tmp_path / "accounts.json"), "")


@pytest.mark.parametrize("demo", [False, True])
def test_the_message_gateway_that_the_person_named_is_used_but_in_a_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, demo: bool
) -> None:
    running = Instance(
        pid=1, url="", sandbox_url=None, demo=demo, ports={}, database_url="", database_owner_url="", started_at=""
    )
    monkeypatch.setenv("JOEY_NOTICE_URL", "https://notices.example")

    found = child_environment(tmp_path, running)

    assert found.get("JOEY_NOTICE_URL") == (None if demo else "https://notices.example")


def test_where_nothing_may_be_written_beside_the_sources_it_is_kept_in_the_data_folder(tmp_path: Path) -> None:
    found = compiled_once({"PYTHONDONTWRITEBYTECODE": "1", "LANG": "C"}, tmp_path)

    assert found == {"PYTHONPYCACHEPREFIX": str(tmp_path / "compiled"), "LANG": "C"}


def test_sources_of_another_user_leave_it_in_the_data_folder_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, how: False)

    assert compiled_once({}, tmp_path)["PYTHONPYCACHEPREFIX"] == str(tmp_path / "compiled")


def test_a_place_that_the_user_set_is_respected(tmp_path: Path) -> None:
    said = {"PYTHONPYCACHEPREFIX": "/elsewhere", "PYTHONDONTWRITEBYTECODE": "1"}

    assert compiled_once(said, tmp_path) == said


def test_else_it_stays_beside_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, how: True)

    assert compiled_once({"LANG": "C"}, tmp_path) == {"LANG": "C"}
