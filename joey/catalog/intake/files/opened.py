"""Open a file of rows and read it in bounded pieces: gzip, and one file inside a zip, by its content; UTF-8 unless the
caller takes another encoding too; no line without an end.
"""

import codecs
import gzip
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.unreadable_file import UnreadableFile
from joey.catalog.intake.files.unzip import ZIP, export_in, is_broken, is_workbook

BLOCK = 1 << 18
LONGEST_LINE = 1 << 20
# A smaller file is less than one block of a disk or a transfer, so it was not truncated: its writer left out the last
# line break.
LEAST_CUT = 4096
# No list of goods or orders compresses this well. A file that does is a decompression bomb.
BOMB_RATIO, BOMB_FROM = 250, 8 << 20
LARGEST_WORKBOOK = 256 << 20
GZIP = b"\x1f\x8b"
XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

UTF_16 = "utf-16"
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_OTHERS = {
    b"\xff\xfe": _("UTF-16"),
    b"\xfe\xff": _("UTF-16"),
    b"%PDF": _("a PDF file"),
}


Stream = IO[bytes] | gzip.GzipFile | codecs.StreamRecoder


class OpenedFile:
    """A file being read. `done` of `size` bytes of it were read, whatever they unpack to.

    `encodings` are those that its text may be in: the first that fits the whole file counts, but for UTF-16, which a
    file has to begin with the mark of. A workbook (.xlsx, .xls) has no text; `workbook` gives its bytes.
    """

    def __init__(self, path: Path, *, encodings: Sequence[str] = ("utf-8",)) -> None:
        self._file = path.open("rb")
        self.size = os.fstat(self._file.fileno()).st_size
        self.unpacked = 0
        self._last = b""
        self._encodings = [encoding for encoding in encodings if encoding != UTF_16]
        self._may_be_utf_16 = UTF_16 in encodings
        self._packed = ""  # "gzip" or "zip"
        self._stream: Stream = self._file
        self._copy: IO[bytes] | None = None
        try:
            self._unpack()
        except BaseException:
            self._file.close()
            raise

    def _unpack(self) -> None:
        head = _head(self._file)
        if head.startswith(GZIP):
            self._packed, self._stream = "gzip", gzip.GzipFile(fileobj=self._file)
        elif head.startswith(ZIP) and not is_workbook(self._file):
            self._packed, self._stream = "zip", export_in(self._file)
        head = _head(self._stream, self._packed)
        if self._packed and head.startswith(GZIP):
            raise _packed_twice()
        self.is_workbook = head == XLS or head.startswith(ZIP)
        if self._may_be_utf_16 and head.startswith(UTF_16_MARKS):
            self._stream, self._encodings = codecs.EncodedFile(self._stream, "utf-8", UTF_16), ["utf-8"]

    def __enter__(self) -> "OpenedFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self._file.close()
        if self._copy is not None:
            self._copy.close()

    @property
    def done(self) -> int:
        """How many bytes of the file have been read."""
        return self.size if self.is_workbook else self._file.tell()

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
                raise _ends_early(self._packed) from None
            except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error) as broken:
                raise UnreadableFile(
                    _("The %(form)s file is broken (%(why)s). Fetch it again.") % {"form": self._packed, "why": broken}
                ) from None
            except UnicodeDecodeError:
                raise UnreadableFile(_("The file begins as UTF-16 and does not stay it. Save it as UTF-8.")) from None
            if not block:
                break
            self.unpacked += len(block)
            self._last = block[-1:]
            if self._packed and self.unpacked > BOMB_FROM and self.unpacked > BOMB_RATIO * self.done:
                raise UnreadableFile(
                    _("The %(form)s file unpacks to more than %(times)d times its size, which no list of rows does.")
                    % {"form": self._packed, "times": BOMB_RATIO}
                )
            yield block
        if not self.unpacked:
            raise UnreadableFile(_("The file is empty."))

    def texts(self) -> Iterator[str]:
        """The text in parts that end at a line break, except the last; without a byte-order mark.

        Raises UnreadableFile for what is in none of the encodings, and for a line longer than a megabyte.
        """
        encoding = self._encoding()
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
            yield _decoded(whole, lines, encoding)
            lines += whole.count(b"\n")
        if rest:
            yield _decoded(rest, lines, encoding)

    def workbook(self) -> IO[bytes]:
        """The workbook from its first byte on, as a file that another process can read; closed with this one.

        Raises UnreadableFile for one that is too large.
        """
        found: IO[bytes] = self._file
        if self._packed:
            found = self._copy = tempfile.TemporaryFile()  # noqa: SIM115 (closed with this one)
            for block in self.blocks():
                found.write(block)
                if self.unpacked > LARGEST_WORKBOOK:
                    break
            found.flush()
        if max(self.size, self.unpacked) > LARGEST_WORKBOOK:
            raise UnreadableFile(_("The workbook is too large. Export fewer rows at once, or as CSV."))
        found.seek(0)
        if found.read(len(ZIP)) == ZIP and not is_workbook(found):
            raise _packed_twice()
        os.lseek(found.fileno(), 0, os.SEEK_SET)  # what was read so far was read through a buffer
        return found

    def _encoding(self) -> str:
        """The first of the encodings that the whole file is in; the last one where none is known to fit."""
        *others, last = self._encodings
        for encoding in others:
            decoder = codecs.getincrementaldecoder(encoding)()
            try:
                for block in self.blocks():
                    decoder.decode(block)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
            finally:
                self._stream.seek(0)
                self.unpacked, self._last = 0, b""
            return encoding
        return last


def _head(stream: Stream, form: str = "") -> bytes:
    try:
        found = stream.read(8)
    except EOFError:
        raise _ends_early(form) from None
    except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error) as broken:
        raise is_broken(broken, form) from None
    stream.seek(0)
    return found


def _ends_early(form: str) -> UnreadableFile:
    return UnreadableFile(_("The %s file ends early: it was truncated. Fetch it again.") % form)


def _packed_twice() -> UnreadableFile:
    return UnreadableFile(_("The file is packed twice. Unpack it once and import it again."))


def _refuse_other_encodings(head: bytes) -> None:
    for mark, name in _OTHERS.items():
        if head.startswith(mark):
            raise UnreadableFile(
                _("This is %s, not a text in UTF-8. Save it as UTF-8 text and import it again.") % name
            )


def _decoded(whole: bytes, lines: int, encoding: str) -> str:
    try:
        return whole.decode(encoding)
    except UnicodeDecodeError as wrong:
        line = lines + whole.count(b"\n", 0, wrong.start) + 1
        text = (
            _("Line %d is not UTF-8. Save the file as UTF-8 and import it again.")
            if encoding == "utf-8"
            else _("Line %d is neither UTF-8 nor GBK. Save the file as UTF-8 and import it again.")
        )
        raise UnreadableFile(text % line, row=line) from None
