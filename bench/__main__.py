"""`make bench`: run each benchmark beside its baseline, print a table of ratios, keep the JSON.

A run that does not count is printed with the reason and marked INVALID; being slow is no error.
"""

import argparse
import os
import platform
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.apart import measured_apart
from bench.load import write_down

BENCHMARKS = ("order_lines", "order_reports", "redirect", "shop_page", "import_offers", "search", "same_item", "start")
RESULTS = Path(__file__).parent / "results"
ROUNDS = 3
SHORT = "short runs, for writing a benchmark only"


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all. 1 when one of them broke."""
    options = _read(arguments)
    if options.short:
        os.environ["JOEY_BENCH_SHORT"] = "1"
    rounds = options.rounds or (1 if options.short else ROUNDS)
    broken = 0
    print(heading())
    for name in options.names or BENCHMARKS:
        try:
            found = measured_apart(f"bench.{name}", rounds)
        except Exception:  # noqa: BLE001 -- the others are measured all the same, and the exit code tells
            traceback.print_exc()
            print(f"{name}: BROKE OFF, see above", flush=True)
            broken += 1
            continue
        for result in found if isinstance(found, list) else [found]:
            judged = {**result, "invalid": why_invalid(result, rounds=rounds, short=options.short)}
            print("\n".join(lines_of(judged)), flush=True)
            now = datetime.now(UTC)
            kept = {"at": now.strftime("%Y%m%dT%H%M%SZ"), "machine": _machine(), "rounds": rounds, **judged}
            write_down(RESULTS, name, now.strftime("%Y%m%dT%H%M%S%fZ"), kept)
    return 1 if broken else 0


def why_invalid(result: Mapping[str, Any], *, rounds: int, short: bool) -> list[str]:
    """The result's own reasons, and those that lie in how it was run."""
    own = result.get("invalid") or []
    found = [own] if isinstance(own, str) else list(own)
    if short:
        found.append(SHORT)
    if rounds < ROUNDS:
        found.append(f"{rounds} of {ROUNDS} rounds")
    return found


def heading() -> str:
    return f"{'work':<96} {'ratio':>7} {'spread':>15} {'aim':>6}"


def lines_of(result: Mapping[str, Any]) -> list[str]:
    """A line of the table, and one more for each reason why it does not count."""
    ratio = "–" if result["ratio"] is None else f"{result['ratio']:.3f}"
    spread = f"{result['spread'][0]:.3f}–{result['spread'][1]:.3f}" if result["spread"] else "–"
    lines = [f"{result['work']:<96} {ratio:>7} {spread:>15} {result['aim']:>6}"]
    lines += [f"    INVALID: {why}" for why in result["invalid"]]
    return lines


def _machine() -> dict[str, Any]:
    return {"python": platform.python_version(), "cores": os.cpu_count(), "machine": platform.machine()}


def _read(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(BENCHMARKS)}; all when none is named")
    parser.add_argument("--short", action="store_true", help="seconds instead of minutes; the results do not count")
    parser.add_argument("--rounds", type=int, default=0, help=f"default {ROUNDS}")
    options = parser.parse_args(arguments)
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
