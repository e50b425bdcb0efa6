"""Commands whose place is settled and whose work is not built yet: each says so and exits with 3."""

import click

NOT_BUILT = 3


def _later(name: str, what: str) -> click.Command:
    # Any arguments are taken, so that the answer is about the command and not about its options.
    @click.command(name, context_settings={"ignore_unknown_options": True, "allow_extra_args": True}, help=what)
    @click.pass_context
    def command(ctx: click.Context) -> None:
        click.echo(f"`joey {name}` is not built yet: {what} Nothing was changed.", err=True)
        ctx.exit(NOT_BUILT)

    return command


seed = _later("seed", "it will make synthetic load for measuring.")
backup = _later("backup", "it will copy everything and verify the copy. Until then stop Joey and copy its data folder.")
restore = _later("restore", "it will bring a backup back.")
