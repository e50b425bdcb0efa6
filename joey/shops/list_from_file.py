"""Fill a shop from a file, one listing per row. It takes what the form takes, so a price column is refused."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from joey.catalog.paste_offer import offer_from_text
from joey.kit.refusals import Invalid, Refusal
from joey.shops.add_listing import add_listing
from joey.shops.models import Shop

COLUMNS = ("link", "shelf", "note")
ROWS_MAX = 1_000


@dataclass(frozen=True)
class RefusedListing:
    """A row that was not listed: its number in the file (the header is row 1), which field, and why."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True)
class ListedFromFile:
    """The result for a file. `held_back` rows are listed but refused by the rules; the shelves page names the rule."""

    added: int
    held_back: int
    refused: tuple[RefusedListing, ...]


def list_from_file(shop: Shop, lines: Iterable[str], *, now: datetime) -> ListedFromFile:
    """List the offer behind each row's `link` (an address or copy-code), on `shelf`, with `note`.

    Raises Invalid naming the column when the header holds one that does not exist: `price`, `fee`, `inviter` … are
    refused before any row is read, and nothing is stored. A row that cannot be listed is reported; others are listed.
    """
    rows = csv.reader(lines, strict=True)
    try:
        header = [name.strip().lower().lstrip("\ufeff") for name in next(rows, [])]
        _check_header(header)
        return _list_rows(shop, header, rows, now)
    except csv.Error as broken:
        raise Invalid(_("This file is not CSV from row %d on. Fix it and import it again.") % rows.line_num) from broken


def _check_header(header: list[str]) -> None:
    for name in header:
        if name not in COLUMNS or header.count(name) > 1:
            raise Invalid(
                _("There is no column “%(name)s” here, and nothing was stored. The columns are: %(columns)s.")
                % {"name": name[:40], "columns": ", ".join(COLUMNS)},
                field=name[:40],
            )
    if "link" not in header:
        raise Invalid(_("The first row has to name the columns, and “link” is missing."), field="link")


def _list_rows(shop: Shop, header: list[str], rows: Iterable[list[str]], now: datetime) -> ListedFromFile:
    added = held_back = 0
    refused: list[RefusedListing] = []
    for number, cells in enumerate(rows, start=2):
        if number - 1 > ROWS_MAX:
            raise Invalid(_("A file lists at most %d goods; the rows up to there are listed.") % ROWS_MAX)
        if not any(cell.strip() for cell in cells):
            continue
        try:
            if len(cells) != len(header):
                raise Invalid(_("This row has the wrong number of cells."), field="link")
            given = dict(zip(header, cells, strict=True))
            offer = offer_from_text(given["link"], now=now)
            listing = add_listing(
                shop, offer_id=offer.id, shelf_name=given.get("shelf"), note=given.get("note", ""), now=now
            )
        except Refusal as refusal:
            refused.append(RefusedListing(number, refusal.field or "link", str(refusal.text)))
            continue
        if listing.state == listing.State.PUBLISHED:
            added += 1
        else:
            held_back += 1
    return ListedFromFile(added, held_back, tuple(refused))
