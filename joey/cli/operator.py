"""The first operator is made from the terminal; an account cannot make itself an operator."""

from pathlib import Path

import click

from joey.cli.data_option import data_option


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
