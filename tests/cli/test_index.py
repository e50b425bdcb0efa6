"""The index as a command, and the worker that keeps it up to date without loading what it needs for it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_django import Settings

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.search import folder
from joey.catalog.search.follow import catch_up, is_behind
from joey.catalog.search.read_index import searcher
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from tests.catalog.offers import NOW, many
from tests.catalog.search.goods import MARKETPLACES
from tests.journeys.running import CHECKOUT, until

CATCH_UP = """
import django
django.setup()
from joey.catalog.search.follow import catch_up
print(catch_up(wait=False))
"""


@pytest.fixture
def deployed(committed_db: EmbeddedPostgres, tmp_path: Path, settings: Settings) -> dict[str, str]:
    """The environment of a deployment with a data folder of its own and the tests' database."""
    accounts = tmp_path / "accounts.json"
    accounts.touch(mode=0o600)
    accounts.write_text(json.dumps(MARKETPLACES))
    settings.DATA, settings.JOEY_MARKETPLACES = tmp_path, MARKETPLACES
    return {
        "DATABASE_URL": committed_db.urls.app,
        "JOEY_DATA": str(tmp_path),
        "JOEY_URL": "http://localhost:8000",
        "JOEY_MARKETPLACES": str(accounts),
    }


def run(deployed: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "joey.cli.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=CHECKOUT, env=os.environ | deployed)


@contextmanager
def worker(deployed: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "joey.cli.cli", "work"],
            stdout=said, stderr=said, cwd=CHECKOUT, env=os.environ | deployed,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


@pytest.mark.long
def test_status_says_what_is_there_and_rebuild_builds_it(deployed: dict[str, str]) -> None:
    take_offers(many(12), now=NOW)

    nothing = run(deployed, "index", "status")
    built = run(deployed, "index", "rebuild")
    take_offers(many(15), now=NOW)
    status = run(deployed, "index", "status")

    assert nothing.returncode == 1
    assert "There is no search index here" in nothing.stderr
    assert built.stdout.startswith("The search index was built from 12 offers")
    assert "12 offers can be found; 3 changed since" in status.stdout


@pytest.mark.long
def test_the_worker_follows_by_a_process_of_its_own_and_stays_small(deployed: dict[str, str], tmp_path: Path) -> None:
    with worker(deployed, tmp_path / "worker.log") as process:
        until(lambda: folder.current() is not None, "an index of nothing", 90)
        take_offers(many(7), now=NOW)
        until(lambda: searcher().num_docs == 7, "the new offers in the index", 90)
        take_offers(many(9), now=NOW)
        until(lambda: searcher().num_docs == 9 and not is_behind(), "more of them", 90)

        loaded = Path(f"/proc/{process.pid}/maps").read_text()
        assert "rjieba" not in loaded
        assert "tantivy" not in loaded


def test_a_worker_beside_another_follower_lets_it_write(deployed: dict[str, str]) -> None:
    catch_up()
    take_offers(many(3), now=NOW)

    with folder.exclusive(folder.WRITING, wait=False) as mine:
        assert mine
        environment = os.environ | deployed | {"DJANGO_SETTINGS_MODULE": "joey.site.settings"}
        command = [sys.executable, "-c", CATCH_UP]
        other = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=90)

    assert other.stdout == "0\n"
    assert searcher().num_docs == 0
    assert catch_up() == 3
