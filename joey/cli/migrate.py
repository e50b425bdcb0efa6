"""Migrate the database to this version of Joey."""

import time
from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.command()
@data_option
def migrate(data: Path) -> None:
    """Migrate the database to this version of Joey."""
    from joey.instance.migrate_database import migrate_database
    from joey.instance.open_instance import instance

    started = time.monotonic()
    with instance(data, "migrate", make=True):
        migrate_database()
    click.echo(f"The database is up to date ({time.monotonic() - started:.1f} s).")
