"""Back everything up."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from joey.cli.data_option import data_option
from joey.kit.utc_text import utc_text

if TYPE_CHECKING:
    from joey.instance.backup.backup_archive import BackupManifest


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True, help="Leave out the trial: checksums only.")
@data_option
def backup(folder: Path, quick: bool, data: Path) -> None:
    """Back everything up to the new folder DIR and verify the backup. Joey may keep running meanwhile.

    The backup holds every secret of the instance: keep it as private as the instance itself.
    """
    from joey.instance.backup.make_backup import make_backup

    folder = folder.expanduser().absolute()
    _report(folder, make_backup(data, folder, quick=quick))


def _report(folder: Path, manifest: "BackupManifest") -> None:
    from joey.instance.backup.backup_archive import PRIVATE

    size = sum(int(size) for size, _ in manifest.files.values())
    click.echo(
        f"The backup is in {folder}: {size / 1e6:.1f} MB, as of {utc_text(manifest.made_at, seconds=True)}, made in "
        f"{manifest.seconds:.1f} s."
    )
    if manifest.trial:
        click.echo(
            f"It was tried: a database made from it has the same {manifest.trial.rows:,} rows, and all "
            f"{manifest.trial.rules} rules hold there ({manifest.trial.seconds:.1f} s)."
        )
    else:
        click.echo("It was not tried (--quick): only its checksums were verified. `joey restore DIR --try` tries it.")
    click.echo(PRIVATE)
