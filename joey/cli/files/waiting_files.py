"""Payout files that are stuck: ask the bank, withdraw one that has not left, mark one as refused, dismiss a note."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding, operator_option
from joey.cli.reason_option import reason_option
from joey.kit.utc_text import utc_text


@click.command()
@data_option
def files(data: Path) -> None:
    """List payout files that wait for the bank or for an operator, oldest first, each with its problems."""
    from joey.instance.open_instance import instance

    with instance(data, "files"):
        from joey.payouts.open_questions import open_files

        found = open_files()
    for file in found:
        left = f"left {utc_text(file.left_at)}" if file.left_at else "has not left"
        click.echo(f"{file.message_id}  made {utc_text(file.made_at)}, {left}")
        if file.is_kept_back:
            click.echo("    the bank does not know it; it goes again once nothing stops its payouts")
        for problem in file.problems:
            click.echo(f"    {problem}")
    if not found:
        click.echo("No payout file waits.")


@click.command()
@click.argument("message_id", metavar="FILE")
@operator_option
@data_option
def ask(message_id: str, by: str, data: Path) -> None:
    """Ask the bank now what became of FILE, by its message id, and book the answers."""
    with deciding(data, by, command="files") as operator:
        from joey.kit.clock import now
        from joey.payouts.open_questions import file_by_message_id
        from joey.payouts.take_answers import ask_file

        taken = ask_file(file_by_message_id(message_id), by=operator, now=now())
        problems = file_by_message_id(message_id).problems.splitlines()  # as the answers left them
    click.echo(f"{taken.settled} paid, {taken.rejected} rejected, {taken.returned} came back.")
    for problem in problems:
        click.echo(f"Problem: {problem}", err=True)


@click.command()
@click.argument("message_id", metavar="FILE")
@reason_option
@operator_option
@data_option
def withdraw(message_id: str, reason: str, by: str, data: Path) -> None:
    """Withdraw FILE, which has not left; its payouts are prepared again, for the bank that the settings name then."""
    with deciding(data, by, command="files") as operator:
        from joey.kit.clock import now
        from joey.payouts.open_questions import file_by_message_id
        from joey.payouts.withdraw import withdraw_file

        withdraw_file(file_by_message_id(message_id), by=operator, reason=reason, now=now())
    click.echo("Withdrawn. Its payouts are prepared again within a minute.")


@click.command("give-up")
@click.argument("message_id", metavar="FILE")
@reason_option
@operator_option
@data_option
def give_up(message_id: str, reason: str, by: str, data: Path) -> None:
    """Wait no longer for what the bank says of FILE, and never send it again.

    Its transfers without an answer become unknown: the bank's answer ends each, or two operators find what became of
    it.
    """
    with deciding(data, by, command="files") as operator:
        from joey.kit.clock import now
        from joey.payouts import give_up
        from joey.payouts.open_questions import file_by_message_id

        count = give_up.give_up(file_by_message_id(message_id), by=operator, reason=reason, now=now())
    click.echo(f"{count} transfers are unknown now; `joey payouts transfers` lists them.")


@click.command("mark-refused")
@click.argument("message_id", metavar="FILE")
@reason_option
@operator_option
@data_option
def mark_refused(message_id: str, reason: str, by: str, data: Path) -> None:
    """Find that no unknown transfer of FILE was paid, which the bank refused or never knew. It takes two operators.

    REASON says how you know that the bank did not pay: the refusal itself, a call with its number.
    """
    with deciding(data, by, command="files") as operator:
        from joey.kit.clock import now
        from joey.payouts import resolve
        from joey.payouts.open_questions import file_by_message_id

        file = file_by_message_id(message_id)
        decisions = resolve.mark_refused(file, by=operator, reason=reason, now=now())
        is_carried_out = all(decision.carried_out for decision in decisions)
    if is_carried_out:
        click.echo(f"{len(decisions)} transfers were not paid; their money is available again.")
    else:
        click.echo("Written down. It is booked once a second operator finds the same.")


@click.command()
@click.argument("message_id", metavar="FILE")
@reason_option
@operator_option
@data_option
def dismiss(message_id: str, reason: str, by: str, data: Path) -> None:
    """Take off FILE what the bank answered about transfers that are not ours. REASON says what they were."""
    with deciding(data, by, command="files") as operator:
        from joey.kit.clock import now
        from joey.payouts.file_problems import dismiss_strangers
        from joey.payouts.open_questions import file_by_message_id

        count = dismiss_strangers(file_by_message_id(message_id), by=operator, reason=reason, now=now())
    click.echo(f"{count} taken off. The bank's answers stay with the file.")
