"""Load from wrk, the same for baseline and Joey in turn; and when such a run does not count.

Machines drift, so a figure is a ratio of two runs made side by side, printed with its spread.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

LEAST_SECONDS = 10.0
LEAST_ROWS = 1_000_000
LEAST_NGINX_302 = 40_000  # requests/s: below it the machine is busy with something else
PROGRAMS = {"wrk": "wrk", "nginx": "nginx-light"}  # program: Debian's package

# wrk hands its figures to `done`; status errors are answers of 400 and above.
_REPORT = """
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\\nJOEY {"requests": %d, "microseconds": %d, "bytes": %d, "refused": %d, "broken": %d,'
    .. ' "p50_ms": %.3f, "p90_ms": %.3f, "p99_ms": %.3f, "most_ms": %.3f}\\n',
    summary.requests, summary.duration, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(90) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
"""


@dataclass(frozen=True)
class Measured:
    """What one run of wrk saw."""

    requests: int
    seconds: float
    bytes: int
    refused: int  # answers with a status of 400 or above
    broken: int  # connections, reads, writes that failed, and what took longer than wrk waits
    p50_ms: float
    p90_ms: float
    p99_ms: float
    most_ms: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Load:
    """How hard wrk presses. `script` is Lua that may define `request` (and `init`); `headers` go with each request."""

    seconds: float = field(default_factory=lambda: seconds_of_a_run())
    connections: int = 64
    threads: int = min(2, os.cpu_count() or 1)
    warm_up: float = field(default_factory=lambda: min(2.0, seconds_of_a_run()))
    script: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def on(self, url: str) -> Measured:
        """Warm up, then measure."""
        if self.warm_up:
            self._run(url, self.warm_up)
        return self._run(url, self.seconds)

    def _run(self, url: str, seconds: float) -> Measured:
        with tempfile.NamedTemporaryFile("w", suffix=".lua") as lua:
            lua.write(self.script + _REPORT)
            lua.flush()
            command = ["wrk", f"-t{self.threads}", f"-c{self.connections}", f"-d{max(1, round(seconds))}s"]
            command += ["-s", lua.name, *(f"-H{name}: {value}" for name, value in self.headers.items()), url]
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
        return read_report(done.stdout, done.stderr)


def seconds_of_a_run() -> float:
    """Long enough to count, or short while a benchmark is being written (`--short`), which then does not count."""
    return 2.0 if os.environ.get("JOEY_BENCH_SHORT") else LEAST_SECONDS + 1


def read_report(out: str, err: str = "") -> Measured:
    """What wrk's `done` printed. Raises ValueError with wrk's own words when it printed nothing."""
    line = next((line for line in out.splitlines() if line.startswith("JOEY ")), None)
    if line is None:
        raise ValueError(f"wrk gave no figures: {(err.strip() or out.strip())[-300:]}")
    found = json.loads(line.removeprefix("JOEY "))
    return Measured(seconds=found.pop("microseconds") / 1e6, **found)


def in_turn(runs: Mapping[str, Callable[[], Measured]], rounds: int) -> dict[str, list[Measured]]:
    """Each of the runs once a round, one after the other, so that what slows the machine slows all of them."""
    seen: dict[str, list[Measured]] = {name: [] for name in runs}
    for _round in range(rounds):
        for name, run in runs.items():
            seen[name].append(run())
    return seen


def result(
    work: str,
    *,
    ours: Sequence[Measured],
    base: Sequence[Measured],
    aim: float,
    nginx_302: Sequence[Measured] = (),
    rows: int | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The ratio ours ÷ base in requests a second, round by round: median and spread, the raw figures, and `invalid`."""
    ratios = [a.per_second / b.per_second for a, b in zip(ours, base, strict=True)]
    return {
        "work": work,
        **ratio_and_spread(ratios),
        "aim": aim,
        "invalid": reasons(measured=[*ours, *base], nginx_302=nginx_302, rows=rows),
        "joey_per_second": [round(each.per_second) for each in ours],
        "base_per_second": [round(each.per_second) for each in base],
        "nginx_302_per_second": [round(each.per_second) for each in nginx_302],
        "joey_p99_ms": [each.p99_ms for each in ours],
        "runs": {"joey": [asdict(each) for each in ours], "base": [asdict(each) for each in base]},
        **more,
    }


def ratio_and_spread(ratios: Sequence[float]) -> dict[str, Any]:
    """`ratio` and `spread` as every result has them."""
    return {"ratio": round(median(ratios), 3), "spread": [round(min(ratios), 3), round(max(ratios), 3)]}


def reasons(
    *, measured: Sequence[Measured] = (), nginx_302: Sequence[Measured] = (), rows: int | None = None
) -> list[str]:
    """Why these runs do not count; nothing when they do."""
    found = []
    shortest = min((each.seconds for each in [*measured, *nginx_302]), default=LEAST_SECONDS)
    if shortest < LEAST_SECONDS:
        found.append(f"a run of {shortest:.1f} s, under {LEAST_SECONDS:.0f} s")
    if rows is not None and rows < LEAST_ROWS:
        found.append(f"{rows:,} rows, under {LEAST_ROWS:,}")
    refused, broken = sum(each.refused for each in measured), sum(each.broken for each in measured)
    if refused or broken:
        found.append(f"{refused:,} answers with an error status, {broken:,} that broke off")
    if any(each.requests == 0 for each in measured):
        found.append("a run without a single answer")
    if nginx_302 and median(each.per_second for each in nginx_302) < LEAST_NGINX_302:
        slow = median(each.per_second for each in nginx_302)
        found.append(f"nginx at {slow:,.0f}/s on its bare 302, under {LEAST_NGINX_302:,}: the machine is busy")
    return found


def missing_programs() -> list[str]:
    """What of wrk and nginx is not installed here."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    return [name for name in PROGRAMS if shutil.which(name, path=path) is None]


def not_measured(work: str, aim: float, why: str) -> dict[str, Any]:
    """A result that says it is none."""
    return {"work": work, "ratio": None, "spread": None, "aim": aim, "invalid": [f"not measured: {why}"]}


def say_missing(missing: Sequence[str]) -> str:
    """A sentence that names what is missing and how to get it."""
    packages = " ".join(PROGRAMS[name] for name in missing)
    return f"{' and '.join(missing)} not installed (apt-get install {packages})"


def write_down(folder: Path, name: str, stamp: str, kept: Mapping[str, Any]) -> None:
    """Keep a result as JSON."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}-{stamp}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
