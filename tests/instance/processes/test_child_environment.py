"""Python keeps what it compiled, wherever Joey is installed and whatever the person's shell says."""

import os
from pathlib import Path

import pytest

from joey.instance.processes.child_environment import compiled_once


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
