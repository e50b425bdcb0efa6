"""A durable PostgreSQL for one benchmark: real settings, thrown away afterwards."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def throw_away_joey() -> Iterator[Callable[[], None]]:
    """Start a migrated Joey database with the settings it has in earnest; yields how to empty its tables again."""
    from joey.instance.postgres.embedded_postgres import EmbeddedPostgres

    data = Path(tempfile.mkdtemp(prefix="joey-bench-"))
    postgres = EmbeddedPostgres(data)
    urls = postgres.start()
    os.environ |= {
        "DATABASE_URL": urls.app,
        "DATABASE_OWNER_URL": urls.owner,
        "JOEY_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "joey.site.settings",
    }
    try:
        import django

        django.setup()
        from tests import database

        database.migrate(postgres)
        yield lambda: database.empty_again(postgres)
    finally:
        postgres.remove()
        shutil.rmtree(data, ignore_errors=True)
