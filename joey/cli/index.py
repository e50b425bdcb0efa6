"""The search index of this host: rebuild it, show its state, follow the offers while they change."""

import time
from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.group()
def index() -> None:
    """The search index of this host, built from what is in PostgreSQL."""


@index.command()
@data_option
def rebuild(data: Path) -> None:
    """Rebuild the index; searches are answered from the old one until the new one is complete."""
    from joey.instance.open_instance import instance

    started = time.monotonic()
    with instance(data, "index rebuild"):
        from joey.catalog.search.follow import rebuild

        read = rebuild()
    click.echo(f"The search index was built from {read:,} offers ({time.monotonic() - started:.1f} s).")


@index.command()
@data_option
def status(data: Path) -> None:
    """Show how large the index is and how far it is behind; exit code 1 when there is none."""
    from joey.instance.errors import CommandFailed
    from joey.instance.open_instance import instance

    with instance(data, "index status"):
        from joey.catalog.search import folder
        from joey.catalog.search.follow import COUNT_MOST, lag
        from joey.catalog.search.read_index import searcher

        found = lag()
        if found.missing:
            raise CommandFailed("There is no search index here. `joey work` builds it, or `joey index rebuild` now.")
        offers = searcher().num_docs
        behind = f"{found.behind}{' or more' if found.behind == COUNT_MOST else ''}"
        click.echo(f"{offers:,} offers can be found; {behind} changed since. The index is in {folder.current()}.")


@index.command(hidden=True)
@data_option
def follow(data: Path) -> None:
    """Follow the offers until nothing has changed for a while; `joey work` calls it."""
    from joey.instance.open_instance import instance

    with instance(data, "index follow"):
        from joey.instance.processes.follow_index import follow_index

        follow_index()
