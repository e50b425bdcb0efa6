"""Migrate the database to this version of Joey, as its owner."""

import contextlib
import hashlib
import os
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import sql

import joey


def migrate_if_needed() -> None:
    """Migrate unless this version's migrations were the last to run; cheap when nothing is new."""
    if not is_migrated(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]):
        migrate_database()


def is_migrated(owner_url: str) -> bool:
    """Say whether the very migrations of this installation were the last to run; cheap, without Django."""
    with psycopg.connect(owner_url, connect_timeout=10) as owner:
        row = owner.execute("SELECT obj_description('public'::regnamespace)").fetchone()
    return row is not None and row[0] == _fingerprint()


def note_migrated(owner_url: str) -> None:
    """Leave the fingerprint in the database itself, so that it travels with backups."""
    # On a server of one's own the role may not own the schema; then every start looks through Django.
    with contextlib.suppress(psycopg.Error), psycopg.connect(owner_url) as owner:
        owner.execute(sql.SQL("COMMENT ON SCHEMA public IS {}").format(sql.Literal(_fingerprint())))


def migrate_database() -> None:
    from django.core.management import call_command

    call_command("migrate", database="owner", interactive=False, verbosity=0)
    _begin_searching()
    note_migrated(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"])


def _begin_searching() -> None:
    """Build the empty index of a new instance, so that a search finds nothing instead of waiting for an index."""
    from joey.catalog.number_changes import newest_seqs
    from joey.catalog.search.follow import catch_up

    if not newest_seqs():
        catch_up()


def _fingerprint() -> str:
    package = Path(next(iter(joey.__path__)))
    seen = hashlib.sha256(f"{version('django')} {version('procrastinate')}".encode())
    for path in sorted(package.glob("*/migrations/*.py")):
        seen.update(str(path.relative_to(package)).encode() + path.read_bytes())
    return f"joey migrations {seen.hexdigest()[:24]}"
