"""API tokens, made from the terminal."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.instance.errors import CommandFailed


@click.group()
def token() -> None:
    """API tokens."""


@token.command("create")
@click.option("--shop", "slug", metavar="SLUG", help="A token of this shop's keeper for this shop only.")
@click.option("--person", "contact", metavar="PHONE_OR_EMAIL", help="A token for everything this person may do.")
@data_option
def create(slug: str | None, contact: str | None, data: Path) -> None:
    """Print a new token, once: Joey keeps only its hash."""
    from joey.instance.open_instance import instance

    if (slug is None) == (contact is None):
        raise CommandFailed("Name the token's owner: either --shop SLUG or --person PHONE_OR_EMAIL.")
    with instance(data, "token"):
        from joey.people.contact import read_contact
        from joey.people.queries import person_by_contact
        from joey.people.tokens import make_token
        from joey.shops.queries import shop_by_slug

        if slug is not None:
            shop = shop_by_slug(slug)
            made = make_token(shop.owner, shop.pk)
        else:
            person = person_by_contact(read_contact(contact or ""))
            if person is None:
                raise CommandFailed(f"{contact} has never signed in. Sign in once at /studio/sign-in, then try again.")
            made = make_token(person)
    click.echo(made)
