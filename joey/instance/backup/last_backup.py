"""What an instance remembers of its last backup, so that `joey doctor` can warn when it is old."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from joey.instance.backup.backup_archive import BackupManifest, write_private

NOTE = "last-backup.json"


@dataclass(frozen=True)
class LastBackup:
    """When and where it was made, and whether it was tried."""

    at: datetime
    folder: Path
    tried: bool


def last_backup(data: Path) -> LastBackup | None:
    """The last backup of this instance that was made on this machine."""
    try:
        noted = json.loads((data / NOTE).read_text())
        return LastBackup(datetime.fromisoformat(noted["at"]), Path(noted["folder"]), bool(noted["tried"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note_backup(data: Path, folder: Path, manifest: BackupManifest) -> None:
    """Remember a finished backup."""
    noted = {"at": manifest.holds.at, "folder": str(folder), "tried": manifest.trial is not None}
    with suppress(OSError):  # a deployment's data folder may be read-only; only `joey doctor` misses the note
        write_private(data / f"{NOTE}.new", json.dumps(noted).encode())
        (data / f"{NOTE}.new").replace(data / NOTE)
