"""Make due commissions available."""

from datetime import UTC, datetime
from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.instance.errors import CommandFailed


@click.command()
@click.option("--as-of", "as_of", metavar="TIME", help="Pretend it is TIME (RFC 3339); only while the sandbox is on.")
@data_option
def settle(as_of: str | None, data: Path) -> None:
    """Confirm every commission that is settled, waited its days and is not held."""
    from joey.instance.open_instance import instance

    moment = _read(as_of) if as_of else None
    with instance(data, "settle"):
        from django.conf import settings

        from joey.commissions.confirm_due import confirm_due
        from joey.commissions.earn_due import earn_due
        from joey.kit.clock import now

        if moment and not settings.SANDBOX_URL:
            raise CommandFailed("--as-of works only while the sandbox is on: real money is confirmed on real days.")
        earned = earn_due(now=now())
        confirmed = confirm_due(now=moment or now())
    click.echo(f"{earned.lines} order lines checked, {confirmed.commissions} commissions became available.")


def _read(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandFailed(f"--as-of: “{text[:40]}” is not a time. Write it like 2026-12-24T10:00:00+08:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
