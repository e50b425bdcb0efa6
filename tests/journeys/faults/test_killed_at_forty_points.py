"""`kill -9` of a real process at forty points of earn, return, payout and answer changes nothing once it ran again.

`make test` takes every eighth of the points, `make test-long` all.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connections

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from tests.cast import ada, leased, lulus_shop, meis_shop
from tests.database import empty_again
from tests.payouts.stage import LONG_AGO, ready_payee, second_operator
from tests.proof import prove
from tests.sandbox.conftest import running_sandbox

POINTS = 40
ROOT = Path(__file__).resolve().parents[3]
Run = Callable[[int], dict[str, Any]]

# Everything that a reader of the books sees, without ids and times of recording.
BOOKS = {
    "balances": "SELECT s.slug, a.kind, a.currency, a.balance_minor FROM ledger_account a"
    " LEFT JOIN shops_shop s ON s.id = a.book_id WHERE a.balance_minor <> 0",
    "journals": "SELECT s.slug, j.kind, CASE WHEN j.kind ~ '^payout' THEN NULL ELSE j.happened_at::date END,"
    " (SELECT sum(p.amount_minor) FROM ledger_posting p"
    " WHERE p.journal_id = j.id) FROM ledger_journal j LEFT JOIN shops_shop s ON s.id = j.book_id",
    "lines": "SELECT external_order, state, held, commission_minor, returned_commission_minor FROM orders_orderline",
    "commissions": "SELECT l.external_order, c.base_minor, c.amount_minor, c.payable_on FROM commissions_commission c"
    " JOIN orders_orderline l ON l.id = c.order_line_id",
    "payouts": "SELECT s.slug, p.amount_minor, p.state FROM payouts_payout p JOIN shops_shop s ON s.id = p.shop_id",
    "events": "SELECT kind, count(*) FROM record_event GROUP BY kind",
}


def books() -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(sql.tuples(query), key=repr) for name, query in BOOKS.items()}


def transfers(bank: str) -> list[tuple[Any, ...]]:
    """What really left the bank, with how often."""
    found = httpx.get(f"{bank}/control/bank/transfers", trust_env=False).json()["items"]
    return [(each["transfer"], each["account"], each["amount_minor"], each["times_paid"]) for each in found]


@pytest.mark.long
@pytest.mark.timeout(900)
def test_killed_at_any_point_and_run_again_it_is_as_if_never_killed(
    committed_db: EmbeddedPostgres, tmp_path: Path
) -> None:
    with running_sandbox(tmp_path) as sandbox, process(sandbox.url, tmp_path) as run:
        bank = sandbox.url
        set_out(committed_db)
        whole = run(0)
        left = [each[1:] for each in transfers(bank)]
        right = books()
        prove()
        run(0)
        assert (books(), [each[1:] for each in transfers(bank)]) == (right, left), "a second run changed something"
        assert left, "nothing was paid"

        for point in spread(whole["count"], whole["calls"]):
            set_out(committed_db)
            before = set(transfers(bank))
            killed = run(point)
            assert killed["signal"] == signal.SIGKILL, f"point {point} was never reached"
            run(0)

            now_left = [each[1:] for each in transfers(bank) if each not in before]
            assert sorted(now_left) == sorted(left), f"killed at point {point}: the bank paid otherwise"
            assert books() == right, f"killed at point {point}: other books"
            prove()


def spread(count: int, calls: list[int]) -> list[int]:
    """Before and after each call of the bank, and the rest evenly over all other points."""
    evenly = POINTS - len(set(calls))
    assert evenly > POINTS // 2, "the run calls the bank more often than this test expects"
    others = [point for point in range(1, count + 1) if point not in calls]
    points = sorted({*calls, *(others[number * len(others) // evenly] for number in range(evenly))})
    assert len(points) == POINTS
    return points


def set_out(postgres: EmbeddedPostgres) -> None:
    """Empty tables, then Mei's and Lulu's shops and two operators; nothing is earned yet."""
    close_all()
    empty_again(postgres)
    ready_payee(meis_shop())
    ready_payee(lulus_shop(), account_number="6222020200110030000", bank_code="")  # the bank rejects these
    leased(meis_shop(), "110000000001", since=LONG_AGO)
    leased(lulus_shop(), "110000000002", since=LONG_AGO)
    ada()
    second_operator()
    close_all()


def close_all() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close()


@contextmanager
def process(bank: str, folder: Path) -> Iterator[Run]:
    """Joey, loaded once; each call makes the run in a process of its own."""
    rails = folder / "rails.json"
    rails.write_text(json.dumps({"bank": httpx.get(f"{bank}/control/marketplaces", trust_env=False).json()["bank"]}))
    rails.chmod(0o600)
    settings = {"JOEY_RAILS": str(rails), "DJANGO_SETTINGS_MODULE": "joey.site.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.journeys.faults.one_run", bank]
    with (folder / "run.log").open("wb") as log:
        started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
                                   env=os.environ | settings, cwd=ROOT)  # fmt: skip

        def run(point: int) -> dict[str, Any]:
            assert started.stdin
            assert started.stdout
            started.stdin.write(f"{point}\n")
            started.stdin.flush()
            said: dict[str, Any] = {}
            while "signal" not in said:
                line = started.stdout.readline()
                assert line, (folder / "run.log").read_text()
                said |= json.loads(line)
            assert said["code"] == 0, (folder / "run.log").read_text()[-3000:]
            return said

        try:
            yield run
        finally:
            started.communicate(timeout=20)
