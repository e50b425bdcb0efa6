"""What tests of commands share that run them in this process."""

from pathlib import Path

import pytest


@pytest.fixture
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("django.conf.settings.DATA", tmp_path)
    monkeypatch.setenv("JOEY_SECRET", "a secret of the tests, long enough to be one")
