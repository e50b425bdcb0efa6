"""`make bench`: run each benchmark beside its baseline, print a table of ratios, keep the JSON."""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

BENCHMARKS = ("order_lines", "same_item")
RESULTS = Path(__file__).parent / "results"


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all."""
    RESULTS.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "machine": platform.machine()}
    print(f"{'work':<82} {'ratio':>6} {'spread':>13} {'aim':>5}")
    for name in names or BENCHMARKS:
        result = import_module(f"bench.{name}").main()
        spread = f"{result['spread'][0]}–{result['spread'][1]}"
        print(f"{result['work']:<82} {result['ratio']:>6} {spread:>13} {result['aim']:>5}", flush=True)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        kept = {"at": stamp, "machine": machine, **result}
        (RESULTS / f"{name}-{stamp}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
