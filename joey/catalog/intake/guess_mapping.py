"""Guess how a file is written and which columns are which, as a mapping to start from. No amount is guessed."""

import json
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from joey.catalog.intake.files.dialect import DELIMITERS, MOST_ABOVE, SEEN, TableDialect, first_rows, likeliest
from joey.catalog.intake.files.encodings import guessed
from joey.catalog.intake.files.forms import reader, sample_text
from joey.catalog.intake.files.header import NEEDED, OfferHeader
from joey.catalog.intake.files.mapping import FIELDS, Mapping
from joey.catalog.intake.files.opened import OpenedFile
from joey.catalog.intake.files.read_mapping import read_mapping
from joey.catalog.intake.files.rows import GatheredRows, column_named
from joey.catalog.intake.files.workbook import rows_of_workbook
from joey.catalog.intake.ready_mappings import ready_mappings

# Names beside those that the ready mappings know.
ALSO_CALLED: Map[str, tuple[str, ...]] = {
    "id": ("item_id", "product id", "item number", "编号", "商品编号", "商品编码", "款号", "货号", "artikelnummer"),
    "title": ("product name", "product title", "item name", "名称", "品名", "宝贝名称", "商品名", "bezeichnung"),
    "url": ("product url", "product link", "item url", "网址", "地址", "宝贝链接", "购买链接", "推广链接", "deeplink"),
    "currency": ("currency code", "币种", "货币", "währung"),
    "price": ("unit price", "current price", "现价", "售价", "单价", "宝贝价格", "preis", "prix", "precio"),
    "list_price": ("list price", "msrp", "rrp", "original price", "原价", "市场价", "吊牌价"),
    "pictures": ("image", "images", "image url", "picture url", "photo", "图片地址", "主图地址", "bild"),
    "brand": ("manufacturer", "品牌名称", "marke"),
    "gtin": ("ean", "upc", "barcode", "ean13", "条码", "条形码"),
    "category": ("categories", "分类", "类别", "kategorie"),
    "in_stock": ("stock", "quantity", "qty", "inventory", "库存数量", "是否有货", "bestand"),
    "seller": ("shop", "store", "店铺", "商家"),
}  # fmt: skip


@dataclass(frozen=True)
class GuessedMapping:
    """A mapping to start from, as TOML; `base` is the ready one that it is a copy of, if it is."""

    text: str
    base: str = ""


def guess_mapping(path: Path, form: str) -> GuessedMapping:
    """Look at the beginning of the file. Raises UnreadableFile."""
    encoding = _encoding(path)
    dialect, names = _names(path, form, encoding)
    ready = {name: read_mapping(file) for name, file in ready_mappings().items()}
    how = {"encoding": encoding, "delimiter": dialect.delimiter, "quoting": dialect.quoting}
    fits = [name for name, mapping in ready.items() if not OfferHeader(mapping).lacks(names)]
    own = _known(Mapping(), names)
    best = max(fits, key=lambda name: _known(ready[name], names), default="")
    if best and _known(ready[best], names) > (own if not OfferHeader(Mapping()).lacks(names) else 0):
        return GuessedMapping(_keys(how) + ready_mappings()[best].read_text(encoding="utf-8"), best)
    columns = _guessed_columns(names)
    lines = [f"{field} = {_toml(found)}" for field, found in columns.items()]
    lines += [
        f"# {field} =  # no column seems to be it; write one, or a template" for field in NEEDED if field not in columns
    ]
    currency = (
        "" if "currency" in columns else '# currency = "CNY"  # no column says it; the right one, if prices do not\n'
    )
    return GuessedMapping("\n".join([f"{_keys(how)}{currency}", "[columns]", *lines, ""]))


def _encoding(path: Path) -> str:
    """The one to name in the mapping; "" where the file is read without."""
    with OpenedFile(path) as opened:
        if opened.is_workbook:
            return ""
        sample = opened.sample()
    try:
        sample_text_of = sample.decode("utf-8", "strict")
    except UnicodeDecodeError as wrong:
        cut = wrong.start >= len(sample) - 4 and wrong.reason == "unexpected end of data"
        return "" if cut or sample.startswith((b"\xff\xfe", b"\xfe\xff")) else guessed(sample)
    return guessed(sample) if "\0" in sample_text_of else ""


def _names(path: Path, form: str, encoding: str) -> tuple[TableDialect, Sequence[str]]:
    """(the dialect of a table, the names of the columns) of the file."""
    with OpenedFile(path) as opened:
        if opened.is_workbook:
            return TableDialect(""), _header(list(islice(rows_of_workbook(opened), MOST_ABOVE)))
        if form in ("csv", "tsv"):
            lines = sample_text(opened, encoding).splitlines(keepends=True)
            tables = first_rows(lines, DELIMITERS, SEEN)
            best = likeliest(tables, lambda rows: _known_names(_header(rows)))
            return best, _header(tables[best])
        rows = next(reader(opened, form, Mapping(encoding=encoding)).chunks())
        assert isinstance(rows, GatheredRows)
        return TableDialect(""), list(dict.fromkeys(name for each in rows.objects for name in each))


def _header(rows: list[list[str]]) -> list[str]:
    best = max(rows, key=lambda cells: (_known_names(cells), sum(map(bool, cells))), default=[])
    return [cell.strip() for cell in best]


def _known_names(cells: Sequence[str]) -> int:
    return sum(cell.strip().casefold() in _called() for cell in cells)


@cache
def _called() -> Map[str, list[str]]:
    """Every name that some list has for a column → the fields that it may be, in lower case."""
    found: dict[str, list[str]] = {}
    ready = [read_mapping(path) for path in ready_mappings().values()]
    for field, own in FIELDS.items():
        of_ready = [source.column for each in ready for source in each.sources.get(field, ()) if source.column]
        for name in (*own, *ALSO_CALLED.get(field, ()), *of_ready):
            found.setdefault(name.casefold(), []).append(field)
    return found


def _known(mapping: Mapping, names: Sequence[str]) -> int:
    return sum(
        any(source.column and column_named(source.column, names) for source in mapping.sources_of(field))
        for field in FIELDS
    )


def _guessed_columns(names: Sequence[str]) -> dict[str, list[str]]:
    """Our field → the columns of the file that may be it, in the order of the file; only pictures have several."""
    found: dict[str, list[str]] = {}
    for name in names:
        for field in _called().get(name.casefold(), ()):
            if field not in found or field == "pictures":
                found.setdefault(field, []).append(name)
                break
    return {field: found[field] for field in FIELDS if field in found}


def _keys(how: Map[str, str]) -> str:
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in how.items() if value)


def _toml(columns: list[str]) -> str:
    texts = [json.dumps(column, ensure_ascii=False) for column in columns]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
