"""Read a feed of goods in XML: a Google Merchant feed (RSS 2.0 or Atom with `g:` fields), or any list of elements of
one name, item by item, ignoring everything else in it.

https://support.google.com/merchants/answer/7052112
"""

import io
import re
from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, register_namespace, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.encodings import UTF_8, encoding_named, mark_of_utf_8
from joey.catalog.intake.files.opened import LONGEST_LINE, OpenedFile
from joey.catalog.intake.files.rows import CHUNK, CHUNK_BYTES, FileRows, GatheredRows, RowFault
from joey.catalog.intake.files.unreadable_file import UnreadableFile

GOOGLE = "http://base.google.com/ns/1.0"
ATOM = "http://www.w3.org/2005/Atom"
ITEMS = ("item", f"{{{ATOM}}}entry")
DEEPEST = 100
PIECE = 1 << 15

MOST_NAMES = 1_000

_DECLARED = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)", re.IGNORECASE)

register_namespace("g", GOOGLE)


class MerchantXml:
    """A feed of items. Rows are numbered by item, from 1."""

    columns = None

    def __init__(self, opened: OpenedFile, *, item: str = "", encoding: str = "") -> None:
        self._opened = opened
        self._item = item
        self._encoding = encoding or _declared(opened.sample())
        self.left_out: list[int] = []

    def chunks(self) -> Iterator[FileRows]:
        """All items. Raises UnreadableFile for XML that is not well-formed or has a DTD or entities of its own."""
        items = _Items(self._item)
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
            raise items.none_found()

    def _pieces(self) -> Iterator[str]:
        for text in self._opened.decoded(self._encoding):
            for start in range(0, len(text), PIECE):
                yield text[start : start + PIECE]

    def refused_begin(self) -> str:
        """A feed around the items."""
        mark = mark_of_utf_8(self._encoding)
        return f'{mark}<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="{GOOGLE}"><channel>\n'

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

    def __init__(self, item: str) -> None:
        self._item = item
        self._names: Counter[str] = Counter()  # of elements outside of items
        self._builder: TreeBuilder | None = None
        self._depth = 0
        self._letters = 0
        self._done: list[Element] = []
        self.seen = False  # whether an item ended since this was last put back

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._builder is None:
            if not self._is_item(tag):
                if tag in self._names or len(self._names) < MOST_NAMES:
                    self._names[tag] += 1
                return
            self._builder, self._depth, self._letters = TreeBuilder(), 0, 0
        self._depth += 1
        self._letters += len(tag)
        if self._depth > DEEPEST or self._letters > LONGEST_LINE:
            raise UnreadableFile(_("An item of the feed is nested too deeply or repeats too often."))
        self._builder.start(tag, attributes)

    def _is_item(self, tag: str) -> bool:
        return tag in ITEMS if not self._item else self._item in (tag, _local(tag))

    def none_found(self) -> UnreadableFile:
        """The refusal of a file without items, naming the elements that may be them."""
        often = [f"<{_local(tag)}> ({count})" for tag, count in self._names.most_common(5) if count > 1]
        if not often:
            return UnreadableFile(_("The XML has no <item> or <entry>, so it is no feed of goods."))
        text = _(
            'The XML has no %(item)s. Name the element that is one of the goods in the mapping: item = "…".'
            " Those it has most often: %(often)s."
        )
        item = f"<{self._item}>" if self._item else "<item>, <entry>"
        return UnreadableFile(text % {"item": item, "often": ", ".join(often)})

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


def _declared(head: bytes) -> str:
    """The encoding that the file says it is in; "" where it says none. Raises UnreadableFile."""
    found = _DECLARED.match(head[:300])
    if found is None:
        return ""
    name = found[1].decode("ascii", "replace")
    encoding = encoding_named(name)
    if not encoding:
        raise UnreadableFile(
            _("The XML says that it is in “%s”, an encoding that is not read here. Save it as UTF-8.") % name[:40]
        )
    return UTF_8 if encoding.startswith("utf-16") else encoding  # one that is has its mark; else ASCII was readable


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _object(item: Element) -> dict[str, Any]:
    """The fields of an item by their names without `g:`; Google's own come before those of RSS or Atom.

    What is nested has its parents' names in front (`shipping.price`), so that it is never taken for the item's own; an
    attribute is behind an `@` (`@id`, `image.@url`). A field that comes more than once is a list.
    """
    own: dict[str, Any] = {}
    other: dict[str, Any] = {}
    _add_all(other, "", item.attrib)
    for field in item:
        found = own if field.tag.startswith("{" + GOOGLE) else other
        _add_field(found, _local(field.tag), field)
    return other | own


def _add_field(found: dict[str, Any], name: str, field: Element) -> None:
    _add_all(found, f"{name}.", field.attrib)
    if not len(field):
        _add(found, name, field.text or field.get("href"))
    for part in field:
        _add_field(found, f"{name}.{_local(part.tag)}", part)


def _add_all(found: dict[str, Any], name: str, attributes: dict[str, str]) -> None:
    for attribute, value in attributes.items():
        _add(found, f"{name}@{_local(attribute)}", value)


def _add(found: dict[str, Any], name: str, text: str | None) -> None:
    if name not in found:
        found[name] = text
    elif isinstance(found[name], list):
        found[name].append(text)
    else:
        found[name] = [found[name], text]
