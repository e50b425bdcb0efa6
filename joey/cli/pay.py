"""Send approved payouts to their rail and book its answers."""

from pathlib import Path

import click

from joey.cli.as_of import as_of_option, only_in_the_sandbox, read_time
from joey.cli.data_option import data_option


@click.command()
@as_of_option
@data_option
def pay(as_of: str | None, data: Path) -> None:
    """Hand approved payouts to the bank and book its answers."""
    from joey.instance.open_instance import instance

    moment = read_time(as_of)
    with instance(data, "pay"):
        from joey.kit.clock import now
        from joey.payouts.pay_due import pay_due

        only_in_the_sandbox(moment)
        done = pay_due(now=moment or now(), ask_all=True)
    click.echo(
        f"{done.approved} approved by rule, {done.sent} put into files; files the bank took: {done.files};"
        f" {done.paid} paid, {done.failed} failed, {done.returned} came back; {done.waiting} wait for an operator."
    )
    if done.files_again:
        click.echo(f"Handed to the bank again, because it did not know them, with the same bytes: {done.files_again}.")
    if done.paused:
        click.echo(
            f"Nothing is sent: payouts are paused. {done.paused} `joey payouts resume REASON` resumes them.", err=True
        )
    for problem in done.problems:
        click.echo(f"Problem: {problem}", err=True)
