"""Reports of buyers, and appeals of keepers against what an operator hid."""

from pathlib import Path
from uuid import UUID

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.cli.reason_option import reason_option
from joey.kit.utc_text import utc_text

LIST_MOST = 200


@click.command()
@data_option
def reports(data: Path) -> None:
    """List the reports that wait for an answer, the one that is due first at the top."""
    from joey.instance.open_instance import instance

    with instance(data, "shops"):
        from joey.record.kept_texts import kept_text
        from joey.shops.read_report import open_reports

        found = [(each, kept_text(each, "words")) for each in open_reports(limit=LIST_MOST)]
        for each, words in found:
            what = f"listing {each.listing_id}" if each.listing_id else "the shop"
            click.echo(
                f"{each.id}  {each.reference}  {each.shop.slug}  {what}  {each.reason}"
                f"  answer by {utc_text(each.answer_by)}{f': {words}' if words else ''}"
            )
    if not found:
        click.echo("No report waits for an answer.")


@click.command("answer-report")
@click.argument("report_id", metavar="REPORT", type=click.UUID)
@click.option(
    "--outcome",
    type=click.Choice(["nothing", "hidden", "shown"]),
    default="nothing",
    show_default=True,
    help="What becomes of the item.",
)
@reason_option
@operator_option
@data_option
def answer_report(report_id: UUID, outcome: str, reason: str, by: str, data: Path) -> None:
    """Answer REPORT, by its id. Who reported it reads REASON, and so does the keeper of an item that is hidden."""
    with deciding(data, by, command="shops") as operator:
        from joey.kit.clock import now
        from joey.shops.answer_report import answer_report as answer

        answer(report_id, answer=reason, outcome=outcome, by=operator, now=now())
    click.echo("Answered.")
