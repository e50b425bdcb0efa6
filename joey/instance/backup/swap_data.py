"""Swap an instance's database and secrets for restored ones, so that a process killed midway loses neither.

Everything moves by renaming inside the data folder, in an order that is written down first. The next command that
claims the folder (see `claim`) finishes an interrupted swap. What was there before stays, as a complete instance.
"""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

from joey.instance.backup.backup_archive import sync_folder, write_private
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.instance.postgres.make_cluster import remove_tree

NOTE = "moving.json"
NEW = "restoring"
# The search index is rebuilt from the database; it must not outlive the database that it was built from.
MOVED_OUT = ("database.json", "postgres", "secret", "search")


def kept_name(data: Path) -> str:
    """A free name, with day and time, for the folder that keeps what was there before."""
    name = time.strftime("before-%Y-%m-%d-%H%M%S", time.gmtime())
    return name if not (data / name).exists() else f"{name}-{os.getpid()}"


def swap_data(data: Path, incoming: Sequence[str], kept: str | None) -> None:
    """Move the old parts to the folder `kept` (None: there are none) and the parts `incoming` out of NEW.

    Nothing may be running on either of them.
    """
    moves = [[name, f"{kept}/{name}"] for name in MOVED_OUT if kept] + [[f"{NEW}/{name}", name] for name in incoming]
    note = {"kept": kept, "moves": moves}
    write_private(data / f"{NOTE}.new", json.dumps(note, indent=1).encode())
    (data / f"{NOTE}.new").replace(data / NOTE)
    sync_folder(data)
    finish(data)


def finish(data: Path) -> None:
    """Complete a swap that was interrupted; nothing when there is none."""
    try:
        note = json.loads((data / NOTE).read_text())
    except FileNotFoundError:
        return
    if note["kept"]:
        (data / note["kept"]).mkdir(mode=0o700, exist_ok=True)
    for before, after in note["moves"]:
        if os.path.lexists(data / before) and not os.path.lexists(data / after):
            (data / before).rename(data / after)
    sync_folder(data)
    for home in (data, *([data / note["kept"]] if note["kept"] else [])):
        postgres = EmbeddedPostgres(home)
        if postgres.cluster.exists():
            postgres.write_note()  # both the note and the cluster name the data folder, which has changed
    (data / NOTE).unlink()
    remove_tree(data / NEW)
