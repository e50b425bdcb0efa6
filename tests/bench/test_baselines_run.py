"""The baselines in SQL fill the tables as Joey does. They are measured too seldom to break where it is noticed.

So is the benchmark that reads a simulated marketplace, where every order has to be booked in the end.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.long
@pytest.mark.parametrize("name", ["order_reports", *sorted(path.stem for path in (ROOT / "bench").glob("*.sql"))])
def test_a_benchmark_still_runs_and_ends_as_its_baseline_does(name: str) -> None:
    few = {"JOEY_BENCH_SHORT": "1", "JOEY_BENCH_ROWS": "2000"}
    ran = subprocess.run(
        [sys.executable, "-c", f"from bench.{name} import main; print(main(1))"],
        cwd=ROOT, env={**os.environ, **few}, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert "ratio" in ran.stdout
