"""Restore a backup."""

from pathlib import Path

import click

from joey.cli.data_option import data_option


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Replace the data that is here with the backup; it is kept aside.")
@click.option("--try", "only_try", is_flag=True, help="Only try the backup in a throw-away database; change nothing.")
@data_option
def restore(folder: Path, replace: bool, only_try: bool, data: Path) -> None:
    """Restore the backup in DIR that `joey backup` made. Joey must not be running.

    Reports what happened since the backup and would be lost; without --replace it stops there if there is data here.
    Payouts pause until `joey payouts resume REASON`.
    """
    from joey.instance.backup.restore_backup import restore_backup

    restore_backup(folder.expanduser().absolute(), data, replace=replace, only_try=only_try)
