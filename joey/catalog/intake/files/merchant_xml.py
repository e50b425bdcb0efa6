"""Read a Google Merchant feed: RSS 2.0 or Atom with `g:` fields, item by item, ignoring everything else in it.

https://support.google.com/merchants/answer/7052112
"""

import io
import re
from collections.abc import Iterator
from html import escape
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, register_namespace, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.opened import LONGEST_LINE, OpenedFile
from joey.catalog.intake.files.rows import CHUNK, CHUNK_BYTES, FileRows, GatheredRows, RowFault
from joey.catalog.intake.files.unreadable_file import UnreadableFile

GOOGLE = "http://base.google.com/ns/1.0"
ATOM = "http://www.w3.org/2005/Atom"
ITEMS = ("item", f"{{{ATOM}}}entry")
DEEPEST = 100
PIECE = 1 << 15

_DECLARED = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)", re.IGNORECASE)

register_namespace("g", GOOGLE)


class MerchantXml:
    """A feed of items. Rows are numbered by item, from 1."""

    columns = None

    def __init__(self, opened: OpenedFile) -> None:
        self._opened = opened

    def chunks(self) -> Iterator[FileRows]:
        """All items. Raises UnreadableFile for XML that is not well-formed or has a DTD or entities of its own."""
        items = _Items()
        parser = DefusedXMLParser(target=items, encoding="utf-8", forbid_dtd=True)
        rows, begun, number, quiet = GatheredRows(), 0, 0, 0
        try:
            for piece in self._pieces():
                parser.feed(piece)
                quiet = 0 if items.seen else quiet + len(piece)
                items.seen = False
                if quiet > LONGEST_LINE:
                    raise UnreadableFile(_("Item %d is longer than a megabyte; no item is.") % (number + 1))
                for element in items.taken():
                    number += 1
                    rows.numbers.append(number)
                    rows.objects.append(_object(element))
                    rows.raw.append(element)
                if len(rows.objects) >= CHUNK or (rows.objects and self._opened.unpacked - begun > CHUNK_BYTES):
                    yield rows
                    rows, begun = GatheredRows(), self._opened.unpacked
            parser.close()
        except ParseError as broken:
            line, column = broken.position
            raise UnreadableFile(
                _(
                    "The XML is not well-formed at line %(line)d, column %(column)d (%(why)s). The feed's maker has to "
                    "fix it."
                )
                % {"line": line, "column": column + 1, "why": str(broken).partition(":")[0]},
                row=line,
            ) from None
        except DefusedXmlException:
            raise UnreadableFile(
                _("The XML has a DTD or entities of its own. Joey does not read such files.")
            ) from None
        if rows.objects:
            yield rows
        if not number:
            raise UnreadableFile(_("The XML has no <item> or <entry>, so it is no feed of goods."))

    def _pieces(self) -> Iterator[bytes]:
        first = True
        for block in self._opened.blocks():
            if first:
                declared = _DECLARED.match(block.removeprefix(b"\xef\xbb\xbf")[:300])
                if block[:2] in (b"\xff\xfe", b"\xfe\xff") or (
                    declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")
                ):
                    raise UnreadableFile(_("The XML is not in UTF-8. Save it as UTF-8 and import it again."))
                first = False
            for start in range(0, len(block), PIECE):
                yield block[start : start + PIECE]

    def refused_begin(self) -> str:
        """A feed around the items."""
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="{GOOGLE}"><channel>\n'

    def refused_row(self, rows: FileRows, place: int, wrong: RowFault) -> str:
        """A comment with the reason, and the item."""
        assert isinstance(rows, GatheredRows)
        note = escape(f"row {rows.numbers[place]}, {wrong.field}: {wrong.reason}").replace("--", "- -")
        out = io.StringIO()
        out.write(f"<!-- {note} -->\n")
        out.write(tostring(rows.raw[place], encoding="unicode").strip())
        return out.getvalue() + "\n"

    def refused_end(self) -> str:
        """The end of the feed."""
        return "</channel></rss>\n"


class _Items:
    """Builds a tree for each item only."""

    def __init__(self) -> None:
        self._builder: TreeBuilder | None = None
        self._depth = 0
        self._letters = 0
        self._done: list[Element] = []
        self.seen = False  # whether an item ended since this was last put back

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._builder is None:
            if tag not in ITEMS:
                return
            self._builder, self._depth, self._letters = TreeBuilder(), 0, 0
        self._depth += 1
        self._letters += len(tag)
        if self._depth > DEEPEST or self._letters > LONGEST_LINE:
            raise UnreadableFile(_("An item of the feed is nested too deeply or repeats too often."))
        self._builder.start(tag, attributes)

    def data(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)

    def end(self, tag: str) -> None:
        if self._builder is None:
            return
        self._builder.end(tag)
        self._depth -= 1
        if not self._depth:
            self._done.append(self._builder.close())
            self._builder, self.seen = None, True

    def close(self) -> None:
        """The document ended."""

    def taken(self) -> list[Element]:
        done, self._done = self._done, []
        return done


def _object(item: Element) -> dict[str, Any]:
    """The fields of an item by their names without `g:`; Google's own come before those of RSS or Atom.

    What is nested has its parent's name in front (`shipping.price`), so that it is never taken for the item's own. A
    field that comes more than once is a list.
    """
    own: dict[str, Any] = {}
    other: dict[str, Any] = {}
    for field in item:
        space, _brace, name = field.tag.rpartition("}")
        found = own if space == "{" + GOOGLE else other
        if len(field):
            for part in field:
                _add(found, f"{name}.{part.tag.rpartition('}')[2]}", part.text)
        else:
            _add(found, name, field.text or field.get("href"))
    return other | own


def _add(found: dict[str, Any], name: str, text: str | None) -> None:
    if name not in found:
        found[name] = text
    elif isinstance(found[name], list):
        found[name].append(text)
    else:
        found[name] = [found[name], text]
