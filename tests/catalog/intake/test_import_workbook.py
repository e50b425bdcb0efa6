"""A list of goods in a workbook, or inside a zip, is imported like the same rows as CSV."""

import gzip
from pathlib import Path

import pytest
from pytest_django import Settings

from joey.catalog.intake.import_file import import_file
from joey.catalog.intake.import_offers import import_offers
from tests.catalog.imports import NOW, good, goods, offers, written
from tests.orders.intake.exports import workbook, zipped

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_feeds(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path


def cells(*rows: str) -> list[list[str | float]]:
    """The rows of a list as a spreadsheet has them."""
    return [list(line.split(",")) for line in goods(*rows).splitlines()]


def test_a_workbook_is_read_by_the_same_columns(tmp_path: Path) -> None:
    table = cells(good(1), good(2))
    table[1][3] = 12.9

    import_offers(written(tmp_path, workbook(table), "goods.xlsx"), "jd", now=NOW)

    assert {name: offer["now_minor"] for name, offer in offers().items()} == {"1": 1290, "2": 1290}


def test_a_workbook_inside_a_gzip(tmp_path: Path) -> None:
    import_offers(written(tmp_path, gzip.compress(workbook(cells(good(1)))), "goods.xlsx.gz"), "jd", now=NOW)

    assert set(offers()) == {"1"}


def test_a_list_inside_a_zip(tmp_path: Path) -> None:
    import_offers(written(tmp_path, zipped({"goods.csv": goods(good(1)).encode()}), "goods.zip"), "jd", now=NOW)

    assert set(offers()) == {"1"}


def test_refused_rows_of_a_workbook_are_written_as_csv(tmp_path: Path) -> None:
    done = import_file(
        written(tmp_path, workbook(cells(good(1, "x"))), "goods.xlsx"), "jd",
        form=None, mapping=None, full=False, report=None, refused_rows=None, progress=lambda done, size, rows: None,
    )  # fmt: skip

    assert done.refused_rows == tmp_path / "refused/jd/goods.refused.csv"
    assert "x,CNY" in done.refused_rows.read_text()
