"""The first operator, made from the terminal: nobody can make themselves one."""

from pathlib import Path

import click

from joey.instance.data_folder import data_option


@click.group()
def operator() -> None:
    """People who run this instance."""


@operator.command("create")
@click.argument("contact", metavar="PHONE_OR_EMAIL")
@data_option
def create(contact: str, data: Path) -> None:
    """Let PHONE_OR_EMAIL into the office; they sign in with a code like everyone."""
    from joey.instance.open_instance import instance

    with instance(data, "operator"):
        from joey.people.operators import make_operator

        made = make_operator(contact)
        click.echo(f"{made.contact} may sign in to the office now.")
