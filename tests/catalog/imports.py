"""Importing in tests: files written on the spot, real files where they lie, mappings as the documentation has them."""

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from joey.catalog.intake.files.mapping import Mapping
from joey.catalog.intake.files.read_mapping import read_mapping
from joey.catalog.intake.import_offers import Imported, import_offers
from joey.catalog.prove import CHECKS
from joey.kit import sql
from tests.real_data import shared

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DOCS = Path(__file__).resolve().parents[2] / "docs/importing.md"
HEADER = "id,title,url,price,currency"


def documented(name: str, folder: Path) -> Mapping:
    """The mapping that docs/importing.md shows under this name, read like a file in `folder`."""
    found = re.search(rf"`{re.escape(name)}`\n\n```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found, f"docs/importing.md has no {name}"
    for tree in re.findall(r'tree = "([^"]+)"', found[1]):
        (folder / tree).symlink_to(shared(f"data/{tree}"))
    path = folder / name
    path.write_text(found[1], encoding="utf-8")
    return read_mapping(path)


def mapped(folder: Path, text: str) -> Mapping:
    """A mapping of a test's own."""
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def real(name: str, marketplace: str, mapping: Mapping | None = None, **options: Any) -> Imported:
    """Import one of the real files."""
    return import_offers(shared(f"data/{name}"), marketplace, mapping=mapping, **{"now": NOW} | options)


def rows_of(name: str) -> list[str]:
    """The lines of a real file, without its mark and line ends."""
    return gzip.decompress(shared(f"data/{name}").read_bytes()).decode("utf-8-sig").splitlines()


def written(folder: Path, text: str | bytes, name: str = "goods.csv") -> Path:
    """A file with this in it."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def goods(*rows: str) -> str:
    """A CSV of these rows in our own columns."""
    return "\n".join([HEADER, *rows, ""])


def good(number: int, price: str = "12.90", title: str = "保温杯") -> str:
    """One row that is right, at JD."""
    return f"{number},{title},https://item.jd.com/{number}.html,{price},CNY"


def offers(marketplace: str = "jd") -> dict[str, dict[str, Any]]:
    """The marketplace's offers by external id."""
    found = sql.rows("SELECT * FROM catalog_offer WHERE marketplace = %s ORDER BY external_id", [marketplace])
    return {row["external_id"]: row for row in found}


def courses(marketplace: str = "jd") -> dict[str, list[tuple[datetime, int]]]:
    """What each offer cost from when on."""
    found = sql.rows(
        """
        SELECT o.external_id, p.at, p.price_minor FROM catalog_pricepoint p JOIN catalog_offer o ON o.id = p.offer_id
        WHERE o.marketplace = %s ORDER BY o.external_id, p.at
        """,
        [marketplace],
    )
    points: dict[str, list[tuple[datetime, int]]] = {}
    for row in found:
        points.setdefault(row["external_id"], []).append((row["at"], row["price_minor"]))
    return points


def everything() -> list[dict[str, Any]]:
    """All offers and points, to see that nothing moved."""
    tables = ("catalog_offer", "catalog_pricepoint")
    return [row for table in tables for row in sql.rows(f"SELECT * FROM {table} ORDER BY id")]


def prove() -> None:
    """What must hold between offers and their prices."""
    for check in CHECKS:
        assert check.first_offender() is None, check.rule
