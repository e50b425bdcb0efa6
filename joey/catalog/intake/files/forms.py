"""Find out a file's format from its beginning, unless the operator names it."""

from pathlib import Path

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.dialect import TableDialect
from joey.catalog.intake.files.encodings import marked, wide_without_mark
from joey.catalog.intake.files.header import OfferHeader
from joey.catalog.intake.files.json_lines import JsonLines
from joey.catalog.intake.files.mapping import Mapping
from joey.catalog.intake.files.merchant_xml import MerchantXml
from joey.catalog.intake.files.opened import OpenedFile
from joey.catalog.intake.files.rows import Reader
from joey.catalog.intake.files.tables import Table
from joey.catalog.intake.files.totals import is_no_good
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
        head = sample_text(opened).lstrip()
    if head.startswith("<"):
        return "xml"
    if head.startswith("{"):
        return "jsonl"
    if head.startswith("["):
        raise UnreadableFile(
            _("This is a JSON list. Joey reads JSON lines: one object per line, without commas between them.")
        )
    first = head.partition("\n")[0]
    return "tsv" if first.count("\t") > first.count(",") else "csv"


def reader(opened: OpenedFile, form: str, mapping: Mapping) -> Reader:
    """A reader of the opened file; a workbook is read as one, whatever the format. Raises Invalid (field format)."""
    header = OfferHeader(mapping)
    if opened.is_workbook:
        rows = rows_of_workbook(opened, decimal=mapping.decimal or ".")
        return Table(
            opened,
            TableDialect(","),
            rows=rows,
            find_header=header.find,
            is_no_row=is_no_good,
            may_lack=header.may_lack,
            group=mapping.group,
        )
    form = ALSO.get(form, form)
    if form == "xml":
        return MerchantXml(opened, item=mapping.item, encoding=mapping.encoding)
    if form == "jsonl":
        return JsonLines(opened, encoding=mapping.encoding)
    if form in ("csv", "tsv"):
        dialect = header.dialect(sample_text(opened, mapping.encoding), first="\t" if form == "tsv" else ",")
        return Table(
            opened, dialect, encoding=mapping.encoding, group=mapping.group,
            find_header=header.find, is_no_row=is_no_good, may_lack=header.may_lack,
        )  # fmt: skip
    raise Invalid(_("Joey reads %s.") % ", ".join(FORMS), field="format")


def sample_text(opened: OpenedFile, encoding: str = "") -> str:
    """The beginning of the file as text, as far as it can be read; enough to see how it is written."""
    sample = opened.sample()
    used = marked(sample) or encoding or wide_without_mark(sample) or "utf-8"
    return sample.decode(used, "replace").removeprefix("\ufeff")
