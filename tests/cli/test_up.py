"""`joey up` as a person meets it: started, started twice, on a taken port, killed in parts and whole, stopped."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from tests.journeys.running import RunningJoey, free_ports, joey, until


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("up") / "data"
    folder.mkdir()
    (folder / "demo-filled").touch()  # with the sandbox, without its goods: the journeys fill the demo
    yield folder
    EmbeddedPostgres(folder).remove()


@pytest.fixture(scope="module")
def first(data: Path) -> Iterator[RunningJoey]:
    running = RunningJoey(data).start()
    yield running
    running.kill()


def test_it_says_where_it_is_once_everything_answers(first: RunningJoey) -> None:
    assert f"Joey is ready: http://localhost:{first.port}  shop: /s/mei" in first.says()
    assert f"sandbox: http://localhost:{first.sandbox_port}" in first.says()
    assert first.answers()
    assert first.answers(first.sandbox_url)


def test_only_this_machine_reaches_it(first: RunningJoey) -> None:
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in others - {"127.0.0.1"}:
        if str(address).startswith("127."):
            continue
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((str(address), first.port), timeout=2)
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = {f"{first.port:04X}", f"{first.sandbox_port:04X}"}
    assert {row[1].split(":")[0] for row in listening if row[3] == "0A" and row[1].split(":")[1] in ours} == {
        "0100007F"
    }


def test_a_second_up_says_that_joey_runs_here_already(first: RunningJoey) -> None:
    second = joey("up", "--data", str(first.data), "--port", str(*free_ports(1)))

    assert second.returncode == 1
    assert f"already runs here at http://localhost:{first.port} (process {first.process.pid}" in second.stderr
    assert first.answers()


def test_a_taken_port_is_named_with_the_option_to_change_it(first: RunningJoey, tmp_path: Path) -> None:
    second = joey("up", "--no-demo", "--data", str(tmp_path / "other"), "--port", str(first.port))

    assert second.returncode == 1
    assert f"Port {first.port} is taken" in second.stderr
    assert "--port" in second.stderr
    assert not (tmp_path / "other" / "postgres").exists()


def test_joey_and_sandbox_on_one_port_is_refused(tmp_path: Path) -> None:
    said = joey("up", "--port", "18500", "--sandbox-port", "18500", "--data", str(tmp_path))

    assert (said.returncode, "cannot share port 18500" in said.stderr) == (1, True)


def test_other_commands_use_the_running_database(first: RunningJoey) -> None:
    migrated = joey("migrate", "--data", str(first.data))
    healthy = joey("doctor", "--data", str(first.data))

    assert (migrated.returncode, healthy.returncode) == (0, 0), migrated.stderr + healthy.stdout
    assert "The background worker is at work." in healthy.stdout


def test_a_killed_web_worker_comes_back(first: RunningJoey) -> None:
    until(first.answers, "the web")
    web = first.note()["children"]["web"]
    [worker] = _children_of(web)

    os.kill(worker, signal.SIGKILL)

    until(lambda: [pid for pid in _children_of(web) if pid != worker], "a new worker")
    until(first.answers, "the web")
    assert first.note()["children"]["web"] == web


def test_a_killed_database_comes_back(first: RunningJoey) -> None:
    postgres = EmbeddedPostgres(first.data)
    before = postgres.pid()
    assert before

    os.kill(before, signal.SIGKILL)

    until(lambda: postgres.pid() not in (None, before) and postgres.ready(), "the database")
    until(first.answers, "the web")
    assert first.process.poll() is None


def test_a_killed_up_takes_everything_along_and_the_next_one_starts(first: RunningJoey) -> None:
    until(first.answers, "the web")
    processes = [*first.note()["children"].values(), EmbeddedPostgres(first.data).pid()]

    first.process.kill()
    first.process.wait()

    until(lambda: not any(Path(f"/proc/{pid}").exists() and _alive(pid) for pid in processes), "the end of all")
    until(lambda: not first.answers(), "the end of the web")
    with EmbeddedPostgres(first.data) as postgres, psycopg.connect(postgres.urls.owner) as owner:
        owner.execute("CREATE TABLE kept_over_stops (a int)")


def test_two_ctrl_c_stop_everything_once_and_lose_nothing(first: RunningJoey) -> None:
    again = RunningJoey(first.data).start()
    postgres = EmbeddedPostgres(first.data)
    with psycopg.connect(postgres.urls.owner) as owner:
        owner.execute("INSERT INTO kept_over_stops VALUES (1)")

    code = again.interrupt(times=2)

    assert code == 0
    assert "Traceback" not in again.says()
    assert postgres.pid() is None
    assert "database system is shut down" in postgres.log.read_text().splitlines()[-1]
    assert not (first.data / "instance.json").exists()
    with postgres, psycopg.connect(postgres.urls.app) as app:
        assert app.execute("SELECT a FROM kept_over_stops").fetchall() == [(1,)]


def test_sync_says_that_the_marketplaces_of_a_stopped_demo_do_not_answer(first: RunningJoey) -> None:
    said = joey("sync", "--data", str(first.data))

    assert (said.returncode, "answer only while Joey runs" in said.stderr) == (1, True), said.stdout + said.stderr


def test_ctrl_c_while_starting_leaves_a_folder_that_starts(tmp_path: Path) -> None:
    interrupted = RunningJoey(tmp_path / "data", "--no-demo")
    interrupted.launch()
    until(lambda: "database" in interrupted.says(), "the database")

    assert interrupted.interrupt() == 0

    again = joey("migrate", "--data", str(tmp_path / "data"))
    assert (again.returncode, again.stderr) == (0, "")
    EmbeddedPostgres(tmp_path / "data").remove()


def _children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split() if _serves(int(child))]


def _serves(pid: int) -> bool:
    try:
        return b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
