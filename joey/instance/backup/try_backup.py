"""Prove a backup: restore it into a throw-away database, count the rows, and check every rule of the books."""

import time
from contextlib import closing
from pathlib import Path

from joey.instance.backup.backup_archive import DATABASE, FILES, SANDBOX, Trial
from joey.instance.backup.queries import Holdings, holdings, one_moment
from joey.instance.errors import CommandFailed
from joey.instance.migrate_database import is_migrated, note_migrated
from joey.instance.open_instance import begin, close_connections
from joey.instance.postgres.dump_database import load
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres, Urls
from joey.instance.postgres.make_cluster import remove_tree

# Fast and not durable, for a database that is thrown away in any case.
THROW_AWAY_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
}


def try_backup(folder: Path, holds: Holdings, scratch: Path) -> Trial:
    """Restore the backup in `folder` into a new database in `scratch`, check it, delete it. Raises CommandFailed."""
    began = time.monotonic()
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    postgres = EmbeddedPostgres(scratch, settings=THROW_AWAY_SETTINGS)
    try:
        urls = postgres.start()
        fill(folder, holds, urls)
        use_database(urls, scratch, folder)
        bring_up_to_date(urls.owner)
        rules = prove()
        close_connections()
    finally:
        postgres.remove()
        remove_tree(scratch)
    return Trial(seconds=round(time.monotonic() - began, 1), rules=rules, rows=sum(holds.rows.values()))


def fill(folder: Path, holds: Holdings, urls: Urls) -> None:
    """Load the backup into an empty database and count it; raises CommandFailed naming what differs."""
    load(folder / DATABASE, urls.owner)
    check(holds, urls.owner)


def check(holds: Holdings, owner_url: str) -> None:
    """Compare every table's rows and every high-water mark with what the manifest says."""
    with one_moment(owner_url) as owner:
        found = holdings(owner)
    for name in sorted(holds.rows.keys() | found.rows.keys()):
        there, here = holds.rows.get(name), found.rows.get(name)
        if there != here:
            raise CommandFailed(
                f"The backup cannot be restored completely: the table {name} has {here} rows, and had {there}."
            )
    for name in ("began", "migrations", "last_journal", "last_event", "last_order_revision", "sent", "rights", "shape"):
        if getattr(holds, name) != getattr(found, name):
            raise CommandFailed(f"The backup cannot be restored completely: {name} is {getattr(found, name)} there.")


def prove() -> int:
    """Check every rule of the books in Django's database and return how many there are; raises CommandFailed.

    First comes what jobs would have done while the backup lay: what could not be read is tried again, what no shop
    could be named for too, as its position may have come since, and what a bank has not answered in its time becomes a
    question.
    """
    from joey.insight.prove import prove as judge
    from joey.kit.clock import now
    from joey.orders.retry_suspense import retry_all_suspense
    from joey.orders.retry_unread import retry_all_unread
    from joey.payouts.take_answers import note_overdue

    retry_all_unread(now=now())
    retry_all_suspense(now=now())
    while note_overdue(now=now()).problems:
        pass
    held = 0
    with closing(judge()) as verdicts:
        for verdict in verdicts:
            if verdict.offender is not None:
                offender = f"{verdict.rule}. First offender: {verdict.facts}"
                raise CommandFailed(f"The backup was restored, and a rule does not hold: {offender}")
            held += 1
    return held


def use_database(urls: Urls, data: Path, folder: Path) -> None:
    """Point Django in this process at this database, into which the backup in `folder` goes; once per process."""
    begin(
        {
            "DATABASE_URL": urls.app,
            "DATABASE_OWNER_URL": urls.owner,
            "JOEY_DATA": str(data),
            "JOEY_NO_POOL": "1",  # a pool's connections would outlive the database
            "JOEY_OF_DEMO": "1" if (folder / FILES / SANDBOX).is_file() else "",
        }
    )


def bring_up_to_date(owner_url: str) -> None:
    """Migrate the tables of an older backup to this version, and book what was waiting when it was made.

    `prove` would otherwise report an order report of that minute as never booked, since the backup is that old.
    """
    from django.core.management import call_command

    from joey.commissions.earn_due import earn_due
    from joey.kit.clock import now

    if not is_migrated(owner_url):
        call_command("migrate", database="owner", interactive=False, verbosity=0)
        note_migrated(owner_url)
    earn_due(now=now())
