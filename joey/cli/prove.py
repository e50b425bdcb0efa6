"""Check every invariant of the ledger and the record; the first offender ends it with exit code 1."""

import time
from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.instance.errors import CommandFailed


@click.command()
@data_option
def prove(data: Path) -> None:
    """Check that no money is lost, created or silently changed."""
    from joey.instance.open_instance import instance

    with instance(data, "prove"):
        from joey.insight.prove import all_checks
        from joey.record.erasable import erased_count

        checks = all_checks()
        for check in checks:
            started = time.monotonic()
            offender = check.first_offender()
            if offender is not None:
                facts = ", ".join(f"{name} {value}" for name, value in offender.items())
                raise CommandFailed(f"Does not hold: {check.rule}. First offender: {facts}")
            click.echo(f"holds  {check.rule} ({time.monotonic() - started:.2f} s)")
        erased = erased_count()
    click.echo(f"All {len(checks)} rules hold. Texts erased so far: {erased}.")
