"""The first operator is made from the terminal; an account cannot make itself an operator. The right ends here, too."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding_if_named, operator_if_named


@click.group()
def operator() -> None:
    """People who run this instance."""


@operator.command("create")
@click.argument("contact", metavar="PHONE_OR_EMAIL")
@data_option
def create(contact: str, data: Path) -> None:
    """Give PHONE_OR_EMAIL access to the office; they sign in with a code like everyone."""
    from joey.instance.open_instance import instance

    with instance(data, "operator"):
        from joey.people.operators import make_operator

        made = make_operator(contact)
        click.echo(f"{made.contact} may sign in to the office now.")


@operator.command("end")
@click.argument("contact", metavar="PHONE_OR_EMAIL")
@operator_if_named
@data_option
def end(contact: str, by: str | None, data: Path) -> None:
    """Take PHONE_OR_EMAIL's right to the office away, sign them out and end their tokens; the account stays."""
    with deciding_if_named(data, by, command="operator") as decided_by:
        from joey.people.operators import end_operator, operator_by_contact

        end_operator(operator_by_contact(contact), by=decided_by)
    click.echo(f"{contact} is no operator any more, is signed out, and has no token.")
