"""One export imported twice at the same time, and by a process that is killed midway."""

from pathlib import Path

import pytest

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.orders.intake.import_orders import ImportedOrders, import_orders
from joey.orders.models import OrderLine, Poll, Report
from tests.at_once import die_after, outcomes
from tests.cast import NOW, leased, meis_shop
from tests.orders.intake.exports import ACCOUNT, row, settled, starting, text_of, written
from tests.proof import prove


@pytest.fixture(autouse=True)
def _connected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.JOEY_MARKETPLACES", ACCOUNT)


def test_an_export_imported_twice_at_once_is_taken_in_once(committed_db: EmbeddedPostgres, tmp_path: Path) -> None:
    leased(meis_shop())
    file, mapping = written(tmp_path, text_of([row(), settled(1)])), starting(tmp_path)

    done = outcomes(*[lambda: import_orders(file, "taobao", mapping=mapping, now=NOW)] * 2)

    assert sorted(each.changed for each in done if isinstance(each, ImportedOrders)) == [0, 2]
    assert (OrderLine.objects.count(), Report.objects.count(), Poll.objects.count()) == (2, 2, 1)
    prove()


@pytest.mark.parametrize("killed_after", ["INSERT INTO orders_report ", 'INSERT INTO "orders_poll"'])
def test_an_import_killed_midway_leaves_nothing_and_is_done_again(
    killed_after: str, committed_db: EmbeddedPostgres, tmp_path: Path
) -> None:
    leased(meis_shop())
    file, mapping = written(tmp_path, text_of([row(), settled(1)])), starting(tmp_path)

    die_after(killed_after, lambda: import_orders(file, "taobao", mapping=mapping, now=NOW))

    assert not OrderLine.objects.exists()
    assert import_orders(file, "taobao", mapping=mapping, now=NOW).changed == 2
    prove()
