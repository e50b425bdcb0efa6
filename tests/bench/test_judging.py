"""What `make bench` says of a run: figures read right, and nothing counted that must not count."""

import os
from pathlib import Path

import pytest

from bench import load
from bench.__main__ import lines_of, why_invalid
from bench.apart import measured_apart
from bench.load import Measured

SAID = (
    "Running 11s test @ http://127.0.0.1:1/302\n"
    'JOEY {"requests": 1000, "microseconds": 11000000, "bytes": 340, "refused": 0, "broken": 0,'
    ' "p50_ms": 1.021, "p90_ms": 3.639, "p99_ms": 11.659, "most_ms": 29.936}\n'
)


def measured(per_second: float = 50_000, seconds: float = 11.0, refused: int = 0, broken: int = 0) -> Measured:
    return Measured(round(per_second * seconds), seconds, 1, refused, broken, 1.0, 2.0, 3.0, 4.0)


def test_figures_are_read_from_what_wrk_printed() -> None:
    found = load.read_report(SAID)

    assert (found.requests, found.seconds, found.p99_ms) == (1000, 11.0, 11.659)
    assert round(found.per_second, 2) == 90.91


def test_a_wrk_that_could_not_connect_is_an_error_and_not_a_zero() -> None:
    with pytest.raises(ValueError, match="unable to connect"):
        load.read_report("", "unable to connect to 127.0.0.1:1 Connection refused\n")


def test_a_ratio_is_taken_round_by_round_and_printed_with_its_spread() -> None:
    result = load.result(
        "work",
        ours=[measured(20_000), measured(30_000), measured(10_000)],
        base=[measured(40_000), measured(40_000), measured(40_000)],
        aim=0.5,
    )

    assert (result["ratio"], result["spread"], result["invalid"]) == (0.5, [0.25, 0.75], [])


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"measured": [measured(seconds=9.9)]}, "under 10 s"),
        ({"measured": [measured()], "nginx_302": [measured(seconds=2)]}, "under 10 s"),
        ({"rows": 999_999}, "under 1,000,000"),
        ({"measured": [measured(refused=1)]}, "1 answers with an error status"),
        ({"measured": [measured(broken=3)]}, "3 that broke off"),
        ({"measured": [measured(0)]}, "without a single answer"),
        ({"nginx_302": [measured(39_000), measured(39_000), measured(90_000)]}, "nginx at 39,000/s"),
    ],
)
def test_a_run_that_does_not_count_says_why(what: dict[str, object], said: str) -> None:
    found = load.reasons(**what)  # type: ignore[arg-type]

    assert len(found) == 1
    assert said in found[0]


def test_a_run_that_counts_has_no_reason() -> None:
    assert load.reasons(measured=[measured()], nginx_302=[measured(40_000)], rows=1_000_000) == []


def test_too_few_rounds_and_short_runs_do_not_count_whatever_the_benchmark_says() -> None:
    assert why_invalid({"invalid": []}, rounds=3, short=False) == []
    assert len(why_invalid({}, rounds=1, short=True)) == 2
    assert why_invalid({"invalid": "machine on fire"}, rounds=3, short=False) == ["machine on fire"]


def test_an_invalid_result_is_printed_with_its_reason_and_not_hidden() -> None:
    result = {"work": "shop page", "ratio": 0.7, "spread": [0.6, 0.8], "aim": 0.5, "invalid": ["why"]}

    lines = lines_of(result)

    assert "0.700" in lines[0]
    assert lines[1].strip() == "INVALID: why"


def test_what_could_not_be_measured_names_the_missing_package() -> None:
    result = load.not_measured("shop page", 0.5, load.say_missing(["nginx"]))

    assert "INVALID: not measured: nginx not installed (apt-get install nginx-light)" in "\n".join(lines_of(result))


def test_each_benchmark_gets_a_process_of_its_own_and_what_it_raises_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bench_of_this_test.py").write_text(
        "import os\n\ndef main(rounds):\n    assert rounds, 'no rounds'\n    return os.getpid(), rounds\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    (one, rounds), (other, _rounds) = (measured_apart("bench_of_this_test", 3) for _time in range(2))

    assert len({one, other, os.getpid()}) == 3
    assert rounds == 3
    with pytest.raises(AssertionError, match="no rounds"):
        measured_apart("bench_of_this_test", 0)
