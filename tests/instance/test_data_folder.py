"""The data folder: one user at a time, a secret of its own, logs that do not fill the disk."""

import multiprocessing
import os
from pathlib import Path

import pytest

from joey.instance import data_folder
from joey.instance.data_folder import InUse, User, claim, default_folder, secret, user_of
from joey.instance.errors import CommandFailed
from joey.instance.processes.bounded_logs import bound_logs
from joey.instance.processes.child import end_leftovers
from tests.journeys.running import CHECKOUT, joey, until


def test_in_a_checkout_the_data_is_beside_the_code() -> None:
    assert default_folder() == CHECKOUT / ".joey"


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = secret(tmp_path)

    assert secret(tmp_path) == first
    assert len(first) >= 48
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_a_secret_cut_short_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("abc")

    with pytest.raises(CommandFailed, match="cut short"):
        secret(tmp_path)


def test_a_folder_in_use_names_its_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_folder, "WAIT_SECONDS", 0.2)

    with claim(tmp_path, "prove"):
        assert user_of(tmp_path) == User("prove", os.getpid())
        with pytest.raises(InUse, match="`joey prove`"), claim(tmp_path, "sync"):
            pass

    assert user_of(tmp_path) is None
    with claim(tmp_path, "sync"):
        assert user_of(tmp_path) == User("sync", os.getpid())


def test_a_new_folder_is_closed_to_others(tmp_path: Path) -> None:
    with claim(tmp_path / "new", "up"):
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_command_for_an_instance_that_does_not_exist_says_so(tmp_path: Path) -> None:
    said = joey("fill-demo", "--data", str(tmp_path / "nowhere"))

    assert said.returncode == 1
    assert f"There is no instance in {tmp_path / 'nowhere'} yet" in said.stderr


def test_a_log_that_grows_too_large_keeps_its_end_and_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("a") as writer:
        writer.write("old\n" * 100)
        writer.flush()
        bound_logs(tmp_path, largest=40)
        writer.write("new\n")

    assert log.read_text() == "new\n"
    assert (tmp_path / "web.log.1").read_text() == "old\n" * 10


def _own_group(ready: Path) -> None:
    os.setpgid(0, 0)
    ready.touch()
    multiprocessing.Event().wait(60)


def test_leftovers_are_ended_only_when_they_belong_to_this_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOEY_DATA", str(tmp_path))
    process = multiprocessing.get_context("spawn").Process(target=_own_group, args=(tmp_path / "ready",))
    process.start()
    assert process.pid
    until((tmp_path / "ready").exists, "the process")

    assert end_leftovers(tmp_path / "other", [process.pid]) == 0
    assert end_leftovers(tmp_path, [process.pid]) == 1

    process.join(10)
    assert process.exitcode == -9
    process.close()
