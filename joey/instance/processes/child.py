"""One process that `joey up` keeps alive: started, watched, restarted when it dies, stopped with all its children."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import joey
from joey.instance.processes.stop_with_parent import StopWithParent

RESTART_SECONDS, MAX_RESTART_SECONDS = 0.5, 10.0  # doubled at each failure in a row
SETTLED_SECONDS = 60.0  # alive so long, earlier failures are forgotten


class Child:
    """A named process with its log file; it leads a process group of its own."""

    def __init__(self, name: str, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.command = command
        self.environment = dict(environment)
        self.log = log
        self.failures = 0
        self.started_at = 0.0
        self.start_again_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; it receives a signal to stop when this one dies."""
        self.started_at = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=Path(next(iter(joey.__path__))).parent,
                env=self.environment,
                start_new_session=True,  # Ctrl-C at the terminal is for `joey up`, which stops all in order
                preexec_fn=StopWithParent(signal.SIGTERM),
            )

    @property
    def pid(self) -> int:
        """The running process's id, 0 when none runs."""
        return self.process.pid if self.process and self.process.poll() is None else 0

    def died(self) -> str | None:
        """Say how the process ended, once, and plan the next start; None while it runs or waits."""
        if self.process is None or self.process.poll() is None:
            return None
        code = self.process.returncode
        self._end_group()
        self.process = None
        alive = time.monotonic() - self.started_at
        self.failures = 0 if alive > SETTLED_SECONDS else self.failures
        self.start_again_at = time.monotonic() + min(MAX_RESTART_SECONDS, RESTART_SECONDS * 2**self.failures)
        self.failures += 1
        return f"killed by signal {-code}" if code < 0 else f"ended with code {code}"

    def due(self) -> bool:
        """Say whether it is time to start again."""
        return self.process is None and time.monotonic() >= self.start_again_at

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)

    def wait_stopped(self, seconds: float) -> None:
        """Wait for the end, and end what is left of the group by force."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self._end_group()
        self.process.wait()
        self.process = None

    def last_words(self) -> str:
        """Return the last line of the log, for a sentence about what went wrong."""
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        return lines[-1].strip() if lines else "it wrote nothing"

    def _end_group(self) -> None:
        # A web server's workers outlive a killed parent and would keep its port.
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def end_leftovers(data: Path, groups: list[int]) -> int:
    """End processes that a killed `joey up` of this folder left behind, and return how many there were.

    A group id may have been reused since, so the process's own environment has to name the folder.
    """
    ended = 0
    marker = f"JOEY_DATA={data}".encode()
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            pid = int(proc.name)
            if os.getpgid(pid) in groups and marker in (proc / "environ").read_bytes().split(b"\0"):
                os.kill(pid, signal.SIGKILL)
                ended += 1
        except OSError:
            continue
    return ended
