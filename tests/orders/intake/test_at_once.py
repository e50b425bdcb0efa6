"""One export imported twice at the same time, beside a sync, and by a process that is killed midway."""

from pathlib import Path

import pytest

from joey.catalog.intake.files.tables import Table
from joey.catalog.intake.files.unreadable_file import UnreadableFile
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.orders.intake import import_orders as importing
from joey.orders.intake.import_orders import ImportedOrders, import_orders
from joey.orders.models import OrderLine, Poll, Report
from joey.orders.take_order_reports import Recorded, take_order_reports
from tests.at_once import die_after, outcomes
from tests.cast import NOW, leased, meis_shop, report
from tests.orders.intake.exports import ACCOUNT, row, settled, starting, text_of, written
from tests.orders.polled import asked
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


def test_what_else_changes_lines_goes_on_while_an_export_is_read(
    committed_db: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leased(meis_shop())
    monkeypatch.setattr(Table._block, "__defaults__", (1,))  # one row a chunk
    file, mapping = written(tmp_path, text_of([row(), row(1), row(2)])), starting(tmp_path)
    synced: list[object] = []

    def sync_beside(_done: int, _size: int, rows: int) -> None:
        polled = asked()
        synced.extend(outcomes(lambda: take_order_reports("taobao", [report(f"beside-{rows}")], now=NOW, poll=polled)))

    done = import_orders(file, "taobao", mapping=mapping, progress=sync_beside, now=NOW)

    assert [each.lines if isinstance(each, Recorded) else each for each in synced] == [1, 1, 1]
    assert (done.changed, OrderLine.objects.count()) == (3, 6)


def test_a_broken_row_at_the_end_leaves_nothing_of_the_chunks_before_it(
    committed_db: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Table._block, "__defaults__", (1,))
    file, mapping = written(tmp_path, text_of([row(), row(1)])[:-40]), starting(tmp_path)

    with pytest.raises(UnreadableFile, match="truncated"):
        import_orders(file, "taobao", mapping=mapping, now=NOW)

    assert not Report.objects.exists()


def test_an_import_killed_between_two_chunks_goes_on_to_the_same_end(
    committed_db: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leased(meis_shop())
    monkeypatch.setattr(Table._block, "__defaults__", (1,))
    file, mapping = written(tmp_path, text_of([row(), settled(1), row(2)])), starting(tmp_path)

    def killed() -> None:
        def take(*args: object, **more: object) -> Recorded:
            done = take_order_reports(*args, **more)  # type: ignore[arg-type]
            sql.value("SELECT 'a chunk is in'")
            return done

        monkeypatch.setattr(importing, "take_order_reports", take)
        import_orders(file, "taobao", mapping=mapping, now=NOW)

    die_after("a chunk is in", killed)

    assert OrderLine.objects.count() == 1
    prove()
    again = import_orders(file, "taobao", mapping=mapping, now=NOW)
    assert (again.accepted, again.changed, OrderLine.objects.count()) == (3, 2, 3)
    prove()
