"""The proof of a copy: bring it up in a throw-away database, count again, and check every rule of the books."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from joey.cli.dump_database import load
from joey.cli.embedded_postgres import EmbeddedPostgres, Urls
from joey.cli.make_cluster import remove_tree
from joey.cli.queries import Holdings, holdings, one_moment
from joey.cli.the_copy import DATABASE, Trial
from joey.cli.trouble import Trouble

# Speed that only a database takes which is thrown away in any case.
HASTY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
}


def try_copy(folder: Path, holds: Holdings, scratch: Path) -> Trial:
    """Restore the copy in `folder` into a new database in `scratch`, check it, delete it. Raises Trouble."""
    began = time.monotonic()
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    postgres = EmbeddedPostgres(scratch, settings=HASTY)
    try:
        urls = postgres.start()
        fill(folder, holds, urls)
        rules = prove(urls, scratch)
    finally:
        postgres.remove()
        remove_tree(scratch)
    return Trial(seconds=round(time.monotonic() - began, 1), rules=rules, rows=sum(holds.rows.values()))


def fill(folder: Path, holds: Holdings, urls: Urls) -> None:
    """Load the copy into an empty database and count it; raises Trouble naming what differs."""
    load(folder / DATABASE, urls.owner)
    check(holds, urls.owner)


def check(holds: Holdings, owner_url: str) -> None:
    """Compare every table's rows and every high-water mark with what the copy says it holds."""
    with one_moment(owner_url) as owner:
        found = holdings(owner)
    for name in sorted(holds.rows.keys() | found.rows.keys()):
        there, here = holds.rows.get(name), found.rows.get(name)
        if there != here:
            raise Trouble(f"The copy does not come up whole: the table {name} has {here} rows, and had {there}.")
    for name in ("began", "migrations", "last_journal", "last_event", "last_order_revision", "sent"):
        if getattr(holds, name) != getattr(found, name):
            raise Trouble(f"The copy does not come up whole: {name} is {getattr(found, name)} there.")


def prove(urls: Urls, data: Path) -> int:
    """Run `joey prove` on a database; how many rules held. Raises Trouble with the first offender."""
    said = joey_on(urls, data, "prove")
    counted = re.search(r"All (\d+) rules hold", said)
    assert counted, said
    return int(counted[1])


def joey_on(urls: Urls, data: Path, *arguments: str, **more: str) -> str:
    """Run a joey command on another database than this process's; what it printed. Raises Trouble in its words."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("JOEY_", "DATABASE_"))}
    theirs = {"DATABASE_URL": urls.app, "DATABASE_OWNER_URL": urls.owner, "JOEY_DATA": str(data), **more}
    command = [sys.executable, "-m", "joey.cli.cli", *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=ours | theirs)
    if done.returncode != 0:
        raise Trouble((done.stderr.strip() or done.stdout.strip() or "It ended without a word.").splitlines()[-1])
    return done.stdout
