"""Order reports that could not be read: list them, look at one, read them again, give one up."""

from pathlib import Path
from uuid import UUID

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.cli.reason_option import reason_option
from joey.instance.errors import CommandFailed
from joey.kit.utc_text import utc_text

LIST_MOST = 200


@click.command()
@data_option
def unreadable(data: Path) -> None:
    """List reports that could not be read, oldest first, each with its problem at the last attempt."""
    from joey.instance.open_instance import instance

    with instance(data, "reports"):
        from joey.orders.queries import unread_reports

        found = unread_reports(limit=LIST_MOST)
    for each in found:
        since = utc_text(each.received_at)
        order = f"  order {each.external_order}" if each.external_order else ""
        came = f"poll {each.poll}, since {since}"
        click.echo(f"{each.report_id}  {each.marketplace} {each.kind}{order}  {came}: {each.problem}")
    if not found:
        click.echo("Every report could be read.")


@click.command()
@click.argument("report_id", metavar="REPORT", type=click.UUID)
@data_option
def show(report_id: UUID, data: Path) -> None:
    """Print what the marketplace sent as REPORT, by its id, as JSON."""
    from joey.instance.open_instance import instance

    with instance(data, "reports"):
        from joey.orders.queries import report_payload

        payload = report_payload(report_id)
    if payload is None:
        raise CommandFailed(f"There is no report {report_id}. `joey reports unreadable` lists those that wait.")
    click.echo(payload)


@click.command()
@click.argument("report_id", metavar="REPORT", type=click.UUID, required=False)
@operator_option
@data_option
def retry(report_id: UUID | None, by: str, data: Path) -> None:
    """Read REPORT again, by its id, or every report that could not be read."""
    with deciding(data, by, command="reports") as operator:
        from joey.kit.clock import now
        from joey.orders.retry_unread import retry_all_unread, retry_unreadable

        if report_id is None:
            done = retry_all_unread(now=now())
            tried, read = done.tried, done.read
        else:
            tried, read = 1, int(retry_unreadable(report_id, by=operator, now=now()))
    click.echo(f"{tried} tried, {read} could be read.")
    if read < tried:
        click.echo("`joey reports unreadable` says why. The rest is tried again every hour.", err=True)


@click.command()
@click.argument("report_id", metavar="REPORT", type=click.UUID)
@reason_option
@operator_option
@data_option
def dismiss(report_id: UUID, reason: str, by: str, data: Path) -> None:
    """Give up REPORT, by its id, for REASON: it is not tried again, and what it says is never booked.

    One whose order line has a later report that could be read is taken off the list by itself.
    """
    with deciding(data, by, command="reports") as operator:
        from joey.kit.clock import now
        from joey.orders.dismiss_unread import dismiss_unreadable

        dismiss_unreadable(report_id, by=operator, reason=reason, now=now())
    click.echo("Given up. The report stays as it came.")


@click.command("dismiss-poll")
@click.argument("poll", type=click.IntRange(min=1))
@reason_option
@operator_option
@data_option
@click.pass_context
def dismiss_poll(ctx: click.Context, poll: int, reason: str, by: str, data: Path) -> None:
    """Give up every report that came with POLL and could not be read, for REASON, as `dismiss` does with one.

    `joey reports unreadable` names the poll of each. The refused rows of a file that `joey import-orders` took in are
    one poll. Exit code 1: some were kept.
    """
    with deciding(data, by, command="reports") as operator:
        from joey.kit.clock import now
        from joey.orders import dismiss_unread

        done = dismiss_unread.dismiss_poll(poll, by=operator, reason=reason, now=now())
    click.echo(f"{done.dismissed:,} given up. They stay as they came.")
    for why, count in done.kept.items():
        click.echo(f"{count:,} kept: {why}", err=True)
    if done.kept:
        ctx.exit(1)
