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
        f"{done.approved} approved by rule, {done.sent} handed to the bank, {done.paid} paid, {done.failed} failed,"
        f" {done.returned} came back;"
        f" {done.waiting} wait for an operator."
    )
    if done.paused:
        click.echo(
            f"Nothing is sent: payouts are paused. {done.paused} `joey payouts resume REASON` resumes them.", err=True
        )
    for problem in done.problems:
        click.echo(f"Problem: {problem}", err=True)
