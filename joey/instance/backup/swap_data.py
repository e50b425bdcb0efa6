"""Exchange an instance's database and secrets for restored ones, so that being killed half-way loses neither.

Everything moves by renaming inside the data folder, in an order that is written down first. Whoever takes the folder
next (see `claim`) finishes what was begun. What was there before stays, as an instance of its own.
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
# The search index is made from the database again; it must not outlive the one that it was made from.
OUT = ("database.json", "postgres", "secret", "search")


def kept_name(data: Path) -> str:
    """A free name for what was there before, with the day and time in it."""
    name = time.strftime("before-%Y-%m-%d-%H%M%S", time.gmtime())
    return name if not (data / name).exists() else f"{name}-{os.getpid()}"


def put_in_place(data: Path, incoming: Sequence[str], kept: str | None) -> None:
    """Move the old parts to the folder `kept` (None: there are none) and the parts `incoming` from NEW to their place.

    Nothing may run on either of them.
    """
    moves = [[name, f"{kept}/{name}"] for name in OUT if kept] + [[f"{NEW}/{name}", name] for name in incoming]
    note = {"kept": kept, "moves": moves}
    write_private(data / f"{NOTE}.new", json.dumps(note, indent=1).encode())
    (data / f"{NOTE}.new").replace(data / NOTE)
    sync_folder(data)
    finish(data)


def finish(data: Path) -> None:
    """Do what is left of a move that was begun; nothing when none was."""
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
            postgres.write_note()  # the note, and the cluster's own word on whose it is, name the new place
    (data / NOTE).unlink()
    remove_tree(data / NEW)
