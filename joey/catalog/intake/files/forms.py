"""Find out a file's format from its beginning, unless the operator names it."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.json_lines import JsonLines
from joey.catalog.intake.files.merchant_xml import MerchantXml
from joey.catalog.intake.files.opened import OpenedFile
from joey.catalog.intake.files.rows import Reader
from joey.catalog.intake.files.tables import Table
from joey.catalog.intake.files.unreadable_file import UnreadableFile
from joey.catalog.intake.files.workbook import rows_of_workbook
from joey.kit.refusals import Invalid

FORMS = ("csv", "tsv", "jsonl", "xml")
# Other names for them.
ALSO = {"json": "jsonl", "ndjson": "jsonl", "rss": "xml", "atom": "xml", "google": "xml", "google-merchant": "xml"}


def form_of(path: Path) -> str:
    """csv, tsv, jsonl or xml; a workbook is a table like csv. Raises UnreadableFile for an empty or binary file."""
    with OpenedFile(path) as opened:
        if opened.is_workbook:
            return "csv"
        for block in opened.blocks():
            head = block.removeprefix(b"\xef\xbb\xbf").lstrip()
            if head.startswith(b"<"):
                return "xml"
            if head.startswith(b"{"):
                return "jsonl"
            if head.startswith(b"["):
                raise UnreadableFile(
                    _("This is a JSON list. Joey reads JSON lines: one object per line, without commas between them.")
                )
            first = head.partition(b"\n")[0]
            return "tsv" if first.count(b"\t") > first.count(b",") else "csv"
    raise AssertionError("an empty file is refused")


def reader(opened: OpenedFile, form: str, *, delimiter: str = "") -> Reader:
    """A reader of the opened file; a workbook is read as one, whatever the format. Raises Invalid (field format)."""
    if opened.is_workbook:
        return Table(opened, ",", rows=rows_of_workbook(opened))
    form = ALSO.get(form, form)
    if form == "xml":
        return MerchantXml(opened)
    if form == "jsonl":
        return JsonLines(opened)
    if form in ("csv", "tsv"):
        return Table(opened, delimiter or ("\t" if form == "tsv" else ","))
    raise Invalid(_("Joey reads %s.") % ", ".join(FORMS), field="format")
