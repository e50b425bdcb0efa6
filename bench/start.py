"""`joey up` on a filled instance that was started before: seconds until a page answers, and what it holds when idle."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import load, servers
from bench.load import Load
from bench.servers import REDIRECT, ask, free_port

AIM_SECONDS, AIM_MB = 5.0, 300.0
SETTLES = 75.0  # seconds from the first page until it counts as idle: each job of every minute ran once
FIRST_START = 300.0


def main(rounds: int = 3) -> list[dict[str, Any]]:
    """Ratio aim ÷ measured of both, so that 1 is the aim and more is better."""
    data = Path(tempfile.mkdtemp(prefix="joey-bench-start-"))
    settles = 3.0 if os.environ.get("JOEY_BENCH_SHORT") else SETTLES
    seconds: list[float] = []
    megabytes: list[float] = []
    try:
        ports = free_port(), free_port()
        with _up(data, ports, FIRST_START):
            pass  # made, filled, stopped
        for _round in range(rounds):
            with _up(data, ports, 60.0) as (process, took):
                seconds.append(took)
                for path in ("/", "/s/mei"):
                    assert ask(f"http://127.0.0.1:{ports[0]}{path}").status == 200
                time.sleep(settles)
                megabytes.append(_megabytes(process.pid))
        busy = _nginx_302()
    finally:
        from joey.instance.postgres.embedded_postgres import EmbeddedPostgres

        EmbeddedPostgres(data).remove()
        shutil.rmtree(data, ignore_errors=True)
    invalid = load.reasons(nginx_302=busy)
    if settles < SETTLES:
        invalid.append(f"idle for {settles:.0f} s only")
    return [
        {
            "work": f"start of `joey up`, filled before, until a page answers: {AIM_SECONDS:.0f} s ÷ seconds",
            **load.ratio_and_spread([AIM_SECONDS / each for each in seconds]),
            "aim": 1.0,
            "invalid": invalid,
            "seconds": [round(each, 2) for each in seconds],
        },
        {
            "work": f"idle memory of all its processes (PSS): {AIM_MB:.0f} MB ÷ MB",
            **load.ratio_and_spread([AIM_MB / each for each in megabytes]),
            "aim": 1.0,
            "invalid": invalid,
            "megabytes": [round(each, 1) for each in megabytes],
        },
    ]


@contextmanager
def _up(data: Path, ports: tuple[int, int], within: float) -> Iterator[tuple["subprocess.Popen[bytes]", float]]:
    """`joey up` in its folder until the block ends, and the seconds until the shop's page answered."""
    command = [sys.executable, "-m", "joey.cli.cli", "up", "--data", str(data)]
    command += ["--port", str(ports[0]), "--sandbox-port", str(ports[1])]
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        page = f"http://127.0.0.1:{ports[0]}/s/mei"
        while not _answers(page):
            assert process.poll() is None, "joey up ended"
            assert time.monotonic() - began < within, "joey up does not answer"
            time.sleep(0.02)
        took = time.monotonic() - began
        while b'"ready": true' not in (data / "instance.json").read_bytes():
            time.sleep(0.05)
        yield process, took
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(60)
        process.kill()
        process.wait()


def _answers(page: str) -> bool:
    try:
        return ask(page).status == 200
    except OSError:
        return False


def _megabytes(root: int) -> float:
    """The proportional set size of a process and all that descend from it: shared pages are counted once."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    family = {root}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    kilobytes = 0
    for each in family:
        with contextlib.suppress(OSError):
            rolled = Path(f"/proc/{each}/smaps_rollup").read_text()
            kilobytes += sum(int(line.split()[1]) for line in rolled.splitlines() if line.startswith("Pss:"))
    return kilobytes / 1024


def _nginx_302() -> list[load.Measured]:
    if load.missing_programs():
        return []
    with servers.nginx() as nginx:
        return [Load().on(nginx + REDIRECT)]
