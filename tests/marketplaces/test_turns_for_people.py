"""Work in bulk takes turns of its own: those for people are taken by what a person waits for, and by nothing else."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_django import Settings

from joey.cli.cli import main
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.clock import now
from joey.marketplaces.models import CallTurn
from joey.orders.answer_lost_orders import ask_again
from joey.orders.jobs import look_for_lost_orders
from joey.orders.models import LostOrder
from tests.api.client import Caller
from tests.cast import ada, leased, mei, meis_shop
from tests.marketplaces.conftest import Sandbox


@pytest.fixture(autouse=True)
def taobao(
    committed_db: EmbeddedPostgres, connected: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": settings.JOEY_MARKETPLACES["taobao"]}
    monkeypatch.setenv("JOEY_SECRET", "a secret of the tests, long enough to be one")


def lanes() -> set[str]:
    """In which turns were taken, since this was asked the last time."""
    found = set(CallTurn.objects.values_list("kind", flat=True))
    CallTurn.objects.all().delete()
    return found


def test_the_job_for_lost_orders_takes_none_and_an_operator_who_asks_for_one_does() -> None:
    leased(meis_shop(), "110000000001")
    body = {
        "marketplace": "taobao",
        "order": "4294159887444064307",
        "ordered_at": (now() - timedelta(hours=40)).isoformat(),
    }
    answer = Caller(mei()).post("/shops/mei/lost-orders", body)
    assert answer.status_code == 202, answer.content
    lanes()

    look_for_lost_orders(0)
    by_the_job = lanes()
    assert LostOrder.objects.get().asked_at is not None
    ask_again(LostOrder.objects.get().pk, by=ada(), now=now())

    assert (by_the_job, lanes()) == ({"bulk"}, {"people"})


def test_what_an_operator_does_in_many_calls_takes_none(tmp_path: Path) -> None:
    def joey(*arguments: str) -> None:
        CliRunner().invoke(main, arguments, catch_exceptions=False)

    joey("positions", "register", "2", "--marketplace", "taobao")
    registered = lanes()
    joey("marketplaces", "check", "taobao", "--samples", str(tmp_path))

    assert (registered, lanes()) == ({"bulk"}, {"bulk"})
