"""Commands and the code of a keeper's own account: its orders may be imported, and nothing else is the operator's."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_django import Settings

from joey.cli.cli import main
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock
from joey.marketplaces.beijing import ZONE
from joey.marketplaces.models import OwnAccount
from joey.orders.models import OrderLine
from joey.sharing.models import Position, PositionLease
from tests.cast import mei, meis_shop
from tests.sandbox.conftest import Sandbox, sandbox
from tests.studio.own_account import Union, connect, union_of
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.usefixtures("in_a_folder_of_its_own")
__all__ = ["sandbox"]
MAPPING = """
[numbers]
orderId = "order"
id = "line"
positionId = "position"
skuId = "item"
validCode = "code"
skuNum = "pieces"
[amounts]
estimateCosPrice = "paid"
estimateFee = "commission"
[times]
orderTime = "ordered"
modifyTime = "changed"
"""


@pytest.fixture
def union(
    committed_db: EmbeddedPostgres, sandbox: Sandbox, settings: Settings, tmp_path: Path, in_a_folder_of_its_own: None
) -> Union:
    found = union_of(sandbox, settings, tmp_path)
    meis_shop()
    assert connect(signed_in(mei()), "mei", found.accounts[0]).status_code == 302
    return found


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words, input='{"credentials": {}}')


COMMANDS = [
    ("fetch", "锅", "--marketplace"),
    ("marketplaces", "check"),
    ("marketplaces", "connect"),
    ("positions", "register", "3", "--marketplace"),
    ("positions", "register", "--key", "3000000901", "--marketplace"),
    ("positions", "register", "--granted", "--marketplace"),
    ("positions", "invite", "--marketplace"),
]


def test_an_operators_commands_do_not_use_it(union: Union) -> None:
    code = OwnAccount.objects.get().code
    before = Position.objects.count()

    for command in COMMANDS:
        said = run(*command, code)
        assert said.exit_code in (1, 2), command
        assert "a keeper has of their own at JD, and it is used for their shop alone" in said.stderr, said.output

    assert Position.objects.count() == before


def test_an_export_of_its_orders_is_taken_in(union: Union) -> None:
    code, lease = OwnAccount.objects.get().code, PositionLease.objects.get(ended_at=None)
    now = f"{clock.now().astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
    rows = [
        ["order", "line", "position", "item", "code", "pieces", "paid", "commission", "ordered", "changed"],
        ["7001", "1", lease.position.key, union.offer.external_id, "16", "1", "50.00", "5.00", now, now],
        ["7002", "2", "4000000001", union.offer.external_id, "16", "1", "50.00", "5.00", now, now],
    ]
    with Path("export.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    Path("orders.toml").write_text(MAPPING, encoding="utf-8")

    without = run("import-orders", "export.csv", "--marketplace", code)
    assert "No mapping comes with JD. Write one and give it with --mapping" in without.stderr, without.output
    done = run("import-orders", "export.csv", "--marketplace", code, "--mapping", "orders.toml")

    assert done.exit_code == 0, done.output
    line = OrderLine.objects.get()
    assert (line.external_line, line.marketplace, line.shop_id) == ("1", code, lease.shop_id)
