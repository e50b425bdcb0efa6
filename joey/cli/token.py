"""Keys to the API, made from the terminal."""

from pathlib import Path

import click

from joey.instance.data_folder import data_option
from joey.instance.errors import Trouble


@click.group()
def token() -> None:
    """Keys to the API."""


@token.command("create")
@click.option("--shop", "slug", metavar="SLUG", help="A key of this shop's keeper that reaches this shop only.")
@click.option("--person", "contact", metavar="PHONE_OR_EMAIL", help="A key that reaches all this person may.")
@data_option
def create(slug: str | None, contact: str | None, data: Path) -> None:
    """Print a new key, once: Joey keeps only its hash."""
    from joey.instance.open_instance import instance

    if (slug is None) == (contact is None):
        raise Trouble("Say whose key it is: either --shop SLUG or --person PHONE_OR_EMAIL.")
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
                raise Trouble(
                    f"Nobody has signed in as {contact} yet. Sign in once at /studio/sign-in, then try again."
                )
            made = make_token(person)
    click.echo(made)
