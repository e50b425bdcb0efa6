"""A group of commands, each in a file of its own that is loaded only when it is called."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class OnDemand(click.Group):
    """`places` says of each command where it is ("module:function") and what it does; `hidden` ones are not listed."""

    def __init__(
        self,
        *given: Any,
        places: Mapping[str, tuple[str, str]],
        hidden: Mapping[str, tuple[str, str]] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        self.places = places
        self.all_places = {**places, **(hidden or {})}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which they are declared."""
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the file of this one command."""
        place, _ = self.all_places.get(cmd_name, (None, None))
        if place is None:
            return None
        module, name = place.split(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in self.places.items()])
