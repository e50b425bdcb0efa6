"""`joey import` as a person types it: a report, a file of refused rows, sentences instead of tracebacks."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from joey.cli.cli import main
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.marketplaces.imported import feeds
from tests.catalog.imports import courses, everything, good, goods, offers, prove, written
from tests.database import empty_again
from tests.journeys.running import CHECKOUT

pytestmark = pytest.mark.usefixtures("committed_db", "in_a_folder_of_its_own")


REFUSED = Path("refused/jd/goods.refused.csv")  # in the data folder, which is the current one here


def run(*arguments: str | Path) -> Result:
    """One `joey import` in this process, on the tests' database."""
    return CliRunner().invoke(main, ["import", *map(str, arguments)], catch_exceptions=False)


def test_a_file_is_taken_in_and_its_report_says_what_became_of_every_row(tmp_path: Path) -> None:
    file = written(tmp_path, goods(good(1), good(2, "x"), good(3)))

    said = run(file, "--marketplace", "jd", "--report", "out.json")

    assert said.exit_code == 0
    assert (
        "Rows accepted: 2, of which 2 changed something (new offers: 2) and 0 changed nothing. Refused: 1."
        in said.stdout
    )
    assert "row 3, price: This is not an amount" in said.stderr
    assert "goods.refused.csv: fix them there" in said.stderr
    reason = "This is not an amount Joey can read. Write digits and a point, like 19.90."
    assert json.loads(Path("out.json").read_text()) == {
        "accepted": 2, "changed": 2, "unchanged": 0, "refused": 1,
        "rows": [{"row": 3, "field": "price", "reason": reason}],
    }  # fmt: skip
    assert REFUSED.read_text().splitlines()[0].startswith("joey_row,joey_field,joey_reason,id,")
    assert set(offers()) == {"1", "3"}


def test_the_fixed_rows_are_imported_in_the_same_way(tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text('[columns]\nprice = { column = "price", unit = "fen" }\n')
    run(written(tmp_path, goods(good(1, "100"), good(2, "x"))), "--marketplace", "jd", "--mapping", mapping)
    kept = REFUSED
    kept.write_text(kept.read_text().replace(",x,", ",250,"))

    said = run(kept, "--marketplace", "jd", "--mapping", mapping)

    assert said.exit_code == 0
    assert {name: offer["now_minor"] for name, offer in offers().items()} == {"1": 100, "2": 250}


@pytest.mark.parametrize(
    ("text", "options", "sentence", "row"),
    [
        (goods(good(1), "2,short").rstrip(), (), "too few cells", 3),
        (goods(good(1)), ("--format", "docx"), "Joey reads csv, tsv, jsonl, xml.", 0),
        ("<rss>", ("--full",), "not well-formed", 1),
    ],
)
def test_a_file_that_is_refused_changes_nothing_and_says_why_in_one_sentence(
    text: str, options: tuple[str, ...], sentence: str, row: int, tmp_path: Path
) -> None:
    said = run(written(tmp_path, text), "--marketplace", "jd", "--report", "out.json", *options)

    assert said.exit_code == 1
    assert sentence in said.stderr
    assert "Traceback" not in said.stderr
    report = json.loads(Path("out.json").read_text())
    assert (report["accepted"], report["changed"], report["unchanged"], report["refused"]) == (0, 0, 0, 0)
    assert report["rows"][0]["row"] == row
    assert sentence in report["rows"][0]["reason"]
    assert everything() == []
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["goods.csv", "out.json"]


def test_a_file_of_nothing_but_refused_rows_is_a_failure(tmp_path: Path) -> None:
    said = run(written(tmp_path, goods(good(1, "x"))), "--marketplace", "jd")

    assert said.exit_code == 1
    assert "Rows accepted: 0" in said.stdout


def test_too_many_missing_says_the_numbers(tmp_path: Path) -> None:
    run(written(tmp_path, goods(*map(good, range(10)))), "--marketplace", "jd")

    said = run(written(tmp_path, goods(*map(good, range(5)))), "--marketplace", "jd", "--full")

    assert said.exit_code == 1
    assert "5 of 10 offers are missing" in said.stderr
    assert len([offer for offer in offers().values() if offer["withdrawn_at"] is None]) == 10


def test_a_feed_says_where_its_links_may_lead(tmp_path: Path) -> None:
    file = written(tmp_path, goods("1,a,https://shop.example/1,1.00,CNY"))

    said = run(file, "--marketplace", "feed:shop", "--refused", "elsewhere.csv")

    assert "Links of feed:shop may lead to shop.example." in said.stdout
    assert feeds()["feed:shop"].hosts == {"shop.example"}


def _big(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        file.write("id,title,url,price,currency,brand,seller\n")
        for n in range(rows):
            title, url = f"保温杯 第{n}款 不锈钢", f"https://item.jd.com/{n}.html"
            file.write(f"{n},{title},{url},{n % 900 + 1}.00,CNY,牌{n % 99},店{n % 999}\n")
    return path


def _started(file: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "joey.cli.cli", "import", str(file), "--marketplace", "jd", *options]
    return subprocess.Popen(
        command, cwd=CHECKOUT, env=os.environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_file_of_any_size_takes_the_same_memory(tmp_path: Path) -> None:
    peaks = []
    for rows in (30_000, 300_000):
        process = _started(_big(tmp_path / "big.csv", rows), "--refused", str(tmp_path / "kept"))
        peak = 0
        while process.poll() is None:
            try:
                status = Path(f"/proc/{process.pid}/status").read_text()
            except FileNotFoundError:
                break
            peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))])
            time.sleep(0.02)
        said, trouble = process.communicate(timeout=600)
        assert process.returncode == 0, trouble
        assert f"Rows accepted: {rows:,}" in said
        assert "rows/s" in trouble
        peaks.append(peak)

    assert peaks[1] < peaks[0] + 15_000, peaks  # kB


@pytest.mark.long
@pytest.mark.timeout(900)
def test_killed_at_any_moment_and_run_again_it_comes_to_one_clean_run(
    tmp_path: Path, committed_db: EmbeddedPostgres
) -> None:
    rows = 20_000
    file = _big(tmp_path / "big.csv", rows)
    clean = _started(file, "--refused", str(tmp_path / "kept"))
    began = time.monotonic()
    clean.communicate(timeout=600)
    whole = time.monotonic() - began
    wanted = _without_times()
    assert len(wanted) == rows

    for part in (0.4, 0.6, 0.75, 0.9, 0.97):
        empty_again(committed_db)
        process = _started(file, "--refused", str(tmp_path / "kept"))
        time.sleep(whole * part)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert len(_without_times()) in (0, rows)  # all or nothing
        again = _started(file, "--refused", str(tmp_path / "kept"))
        _said, trouble = again.communicate(timeout=600)
        assert again.returncode == 0, trouble
        assert _without_times() == wanted
        assert {len(course) for course in courses().values()} == {1}
        prove()


def _without_times() -> dict[str, dict[str, object]]:
    left_out = ("id", "seq", "as_of", "expires_at", "rates_since")
    return {
        name: {column: value for column, value in offer.items() if column not in left_out}
        for name, offer in offers().items()
    }
