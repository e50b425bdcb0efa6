"""Exports of a console, made on the spot: CSV in any encoding, workbooks, zips."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from joey.orders.intake.read_report_mapping import read_report_mapping, starting_mapping
from joey.orders.intake.report_mapping import ReportMapping

FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 (a spreadsheet has no zone)
ORDER = "4294159887444064307"
ACCOUNT = {"taobao": {"credentials": {"app_key": "1", "app_secret": "of the tests"}}}

# What a console of the union may call them; the mapping that comes with Joey knows these names.
ROW: Mapping[str, str] = {
    "淘客创建时间": "2026-11-13 18:00:12",
    "付款时间": "2026-11-13 18:00:10",
    "结算时间": "--",
    "点击时间": "2026-11-13 17:50:00",
    "商品标题": "316 不锈钢保温杯, 500 毫升",
    "商品ID": "qYtxrMJOC8tmtM-Qq0Z65Sbbq5DqZ9",
    "商品数量": "1",
    "订单状态": "已付款",
    "推广者身份": "二方",
    "付款金额": "69.00",
    "结算金额": "--",
    "付款预估收入": "3.80",
    "结算预估收入": "0.00",
    "技术服务费": "0.38",
    "淘宝父订单编号": ORDER,
    "淘宝子订单编号": ORDER + "1",
    "推广位ID": "110000000001",
}
SETTLED = {"订单状态": "已结算", "结算时间": "2026-11-20 10:00:00", "结算金额": "69.00", "结算预估收入": "3.80"}


def row(number: int = 0, /, **changes: str) -> dict[str, str]:
    """A row of a paid order; another number is another order."""
    order = str(int(ORDER) + number * 1000)
    return {**ROW, "淘宝父订单编号": order, "淘宝子订单编号": order + "1", **changes}


def settled(number: int = 0, /, **changes: str) -> dict[str, str]:
    """The same order, settled."""
    return row(number, **{**SETTLED, **changes})


def text_of(
    rows: Iterable[Mapping[str, str]],
    *,
    above: str = "",
    below: str = "",
    delimiter: str = ",",
    columns: Sequence[str] = tuple(ROW),
) -> str:
    """A table of these rows, with lines above and below."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    table.writerow(columns)
    table.writerows([[each.get(name, "") for name in columns] for each in rows])
    return above + out.getvalue() + below


def written(folder: Path, body: str | bytes, name: str = "export.csv") -> Path:
    """A file with this in it."""
    path = folder / name
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return path


def workbook(*sheets: Sequence[Sequence[str | float | datetime]]) -> bytes:
    """The least that an .xlsx can be. A text stays a text, a number a number, and a time the number of its days."""
    names = [f"sheet{number}" for number in range(1, len(sheets) + 1)]
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/>'
        + "".join(f'<Override PartName="/xl/{name}.xml" ContentType="{kinds}.worksheet+xml"/>' for name in names)
        + "</Types>",
        "_rels/.rels": _relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(
            {f"rId{at}": ("worksheet", f"{name}.xml") for at, name in enumerate(names, 1)}
            | {"rIdStyles": ("styles", "styles.xml")}
        ),
        "xl/styles.xml": '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy-mm-dd hh:mm:ss"/></numFmts>'
        '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>',
    } | {f"xl/{name}.xml": _sheet(rows) for name, rows in zip(names, sheets, strict=True)}
    return zipped({name: text.encode() for name, text in parts.items()})


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip file of these."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return out.getvalue()


def mapped(folder: Path, text: str) -> ReportMapping:
    """A mapping of a test's own."""
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return read_report_mapping(path)


def starting(folder: Path, *changes: tuple[str, str]) -> ReportMapping:
    """The mapping that comes with Joey, with lines replaced as an operator would."""
    text = starting_mapping("taobao").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return mapped(folder, text)


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(f'<Relationship Id="{at}" Type="{kind}/{what}" Target="{to}"/>' for at, (what, to) in targets.items())
        + "</Relationships>"
    )


def _sheet(rows: Sequence[Sequence[str | float | datetime]]) -> str:
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + "".join(f"<row>{''.join(map(_cell, cells))}</row>" for cells in rows)
        + "</sheetData></worksheet>"
    )


def _cell(value: str | float | datetime) -> str:
    if isinstance(value, datetime):
        return f'<c s="1"><v>{(value - FIRST_DAY) / timedelta(days=1)!r}</v></c>'
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value!r}</v></c>"
