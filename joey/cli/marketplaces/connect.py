"""Connect an account at a marketplace. Its secrets come by standard input, never in the words of the command."""

import sys
from pathlib import Path

import click

from joey.cli.data_option import data_option

LONGEST = 65_536  # bytes of one account


@click.command()
@click.argument("code")
@click.option("--replace", is_flag=True, help="Put it in the place of another account there.")
@data_option
def connect(code: str, replace: bool, data: Path) -> None:
    """Connect the account at the marketplace CODE that standard input gives: what its README calls the configuration.

    That is one JSON object, such as {"credentials": {…}}: `joey marketplaces connect CODE < FILE`, or typed on one line
    where nothing shows it. It is kept, readable by its owner only, once the marketplace has taken a call of it that
    only reads. The same account again changes nothing, and new credentials of it take the place of the old ones.
    """
    from joey.instance.errors import CommandFailed
    from joey.instance.open_instance import instance

    given = _given()
    with instance(data, "marketplaces"):
        from django.conf import settings

        from joey.marketplaces.connect_account import connect_account
        from joey.marketplaces.registry import NotInstalled

        if settings.DEMO or settings.OF_DEMO:
            raise CommandFailed(
                "These are the books of a demo, which is connected to its own sandbox. Connect a real account to an"
                " instance of its own: `joey up --no-demo --data DIR`."
            )
        try:
            done = connect_account(code, given, settings.JOEY_MARKETPLACES_FILE, replace=replace)
        except NotInstalled as not_installed:
            raise click.UsageError(str(not_installed)) from None
        named = f" {done.account}" if done.account else ""
        if done.seen is None:
            click.echo("Its connector asks nothing of an account, so whether it is right shows when it is used.")
        elif done.seen.state == "not_granted":
            click.echo(f"The account may not make every call: {done.seen.seen}")
        if done.is_new:
            click.echo(f"{done.code}: account{named} is connected. It is kept in {settings.JOEY_MARKETPLACES_FILE}.")
            click.echo("What runs already goes on without it until it is started again.")
        else:
            click.echo(f"{done.code}: account{named} is connected already. Nothing was changed.")
        if done.seen is not None:
            click.echo(f"`joey marketplaces check {done.code}` asks it about all that is unverified.")


def _given() -> object:
    """The account. Raises CommandFailed, which quotes nothing of it."""
    from joey.instance.errors import CommandFailed
    from joey.kit.json import NotJson, as_float, read_json

    if sys.stdin.isatty():
        text: str | bytes = click.prompt("The account as JSON, on one line (it is not shown)", hide_input=True)
    else:
        text = sys.stdin.buffer.read(LONGEST + 1)
    try:
        return read_json(text, largest=LONGEST, fractions=as_float)
    except NotJson as broken:
        raise CommandFailed(
            f"Standard input is not the JSON of one account ({broken.fault}). Nothing changed."
        ) from None
