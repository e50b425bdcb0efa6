"""Look at the beginning of a file of offers before it is imported: how it is read, and what its rows would become."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from joey.catalog.intake.clean_facts import Columns
from joey.catalog.intake.clean_rows import CleanRows
from joey.catalog.intake.files.forms import form_of, reader
from joey.catalog.intake.files.mapping import Mapping
from joey.catalog.intake.files.opened import OpenedFile
from joey.catalog.intake.files.read_mapping import read_mapping
from joey.catalog.intake.files.reading_plan import check_columns
from joey.catalog.intake.files.refused_rows import RefusedRow, RefusedRows, RowNote
from joey.catalog.intake.files.rows import FileRows, Reader, RowFault
from joey.catalog.intake.guess_mapping import GuessedMapping, guess_mapping
from joey.catalog.intake.import_offers import plan_for
from joey.kit import clock
from joey.kit.refusals import Invalid
from joey.money.money import Money

SHOWN = 10
ROWS = 1_000
TEXTS = ("url", "brand", "model", "gtin", "category", "seller")
AMOUNTS = {"now_minor": "price", "list_minor": "before", "coupon_minor": "with the coupon"}


@dataclass(frozen=True)
class SeenGoods:
    """One row as it would be taken: what it has, by name."""

    row: int
    id: str
    title: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SeenOffers:
    """What would become of the first rows. `guess` is the mapping to start from, where none was given."""

    readable: int
    goods: tuple[SeenGoods, ...]
    refused: tuple[RefusedRow, ...]
    notes: tuple[RowNote, ...]
    noted: int
    hosts: tuple[str, ...]  # that links lead to, where the feed has none yet
    guess: GuessedMapping | None
    trouble: str = ""  # why the file cannot be read by the guessed mapping, which has to be completed first


def look_at_goods(file: Path, marketplace: str, *, form: str | None, mapping: Path | None) -> SeenOffers:
    """Read the first thousand rows and change nothing. Raises what the import does; where a guessed mapping cannot
    read the file, it is returned with the reason.
    """
    plan_for(marketplace, Mapping(), clock.now())  # where there is no such marketplace, no mapping helps
    form = form or form_of(file)
    if mapping:
        return _look(file, marketplace, form, mapping, None)
    guess = guess_mapping(file, form)
    with TemporaryDirectory() as folder:
        start = Path(folder) / "mapping.toml"
        start.write_text(guess.text, encoding="utf-8")
        try:
            return _look(file, marketplace, form, start, guess)
        except Invalid as refusal:
            return SeenOffers(0, (), (), (), 0, (), guess, str(refusal))


def _look(file: Path, marketplace: str, form: str, mapping: Path, guess: GuessedMapping | None) -> SeenOffers:
    used = read_mapping(mapping)
    plan = plan_for(marketplace, used, clock.now())
    with OpenedFile(file) as opened, RefusedRows(None) as refused:
        read = reader(opened, used.format or form, used)
        check_columns(used, read.columns)
        rows = CleanRows(opened, _FirstRows(read), plan, refused, lambda done, size, rows: None)
        (chunk,) = list(rows.chunks()) or [{}]
    places = range(len(chunk.get("ordinal", ())))
    return SeenOffers(
        readable=len(places),
        goods=tuple(_seen(chunk, at, rows.number_of(at)) for at in places[:SHOWN]),
        refused=tuple(refused.rows),
        notes=tuple(rows.notes.first),
        noted=rows.notes.count,
        hosts=tuple(host for host, _count in plan.links.seen.most_common()),
        guess=guess,
    )


def write_start(text: str, file: Path, path: Path) -> bool:
    """Write the mapping to start from; one that is there already stays, and False says so."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# Guessed from {file.name}. Correct it, and see with --check what it reads.\n{text}", "utf-8")
    return True


def _seen(chunk: Columns, at: int, number: int) -> SeenGoods:
    return SeenGoods(number, chunk["external_id"][at], chunk["title"][at], tuple(_facts(chunk, at)))


def _facts(chunk: Columns, at: int) -> Iterator[tuple[str, str]]:
    for name, shown in AMOUNTS.items():
        minor = chunk[name][at]
        if minor is not None or name == "now_minor":
            yield shown, "unknown" if minor is None else Money(minor, chunk["currency"][at]).text
    yield "pictures", str(len(chunk["picture_urls"][at]))
    yield "in stock", "yes" if chunk["in_stock"][at] else "no"
    for name in TEXTS:
        if chunk[name][at]:
            yield name, chunk[name][at]


class _FirstRows:
    """A reader of the first rows only, in one chunk."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self.columns = read.columns
        self.left_out: list[int] = []

    def chunks(self) -> Iterator[FileRows]:
        for rows in self._read.chunks():
            yield _Few(rows)
            self.left_out = [number for number in self._read.left_out if number <= rows.numbers[:ROWS][-1]]
            return

    def refused_begin(self) -> str:
        """Nothing: refused rows are only named."""
        return ""

    def refused_row(self, rows: FileRows, place: int, wrong: RowFault) -> str:
        """Nothing."""
        return ""

    def refused_end(self) -> str:
        """Nothing."""
        return ""


class _Few:
    def __init__(self, rows: FileRows) -> None:
        self._rows = rows
        self.numbers = rows.numbers[:ROWS]
        self.wrong = {place: fault for place, fault in rows.wrong.items() if place < ROWS}
        self.lost = {place: fault for place, fault in rows.lost.items() if place < ROWS}

    def column(self, name: str) -> list[Any]:
        return self._rows.column(name)[:ROWS]
