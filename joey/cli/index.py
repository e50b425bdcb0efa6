"""The search index of this host: build it anew, look at it, follow the offers for as long as they change."""

import time
from pathlib import Path

import click

from joey.instance.data_folder import data_option

IDLE_SECONDS = 20.0  # without any change; then `joey work` starts it again when there is one
LOOK_EVERY_SECONDS = 2.0  # beside the database's own call, which a restarted connection would not hear


@click.group()
def index() -> None:
    """The search index of this host, a copy of what is in PostgreSQL."""


@index.command()
@data_option
def rebuild(data: Path) -> None:
    """Build the index anew; searches are answered from the old one until the new one is whole."""
    from joey.instance.open_instance import instance

    started = time.monotonic()
    with instance(data, "index rebuild"):
        from joey.catalog.search.follow import rebuild

        read = rebuild()
    click.echo(f"The search index was built from {read:,} offers ({time.monotonic() - started:.1f} s).")


@index.command()
@data_option
def status(data: Path) -> None:
    """Say how large the index is and how far it is behind; exit code 1 when there is none."""
    from joey.instance.errors import Trouble
    from joey.instance.open_instance import instance

    with instance(data, "index status"):
        from joey.catalog.search import folder
        from joey.catalog.search.follow import COUNT_MOST, lag
        from joey.catalog.search.read_index import searcher

        found = lag()
        if found.missing:
            raise Trouble("There is no search index here. `joey work` builds it, or `joey index rebuild` at once.")
        offers = searcher().num_docs
        behind = f"{found.behind}{' or more' if found.behind == COUNT_MOST else ''}"
        click.echo(f"{offers:,} offers can be found; {behind} changed since. It lies in {folder.current()}.")


@index.command(hidden=True)
@data_option
def follow(data: Path) -> None:
    """Follow the offers until nothing has changed for a while; `joey work` calls it."""
    from joey.instance.open_instance import instance

    with instance(data, "index follow"):
        from django.db import connection

        from joey.catalog.search.follow import catch_up, is_behind

        with connection.cursor() as cursor:
            cursor.execute("LISTEN joey_offers")
        idle_since = time.monotonic()
        while time.monotonic() - idle_since < IDLE_SECONDS:
            if is_behind():
                catch_up(wait=False)
                idle_since = time.monotonic()
            for _call in connection.connection.notifies(timeout=LOOK_EVERY_SECONDS, stop_after=1):
                pass
