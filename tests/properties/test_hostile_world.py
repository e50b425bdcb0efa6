"""Whatever people, marketplace, bank, operators, clock and crashes do, in any order, the books are those of the model.

The properties P1 to P9 of docs/money.md. The budget is time: a minute with all tests, ten in `make test-long`.
`JOEY_MACHINE_SECONDS` sets another. A failure prints its steps, as few as could be found, and is tried first next time.
"""

import logging
import os
import time

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import engine
from hypothesis.stateful import run_state_machine_as_test
from pytest_django import Settings

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from tests.properties.machine.bank import Bank
from tests.properties.machine.machine import Machine

SHORT, LONG = 60, 600
AT_ONCE = 5  # runs of the machine between two looks at the clock
SHRINKING_SECONDS = 60


@pytest.fixture
def machine(committed_db: EmbeddedPostgres, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> type[Machine]:
    """The machine, with the database that it empties and the bank that takes the place of the network."""

    def connect(bank: Bank) -> None:
        settings.JOEY_RAILS = bank.settings
        monkeypatch.setattr("httpx._client.HTTPTransport", lambda **_: httpx.MockTransport(bank.answer))

    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # it remarks on each connection that a crash broke
    monkeypatch.setattr(engine, "MAX_SHRINKING_SECONDS", SHRINKING_SECONDS)
    Machine.postgres, Machine.bank_settings = committed_db, staticmethod(connect)
    return Machine


def run_for(machine: type[Machine], seconds: float) -> None:
    ends = time.monotonic() + float(os.environ.get("JOEY_MACHINE_SECONDS", seconds))
    while time.monotonic() < ends:
        run_state_machine_as_test(machine, settings=_a_few())
    print(dict(machine.seen))


def _a_few() -> settings:
    return settings(
        max_examples=AT_ONCE,
        stateful_step_count=30,
        deadline=None,
        print_blob=True,
        phases=(Phase.reuse, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.timeout(600)
def test_for_a_minute_the_books_are_those_of_the_model(machine: type[Machine]) -> None:
    run_for(machine, SHORT)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_for_ten_minutes_the_books_are_those_of_the_model(machine: type[Machine]) -> None:
    run_for(machine, LONG)
