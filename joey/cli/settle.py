"""Make due commissions available."""

from pathlib import Path

import click

from joey.cli.as_of import as_of_option, only_in_the_sandbox, read_time
from joey.cli.data_option import data_option
from joey.cli.not_installed import faults, say_faults, say_not_installed


@click.command()
@as_of_option
@data_option
@click.pass_context
def settle(ctx: click.Context, as_of: str | None, data: Path) -> None:
    """Confirm every commission that is settled, waited its days and is not held."""
    from joey.instance.open_instance import instance

    moment = read_time(as_of)
    with instance(data, "settle"):
        from joey.commissions.confirm_due import confirm_due
        from joey.commissions.earn_due import earn_due
        from joey.kit.clock import now

        only_in_the_sandbox(moment)
        try:
            earned = earn_due(now=now())
        finally:  # booking and confirming do not stop each other
            confirmed = confirm_due(now=moment or now(), read_up_to=moment)
        found = faults()
    click.echo(f"{earned.lines} order lines checked, {confirmed.commissions} commissions became available.")
    say_faults(found)
    if not_installed := sorted({*earned.not_installed, *confirmed.not_installed}):
        say_not_installed(not_installed)
        ctx.exit(1)
