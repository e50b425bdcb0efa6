"""API tokens, from the terminal: make one, list them, end one."""

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from joey.cli.data_option import data_option
from joey.instance.errors import CommandFailed
from joey.kit.utc_text import utc_text

if TYPE_CHECKING:
    from joey.people.models import Person

SCOPES = ("read", "list", "share", "money")
LIST_MOST = 500


@click.group()
def token() -> None:
    """API tokens."""


@token.command("create")
@click.option("--shop", "slug", metavar="SLUG", help="A token of this shop's keeper for this shop only.")
@click.option("--person", "contact", metavar="PHONE_OR_EMAIL", help="A token for all shops of this person.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(SCOPES),
    multiple=True,
    help="What it may do; repeat it for more. Without it: all but money.",
)
@click.option("--days", type=int, default=90, show_default=True, help="How long it works, 365 at most.")
@data_option
def create(slug: str | None, contact: str | None, scopes: tuple[str, ...], days: int, data: Path) -> None:
    """Print a new token, once: Joey keeps only its hash."""
    from joey.instance.open_instance import instance

    if (slug is None) == (contact is None):
        raise CommandFailed("Name the token's owner: either --shop SLUG or --person PHONE_OR_EMAIL.")
    with instance(data, "token"):
        from joey.kit.clock import now
        from joey.people.tokens import make_token
        from joey.shops.queries import shop_by_slug

        shop = shop_by_slug(slug) if slug is not None else None
        owner = shop.owner if shop else _person(contact or "")
        made = make_token(owner, shop.pk if shop else None, scopes=scopes or SCOPES[:-1], days=days, now=now())
    click.echo(made)


@token.command("list")
@click.option("--person", "contact", metavar="PHONE_OR_EMAIL", help="Those of this person only.")
@data_option
def list_tokens(contact: str | None, data: Path) -> None:
    """List the tokens that work, the newest first, by the id that `end` takes."""
    from joey.instance.open_instance import instance

    with instance(data, "token"):
        from joey.kit.clock import now
        from joey.people.own_tokens import live_tokens

        found = live_tokens(_person(contact) if contact is not None else None, now=now(), limit=LIST_MOST)
    for each in found:
        reach = f"shop {each.shop_id}" if each.shop_id else "all shops"
        used = f"last used {utc_text(each.used_at)}" if each.used_at else "never used"
        click.echo(
            f"{each.id}  {each.contact}  {reach}  {','.join(each.scopes)}  until {utc_text(each.ends_at)}  {used}"
        )
    if not found:
        click.echo("No token works.")


@token.command("end")
@click.argument("token_id", metavar="ID", type=click.UUID)
@data_option
def end(token_id: UUID, data: Path) -> None:
    """End the token with this ID, as `joey token list` shows it: its next call is refused."""
    from joey.instance.open_instance import instance

    with instance(data, "token"):
        from joey.kit.clock import now
        from joey.people.own_tokens import end_token

        end_token(token_id, by=None, now=now())
    click.echo("Ended.")


def _person(contact: str) -> "Person":
    """The person with this contact, once the instance is open."""
    from joey.people.contact import read_contact
    from joey.people.queries import person_by_contact

    person = person_by_contact(read_contact(contact))
    if person is None:
        raise CommandFailed(f"{contact} has never signed in. Sign in once at /studio/sign-in, then try again.")
    return person
