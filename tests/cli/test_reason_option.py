"""Each command that keeps a reason takes it as --reason TEXT, and as the last argument."""

import click
import pytest
from click.testing import CliRunner

from joey.cli.lines.group import lines
from joey.cli.payouts.group import payouts
from joey.cli.positions import positions
from joey.cli.reason_option import reason_option
from joey.cli.reports.group import reports


@click.command()
@click.argument("what")
@reason_option
def stop(what: str, reason: str) -> None:
    click.echo(f"{what}: {reason}")


def test_the_reason_is_written_either_way_and_once() -> None:
    run = CliRunner().invoke

    assert run(stop, ["it", "too many"]).output == run(stop, ["it", "--reason", "too many"]).output == "it: too many\n"
    assert "Write the reason once" in run(stop, ["it"]).output
    assert run(stop, ["it", "one", "--reason", "two"]).exit_code == 2


def test_every_command_that_keeps_a_reason_takes_the_option() -> None:
    takes, lacks = set(), set()
    for group in (lines, payouts, positions, reports):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            if any("--reason" in each.opts for each in command.params):
                takes.add(f"{group.name} {name}")
            elif any(each.name == "reason" for each in command.params):
                lacks.add(f"{group.name} {name}")

    assert {"payouts refuse", "payouts release", "payouts resolve", "lines hold", "reports dismiss"} <= takes
    assert not lacks


@pytest.mark.parametrize(
    ("group", "name"),
    [(lines, "hold"), (lines, "release"), (lines, "attribute"), (payouts, "hold"), (payouts, "refuse")],
)
def test_a_command_says_that_the_shopkeeper_reads_the_reason(group: click.Group, name: str) -> None:
    said = " ".join(CliRunner().invoke(group, [name, "--help"]).output.split())

    assert "The shopkeeper reads REASON" in said
