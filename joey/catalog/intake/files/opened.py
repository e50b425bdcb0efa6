"""Open a file of rows and read it in bounded pieces: gzip, and one file inside a zip, by its content; UTF-8, or UTF-16
or UTF-32 with its mark, unless the caller names another encoding; no line without an end.
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

from joey.catalog.intake.files.encodings import UTF_8, WIDE, encoding_named, guessed, marked, wide_without_mark
from joey.catalog.intake.files.unreadable_file import UnreadableFile
from joey.catalog.intake.files.unzip import ZIP, export_in, is_broken, is_workbook
from joey.catalog.intake.files.web_page import refuse_web_page

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

SAMPLE = 1 << 16  # bytes by which an encoding or a delimiter is recognised

Stream = IO[bytes] | gzip.GzipFile


class OpenedFile:
    """A file being read. `done` of `size` bytes of it were read, whatever they unpack to.

    `encodings` are those that its text may be in: the first that fits the whole file counts, but a file that begins
    with the mark of UTF-16 is in that. A workbook (.xlsx, .xls) has no text; `workbook` gives its bytes.
    """

    def __init__(self, path: Path, *, encodings: Sequence[str] = (UTF_8,)) -> None:
        self._file = path.open("rb")
        self.size = os.fstat(self._file.fileno()).st_size
        self.unpacked = 0
        self.line_breaks = False  # whether the text that was read last ends with one
        self._encodings = encodings
        self._packed = ""  # "gzip" or "zip"
        self._marked = ""  # the encoding whose mark the file begins with
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
        self._marked = marked(head)

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
        return self.unpacked >= LEAST_CUT and not self.line_breaks

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
            if not block:
                break
            self.unpacked += len(block)
            if self._packed and self.unpacked > BOMB_FROM and self.unpacked > BOMB_RATIO * self.done:
                raise UnreadableFile(
                    _("The %(form)s file unpacks to more than %(times)d times its size, which no list of rows does.")
                    % {"form": self._packed, "times": BOMB_RATIO}
                )
            yield block
        if not self.unpacked:
            raise UnreadableFile(_("The file is empty."))

    def sample(self) -> bytes:
        """The first bytes, unpacked; what is read after begins with them again."""
        found = next(self.blocks())
        self._stream.seek(0)
        self.unpacked = 0
        return found[:SAMPLE]

    def decoded(self, encoding: str = "") -> Iterator[str]:
        """The text without a byte-order mark. Raises UnreadableFile for what is not in `encoding`, or in none of the
        file's, with what it looks like.
        """
        encoding = self._marked or encoding or self._encoding()
        decoder = codecs.getincrementaldecoder(encoding)()
        lines, first = 0, True
        blocks = self.blocks()
        while True:
            block = next(blocks, b"")
            if first and (block.startswith(b"%PDF") or (encoding == UTF_8 and wide_without_mark(block[:SAMPLE]))):
                raise self._other(1, encoding, block)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as wrong:
                line = lines + wrong.object.count(b"\n", 0, wrong.start) + 1
                raise self._other(line, encoding, wrong.object) from None
            text = text.removeprefix("\ufeff") if first else text
            if first:
                refuse_web_page(text)
            lines, first = lines + text.count("\n"), False
            if text:
                self.line_breaks = text.endswith(("\n", "\r"))
                yield text
            if not block:
                return

    def texts(self, encoding: str = "") -> Iterator[str]:
        """The text in parts that end at a line break, except the last.

        Raises what `decoded` does, and UnreadableFile for a line longer than a megabyte.
        """
        rest, lines = "", 0
        for text in self.decoded(encoding):
            # Where lines end with CR alone, the last one here may be half of a CR LF.
            cut = text.rfind("\n") + 1 or text.rfind("\r", 0, -1) + 1
            if not cut:
                rest += text
                if len(rest) > LONGEST_LINE:
                    long = _("Line %d is longer than a megabyte; no row of goods is.") % (lines + 1)
                    raise UnreadableFile(long, row=lines + 1)
                continue
            whole, rest = rest + text[:cut], text[cut:]
            yield whole
            lines += whole.count("\n")
        if rest:
            yield rest

    def _other(self, line: int, encoding: str, found: bytes) -> UnreadableFile:
        """The refusal of a text in another encoding, with what it looks like."""
        if found.startswith(b"%PDF"):
            return UnreadableFile(_("This is a PDF file. Export the list as CSV or as a workbook."))
        if self._marked in WIDE:
            begins = _("The file begins as %s and does not stay it. Save it as UTF-8.") % self._marked.upper()
            return UnreadableFile(begins, row=line)
        looks = guessed(found[:SAMPLE])
        text = (
            _("Line %(line)d is neither UTF-8 nor GBK. Save the file as UTF-8 and import it again.")
            if len(self._encodings) > 1 and not self._marked
            else _(
                'Line %(line)d is not %(encoding)s. It looks like %(looks)s: add encoding = "%(looks)s" to the mapping.'
            )
            if looks and encoding_named(looks) != encoding
            else _("Line %(line)d is not %(encoding)s. Save the file as UTF-8, or add its encoding to the mapping.")
        )
        return UnreadableFile(text % {"line": line, "encoding": encoding.upper(), "looks": looks}, row=line)

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
                self.unpacked = 0
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
