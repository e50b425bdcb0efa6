"""Ask a real account, reading only, whether what is unverified about its marketplace holds there."""

import logging
from collections import Counter
from pathlib import Path

import click

from joey.cli.data_option import data_option

SAMPLES = "marketplace-samples"


@click.command()
@click.argument("code")
@click.option(
    "--samples",
    type=click.Path(file_okay=False, path_type=Path),
    help=f"Folder for the answers, without buyers, order ids and credentials. [default: {SAMPLES} in the data folder]",
)
@data_option
@click.pass_context
def check(ctx: click.Context, code: str, samples: Path | None, data: Path) -> None:
    """Ask the account at the marketplace CODE about every unverified fact that a call can tell, reading only.

    Each fact is confirmed, different, not granted to this account, or unknown while there is nothing to see it by.

    Exit code 0: nothing needs you. What is unknown does not, nor what is not granted and, as the account is configured,
    not needed. 1: a fact is different, or what is needed is not granted, or the marketplace did not answer, or takes
    none of the account's calls. 2: the marketplace is not connected.
    """
    folder = (samples or data / SAMPLES).absolute()
    from joey.instance.open_instance import instance

    with instance(data, "marketplaces"):
        from joey.marketplaces import registry
        from joey.marketplaces.check_account import check_account, facts_of
        from joey.marketplaces.keepers_accounts import operators_connector
        from joey.marketplaces.list_accounts import list_accounts
        from joey.marketplaces.unread_refunds import unread_refunds
        from joey.orders.recent_changes import recent_changes

        logging.getLogger("joey.marketplaces").setLevel(logging.WARNING)  # refusals are what is looked at here
        try:
            account = operators_connector(code)
        except registry.NotConnected as not_connected:
            faults = [each.text for each in registry.faults() if each.marketplace == registry.code_for(code)]
            raise click.UsageError(faults[0] if faults else str(not_connected)) from None
        asked = next(each for each in list_accounts() if each.code == account.code)
        click.echo(f"{asked.names}: {asked.connection}.")
        if asked.is_simulated:
            click.echo("A simulator answers. What it confirms says nothing about the real marketplace.")
        if limit := unread_refunds(account):
            click.echo(limit)
        counts: Counter[str] = Counter()
        wrong = []
        for each in check_account(code, folder, changed_at=recent_changes(account.code)):
            state = each.state.replace("_", " ")
            counts[state] += 1
            if each.is_to_look_at:
                wrong.append(each.fact.name)
            why = f"{each.seen}" if each.is_needed else f"{each.seen}; not needed as this account is configured"
            click.echo(f"{state:<12} {each.fact.name}: {each.fact.says.text} ({why})")
        not_asked = sum(fact.see is None for fact in facts_of(account.code))
    if not counts:
        click.echo(f"Nothing is unverified about {code} that its account could be asked.")
    else:
        click.echo(", ".join(f"{count} {state}" for state, count in counts.items()) + f". The answers are in {folder}.")
    if not_asked:
        them = "it" if not_asked == 1 else "them"
        click.echo(f"{not_asked} more cannot be asked for; docs/marketplaces.md names {them}.")
    if wrong:
        click.echo(f"To look at: {', '.join(wrong)}.", err=True)
        ctx.exit(1)
