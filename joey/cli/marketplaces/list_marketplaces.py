"""List the marketplaces that this instance has a package for, connected or not."""

from datetime import datetime
from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.not_installed import faults, say_faults
from joey.cli.without_database import without_database
from joey.kit.utc_text import utc_text


@click.command("list")
@click.option(
    "--tables", is_flag=True, help="Print what each is like, as Markdown: the tables of docs/marketplaces.md."
)
@data_option
def list_marketplaces(tables: bool, data: Path) -> None:
    """List every marketplace with what it can do and its account: whose gateway, when its reports were last read."""
    if tables:
        _print_tables()
        return
    from joey.instance.open_instance import instance

    with instance(data, "marketplaces"):
        from joey.insight.health import sync_states
        from joey.marketplaces.list_accounts import list_accounts

        states = sync_states()
        for each in list_accounts():
            click.echo(f"{each.code}  {each.names}: {each.can}")
            click.echo(f"  {each.connection}")
            for state in (one for one in states if one.marketplace == each.code and each.connected):
                trouble = f"; trouble: {state.trouble}" if state.trouble else ""
                notice = f"; asked again later, and no money waits for it: {state.notice}" if state.notice else ""
                click.echo(f"  {state.kind}: last read {_when(state.last_success_at)}{trouble}{notice}")
        found = faults()
    say_faults(found)


def _when(moment: datetime | None) -> str:
    return utc_text(moment) if moment else "never"


def _print_tables() -> None:
    without_database()
    from joey.marketplaces.as_tables import as_markdown

    click.echo(as_markdown(), nl=False)
