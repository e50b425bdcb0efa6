"""Whatever people, marketplaces, bank, operators, clock and crashes do, in any order, the books are those of the model.

The properties P1 to P9 of docs/money.md. The budget is time: half a minute with all tests, ten minutes in `make
test-long`; `JOEY_MACHINE_SECONDS` sets another. Each run tries other steps than the last. A failure prints its steps,
as few as could be found, is tried first next time, and says what to write above `class Machine` to repeat it elsewhere.
"""

import logging
import os
import time
from datetime import timedelta

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import engine
from hypothesis.stateful import run_state_machine_as_test
from pytest_django import Settings

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.payouts import sending_lock
from tests.properties.machine.bank import Bank
from tests.properties.machine.machine import Machine
from tests.properties.machine.world import TimeIsOver

SHORT, LONG = 30, 600
STEPS = 30
# Runs at once: fewer would be too many of the simplest run, which is always the first; of more than nine, Hypothesis
# makes most by changing one that it has tried, which finds less than new ones do.
AT_ONCE = 9
SHRINKING_SECONDS = 60


@pytest.fixture
def machine(committed_db: EmbeddedPostgres, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> type[Machine]:
    """The machine, with the database that it empties and the bank that takes the place of the network."""

    def connect(bank: Bank) -> None:
        settings.JOEY_RAILS = bank.settings
        monkeypatch.setattr("joey.kit.http_in_time._InTime", lambda *_, **__: httpx.MockTransport(bank.answer))

    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # it remarks on each connection that a crash broke
    monkeypatch.setattr(engine, "MAX_SHRINKING_SECONDS", SHRINKING_SECONDS)
    monkeypatch.setattr(sending_lock, "LEAVES_FOR", timedelta(0))  # the call of a process that died is over
    settings.JOEY_MARKETPLACES = {
        "taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {"app_key": "1", "app_secret": "2"}}
    }
    Machine.postgres, Machine.bank_settings = committed_db, staticmethod(connect)
    return Machine


def run_for(machine: type[Machine], seconds: float, *, prove_in: int) -> None:
    """Run after run, each with all of prove once in so many steps and at the end, until the time is over."""
    machine.prove_in = prove_in
    began = time.monotonic()
    machine.ends = began + float(os.environ.get("JOEY_MACHINE_SECONDS", seconds))
    try:
        while time.monotonic() < machine.ends:
            run_state_machine_as_test(machine, settings=_some())
    except TimeIsOver:
        assert machine.seen["files at the bank"], "no file ever reached the bank: its place was not taken"
    except BaseException as failure:
        failure.add_note(f"It was first seen after {machine.failed_at - began:.0f} seconds.")
        raise
    finally:
        print(dict(sorted(machine.seen.items())))


def _some() -> settings:
    return settings(
        max_examples=AT_ONCE,
        stateful_step_count=STEPS,
        derandomize=False,  # also where CI is set
        print_blob=True,
        report_multiple_bugs=False,
        phases=(Phase.reuse, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.timeout(600)
def test_for_half_a_minute_the_books_are_those_of_the_model(machine: type[Machine]) -> None:
    run_for(machine, SHORT, prove_in=STEPS)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_for_ten_minutes_the_books_are_those_of_the_model(machine: type[Machine]) -> None:
    run_for(machine, LONG, prove_in=STEPS // 6)
