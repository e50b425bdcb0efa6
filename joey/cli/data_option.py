"""The option that says which instance a command works on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from joey.instance.data_folder import default_folder


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--data DIR` (or JOEY_DATA); it receives an absolute `data: Path`."""

    def absolute(_: click.Context, __: click.Parameter, value: Path | None) -> Path:
        return (value or default_folder()).expanduser().absolute()

    option = click.option(
        "--data",
        type=click.Path(path_type=Path),
        envvar="JOEY_DATA",
        callback=absolute,
        help="Folder with everything of this instance. [default: .joey in the checkout]",
    )
    return option(command)
