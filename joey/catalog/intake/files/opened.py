"""Open a file of offers and read it in bounded pieces: gzip by its content, UTF-8 only, no line without an end."""

import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid, Text

BLOCK = 1 << 18
LONGEST_LINE = 1 << 20
# A smaller file is less than one block of a disk or a transfer, so it was not truncated: its writer left out the last
# line break.
LEAST_CUT = 4096
# No list of goods compresses this well. A file that does is a decompression bomb.
BOMB_RATIO, BOMB_FROM = 250, 8 << 20

_OTHERS = {
    b"\xff\xfe": _("UTF-16"),
    b"\xfe\xff": _("UTF-16"),
    b"PK\x03\x04": _("a zip or Excel file"),
    b"%PDF": _("a PDF file"),
}


class UnreadableFile(Invalid):
    """The whole file is refused. `row` in the facts says where the fault is, if that is known."""

    code = "unreadable_file"

    def __init__(self, text: Text, *, row: int | None = None) -> None:
        super().__init__(text, field="file", row=row)


class OpenedFile:
    """A file being read. `done` of `size` bytes of it were read, whatever they unpack to."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.size = os.fstat(self._file.fileno()).st_size
        self._packed = self._file.read(2) == b"\x1f\x8b"
        self._file.seek(0)
        self._stream = gzip.GzipFile(fileobj=self._file) if self._packed else self._file
        self.unpacked = 0
        self._last = b""

    def __enter__(self) -> "OpenedFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def done(self) -> int:
        """How many bytes of the file have been read."""
        return self._file.tell()

    @property
    def ended_inside_a_line(self) -> bool:
        """Whether the whole file was read and looks truncated: no line break at its end, and too long to be typed."""
        return self.unpacked >= LEAST_CUT and self._last not in (b"\n", b"\r")

    def blocks(self) -> Iterator[bytes]:
        """The unpacked bytes. Raises UnreadableFile for a gzip that is broken, truncated or a decompression bomb."""
        while True:
            try:
                block = self._stream.read(BLOCK)
            except EOFError:
                raise UnreadableFile(_("The gzip file ends early: it was truncated. Fetch it again.")) from None
            except (gzip.BadGzipFile, zlib.error) as broken:
                raise UnreadableFile(_("The gzip file is broken (%s). Fetch it again.") % broken) from None
            if not block:
                break
            self.unpacked += len(block)
            self._last = block[-1:]
            if self._packed and self.unpacked > BOMB_FROM and self.unpacked > BOMB_RATIO * self.done:
                raise UnreadableFile(
                    _("The gzip file unpacks to more than %d times its size, which no list of goods does.") % BOMB_RATIO
                )
            yield block
        if not self.unpacked:
            raise UnreadableFile(_("The file is empty."))

    def texts(self) -> Iterator[str]:
        """The text in parts that end at a line break, except the last; without a byte-order mark.

        Raises UnreadableFile for what is not UTF-8, and for a line longer than a megabyte.
        """
        rest, lines, first = b"", 0, True
        for block in self.blocks():
            if first:
                _refuse_other_encodings(block)
                block = block.removeprefix(b"\xef\xbb\xbf")
                first = False
            cut = block.rfind(b"\n") + 1
            if not cut:
                rest += block
                if len(rest) > LONGEST_LINE:
                    raise UnreadableFile(
                        _("Line %d is longer than a megabyte; no row of goods is.") % (lines + 1), row=lines + 1
                    )
                continue
            whole, rest = rest + block[:cut], block[cut:]
            yield _decoded(whole, lines)
            lines += whole.count(b"\n")
        if rest:
            yield _decoded(rest, lines)


def _refuse_other_encodings(head: bytes) -> None:
    for mark, name in _OTHERS.items():
        if head.startswith(mark):
            raise UnreadableFile(
                _("This is %s, not a text in UTF-8. Save it as UTF-8 text and import it again.") % name
            )


def _decoded(whole: bytes, lines: int) -> str:
    try:
        return whole.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = lines + whole.count(b"\n", 0, wrong.start) + 1
        raise UnreadableFile(
            _("Line %d is not UTF-8. Save the file as UTF-8 and import it again.") % line, row=line
        ) from None
