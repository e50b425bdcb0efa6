"""Counting in several processes: a scrape adds all of them up, and an ended one takes nothing with it."""

import os
import subprocess
import sys
from pathlib import Path

from joey.edge.answer import WORDS
from joey.kit.worker_counts import PAGE_HITS, QUEUED, REFUSALS, WorkerCounts

WORKER = """
import sys
from pathlib import Path
from joey.kit.worker_counts import PAGE_HITS, QUEUED, counts
counts.add(PAGE_HITS, 3)
counts.share(Path(sys.argv[1]))
counts.add(PAGE_HITS, 4)
counts.values[QUEUED] = 5
print("counted", flush=True)
sys.stdin.read()
"""


def worker(folder: Path) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"counted\n"
    return process


def test_a_scrape_adds_up_all_processes(tmp_path: Path) -> None:
    here = WorkerCounts()
    here.share(tmp_path)
    here.add(PAGE_HITS, 10)

    with worker(tmp_path) as one, worker(tmp_path) as other:
        running = here.total(tmp_path)
        one.kill()
        other.kill()
        one.wait()
        other.wait()
    ended = here.total(tmp_path)

    assert (running["page_hits"], running["queued"]) == (24, 10)
    assert (ended["page_hits"], ended["queued"]) == (24, 0), "counters stay, a queue ends with its process"


def test_the_next_process_keeps_what_ended_ones_counted_in_one_file(tmp_path: Path) -> None:
    for _round in range(3):
        with worker(tmp_path) as process:
            process.kill()
            process.wait()
    here = WorkerCounts()
    here.share(tmp_path)

    assert here.total(tmp_path)["page_hits"] == 21
    assert {path.name for path in tmp_path.iterdir()} == {"ended", "lock", str(os.getpid())}


def test_a_folder_that_cannot_be_written_leaves_the_counts_of_this_process(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    here = WorkerCounts()
    here.share(tmp_path / "file")
    here.add(PAGE_HITS)

    assert here.total(tmp_path / "file")["page_hits"] == 1


def test_commits_are_counted_by_how_long_they_took(tmp_path: Path) -> None:
    here = WorkerCounts()
    for seconds in (0.001, 0.002, 0.003, 5.0):
        here.add_commit(seconds, rows=2)

    total = here.total(tmp_path)

    assert (total["commits"], total["clicks_recorded"]) == (4, 8)
    assert (total["commits_up_to_0.002"], total["commits_up_to_0.005"], total["commits_up_to_more"]) == (2, 1, 1)


def test_every_page_that_turns_a_visitor_down_is_counted() -> None:
    assert all(set(REFUSALS) == set(words) for words in WORDS.values())
    assert QUEUED >= 0
