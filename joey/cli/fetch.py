"""Fill the catalogue by searching marketplaces."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from joey.cli.data_option import data_option
from joey.instance.errors import CommandFailed
from joey.kit.utc_text import utc_text

if TYPE_CHECKING:
    from joey.catalog.fetch_offers import FetchedPage
    from joey.marketplaces.port import SearchSort

SHOWN = 20  # refused offers printed of a page
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
SORTS = click.Choice(["relevance", "sales", "price", "rate"])


@click.command()
@click.argument("words", nargs=-1)
@click.option("--file", type=FILE, help="More searches: a text file in UTF-8, one a line; lines with # are left out.")
@click.option("--marketplace", metavar="CODE", help="Only this one. [default: all that can be searched by a call]")
@click.option(
    "--category", metavar="CODE", default="", help="Only goods of this category; it may be asked without WORDS."
)
@click.option(
    "--sort", type=SORTS, default="relevance", show_default=True, help="What comes first; rate: of commission."
)
@click.option(
    "--pages", type=click.IntRange(1, 100), default=1, show_default=True, help="Of 40 goods, for each search."
)
@click.option("--again", is_flag=True, help="Also ask for what was asked for in the last six hours.")
@data_option
@click.pass_context
def fetch(
    ctx: click.Context,
    words: tuple[str, ...],
    file: Path | None,
    marketplace: str | None,
    category: str,
    sort: str,
    pages: int,
    again: bool,
    data: Path,
) -> None:
    """Search the connected marketplaces for each of WORDS and take the goods into the catalogue.

    Each of WORDS is a search of its own: put several words of one search in quotation marks. Run again it goes on where
    it stopped. Exit code 1: a marketplace was not asked everything.
    """
    from joey.instance.open_instance import instance

    lines = _lines(file) if file else []
    with instance(data, "fetch"):
        from joey.catalog.fetch_offers import fetch_offers, searches

        asked = searches([*words, *lines], category=category, sort=cast("SearchSort", sort))
        total = _Total()
        for page in fetch_offers(asked, marketplace=marketplace, pages=pages, again=again):
            total.add(page)
            _print(page)
    click.echo(
        f"{total.new:,} new offers, {total.changed:,} changed, {total.unchanged:,} unchanged,"
        f" {total.refused:,} refused."
    )
    if total.refusals:
        click.echo("What a marketplace refuses it refuses again: search for something else there.", err=True)
    if total.troubles:
        click.echo("Not everything was asked. The same command goes on where it stopped.", err=True)
    if total.refusals or total.troubles:
        ctx.exit(1)


class _Total:
    """What became of all pages."""

    def __init__(self) -> None:
        self.new = self.changed = self.unchanged = self.refused = self.refusals = self.troubles = 0

    def add(self, page: "FetchedPage") -> None:
        self.refusals += page.is_refused
        self.troubles += bool(page.trouble) and not page.is_refused
        if page.answer is not None:
            taken, found = page.answer.taken, page.answer.found
            self.new += taken.new
            self.changed += taken.changed
            self.unchanged += taken.unchanged
            self.refused += len(taken.refused) + found.unreadable + found.without_id


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise CommandFailed(f"{file} is not written in UTF-8. Save it so, and try again.") from None
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _print(page: "FetchedPage") -> None:
    question = page.question
    what = " ".join(part for part in (question.words, f"in {question.category}" if question.category else "") if part)
    start = f"{page.marketplace}  {what}, page {question.page}: "
    if page.trouble:
        click.echo(f"{start}{page.trouble}", err=True)
    elif page.answer is None:
        assert page.answered_at is not None, "what is not asked now was asked before"
        nothing = "" if page.hits else f"; {_why_nothing(page)}"
        click.echo(f"{start}{page.hits} found at {utc_text(page.answered_at)} already{nothing}")
    elif not page.hits:
        click.echo(f"{start}0 found: {_why_nothing(page)}")
    else:
        found, taken = page.answer.found, page.answer.taken
        click.echo(
            f"{start}{found.hits} found: {taken.new} new, {taken.changed} changed, {taken.unchanged} unchanged"
            + (f", {len(taken.refused)} refused" if taken.refused else "")
            + (f", {found.unreadable} not readable" if found.unreadable else "")
            + (f", {found.without_id} without a link" if found.without_id else "")
        )
        for refused in taken.refused[:SHOWN]:
            click.echo(f"  {refused.external_id}, {refused.field}: {refused.reason}", err=True)


def _why_nothing(page: "FetchedPage") -> str:
    if page.question.page > 1:
        return "the page before was the last"
    return "the marketplace now offers nothing that fits this search. Other words, or fewer, may find something"
