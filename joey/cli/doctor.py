"""Report what is wrong with this instance."""

import sys
from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.command()
@data_option
def doctor(data: Path) -> None:
    """Report what is wrong here, in plain words. Exit code 1 when something is."""
    from joey.instance.doctor import diagnose

    wrong = 0
    for diagnosis in diagnose(data):
        wrong += not diagnosis.good
        click.echo(f"{'ok  ' if diagnosis.good else 'LOOK'}  {diagnosis.text}")
    if wrong:
        click.echo(f"{wrong} thing{'s' if wrong > 1 else ''} to look at.")
        sys.exit(1)
    click.echo("Nothing is wrong here.")
