"""The limits on payouts: what is in force per currency, and publishing others."""

from datetime import timedelta
from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.cli.reason_option import reason_option
from joey.kit.utc_text import utc_text


@click.command()
@click.argument("currency", required=False)
@data_option
def limits(currency: str | None, data: Path) -> None:
    """List the limits in force, of CURRENCY or of each that an operator published some for."""
    from joey.instance.open_instance import instance

    with instance(data, "payouts"):
        from joey.money.money import Money
        from joey.payouts.limits import LIMITS, currencies_with_own_limits, limits_now

        found = limits_now([currency] if currency else currencies_with_own_limits())
        for code, version in sorted(found.items()):
            amounts = (f"{name} {Money(getattr(version, f'{name}_minor'), code).text}" for name in LIMITS)
            click.echo(f"{code}, from {utc_text(version.from_at)}: {', '.join(amounts)}")
    if not found:
        click.echo(
            f"No limits in {currency} are in force." if currency else "All limits are those that came with Joey."
        )


@click.command("set-limits")
@click.argument("currency")
@reason_option
@click.option("--floor", required=True, metavar="AMOUNT", help="The smallest payout.")
@click.option("--by-rule-below", required=True, metavar="AMOUNT", help="Below it no operator is needed.")
@click.option("--two-from", required=True, metavar="AMOUNT", help="From it on two operators approve.")
@click.option("--per-operator-day", required=True, metavar="AMOUNT", help="Most that one operator approves a day.")
@click.option("--in-days", default="0", show_default=True, metavar="DAYS", help="When they begin; 0 is now.")
@operator_option
@data_option
def set_limits(currency: str, reason: str, in_days: str, by: str, data: Path, **amounts: str) -> None:
    """Publish other limits for CURRENCY for REASON; they replace those in force. Amounts are written like 19.90."""
    with deciding(data, by, command="payouts") as operator:
        from joey.kit.clock import now
        from joey.payouts.limits import publish_limits, read_days, read_limits

        moment = now()
        published = publish_limits(
            currency, read_limits(currency, amounts), from_at=moment + timedelta(days=read_days(in_days)),
            reason=reason, by=operator, now=moment,
        )  # fmt: skip
        begins = utc_text(published.from_at)
    click.echo(f"The limits in {currency} are published and in force from {begins}.")
