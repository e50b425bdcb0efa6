"""Find the one export inside a zip file, as consoles send it. An .xlsx is a zip too, and stays one."""

import zipfile
from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.unreadable_file import UnreadableFile

ZIP = b"PK\x03\x04"
WORKBOOK = "xl/workbook.xml"
EXPORTS = frozenset({".csv", ".tsv", ".txt", ".xls", ".xlsx"})
MOST_FILES = 10_000
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1


def is_workbook(file: IO[bytes]) -> bool:
    """Whether the zip file is an .xlsx."""
    return any(info.filename == WORKBOOK for info in _opened(file).infolist())


def export_in(file: IO[bytes]) -> IO[bytes]:
    """The bytes of its only export, unpacked while they are read. Raises UnreadableFile."""
    archive = _opened(file)
    found = [info for info in archive.infolist() if _may_be_export(info)]
    if len(found) != 1:
        raise UnreadableFile(
            _("The zip file holds %d files that could be the export. Unpack it and import the right one.") % len(found)
        )
    if found[0].flag_bits & _ENCRYPTED:
        raise UnreadableFile(_("The zip file has a password. Unpack it and import the file inside."))
    if found[0].compress_type not in _PACKED:
        raise UnreadableFile(_("The zip file is packed in a way that Joey does not read. Unpack it first."))
    try:
        return archive.open(found[0])
    except zipfile.BadZipFile as broken:
        raise is_broken(broken) from None


def _opened(file: IO[bytes]) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as broken:
        raise is_broken(broken) from None
    finally:
        file.seek(0)
    if len(archive.infolist()) > MOST_FILES:
        raise UnreadableFile(_("The zip file holds too many files."))
    return archive


def _may_be_export(info: zipfile.ZipInfo) -> bool:
    """Not a folder, nor what macOS adds beside each file."""
    path = PurePosixPath(info.filename)
    return (
        not info.is_dir()
        and path.suffix.lower() in EXPORTS
        and "__MACOSX" not in path.parts
        and not path.name.startswith(".")
    )


def is_broken(why: Exception, form: str = "zip") -> UnreadableFile:
    """The refusal of a packed file that cannot be unpacked."""
    return UnreadableFile(
        _("The %(form)s file is broken (%(why)s). Fetch it again.") % {"form": form, "why": str(why)[:80]}
    )
