"""Connect an account at a marketplace. Its secrets come by standard input, never in the words of the command."""

import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from joey.cli.data_option import data_option

if TYPE_CHECKING:
    from joey.marketplaces.connect_account import ConnectedAccount

LONGEST = 65_536  # bytes of one account
_FAULTS = {
    "syntax": "a quotation mark, comma or bracket is missing, or one is too many",
    "name_twice": "it has one name twice",
    "too_large": f"it has more than {LONGEST:,} bytes",
}
_HOW = (
    'Write it into a file, like {"credentials": {"NAME": "VALUE"}}, which the README of the marketplace\'s folder'
    " describes, and give it with `joey marketplaces connect CODE < FILE`."
)


@click.command()
@click.argument("code")
@click.option("--replace", is_flag=True, help="Put it in the place of another account there.")
@data_option
def connect(code: str, replace: bool, data: Path) -> None:
    """Connect the account at the marketplace CODE that standard input gives: what its README calls the configuration.

    That is one JSON object, such as {"credentials": {…}}: `joey marketplaces connect CODE < FILE`, or typed on one line
    where nothing shows it. It is kept, readable by its owner only, once the marketplace has taken a call of it that
    only reads. The same account again changes nothing, and new credentials of it take the place of the old ones.
    """
    from joey.instance.errors import CommandFailed
    from joey.instance.open_instance import instance

    given = _given()
    with instance(data, "marketplaces"):
        from django.conf import settings

        from joey.kit.refusals import Invalid
        from joey.marketplaces.connect_account import connect_account
        from joey.marketplaces.port import MarketplaceRefused
        from joey.marketplaces.registry import NotInstalled

        if settings.DEMO or settings.OF_DEMO:
            raise CommandFailed(
                "This is a demo, and its marketplaces are simulated, so no real account was connected. Start an"
                " instance of your own with `joey up --no-demo --data DIR`, and connect the account there with"
                f" `joey marketplaces connect {code} --data DIR`."
            )
        try:
            done = connect_account(code, given, settings.JOEY_MARKETPLACES_FILE, replace=replace)
        except NotInstalled as not_installed:
            raise click.UsageError(str(not_installed)) from None
        except (Invalid, MarketplaceRefused) as refused:
            named = f"{refused.field}: " if refused.field else ""
            said = str(refused).rstrip(".")
            raise CommandFailed(f"{named}{said}. Nothing was changed.{_what_to_correct(code)}") from None
        _say_done(done, str(settings.JOEY_MARKETPLACES_FILE))


def _say_done(done: "ConnectedAccount", file: str) -> None:
    named = f" {done.account}" if done.account else ""
    if not done.is_new:
        click.echo(f"{done.code}: account{named} is connected already. Nothing was changed.")
    else:
        click.echo(f"{done.code}: account{named} is connected. It is kept in {file}.")
        click.echo(
            "Joey uses it once it is started again: stop `joey up` with Ctrl-C and start it, or restart `joey serve`"
            " and `joey work`."
        )
    if done.seen is None:
        click.echo(
            "Nothing can be asked of this account beforehand, so whether it is right shows when it is used."
            f" Next: `joey fetch WORDS --marketplace {done.code}` searches there."
        )
        return
    if done.seen.state == "not_granted":
        click.echo(f"The marketplace takes the account, and does not let it make every call: {done.seen.seen}")
    click.echo(
        f"Next: `joey marketplaces check {done.code}` asks the account, reading only, whether what Joey takes for"
        " granted about it is so."
    )


def _what_to_correct(code: str) -> str:
    """Where the settings of an account are described, if its marketplace has accounts."""
    from joey.marketplaces import registry

    package = registry.packages().get(registry.code_for(code))
    readme = Path(str(files(package))).joinpath("README.md") if package else None
    if readme is None or not readme.is_file():
        return ""
    return f" {readme} says how the account is written: correct it, and run the same command again."


def _given() -> object:
    """The account. Raises CommandFailed, which quotes nothing of it."""
    from joey.instance.errors import CommandFailed
    from joey.kit.json import NotJson, as_float, read_json

    if sys.stdin.isatty():
        text: str | bytes = click.prompt("The account as JSON, on one line (it is not shown)", hide_input=True)
    else:
        text = sys.stdin.buffer.read(LONGEST + 1)
    if not text.strip():
        raise CommandFailed(f"No account was given, so nothing was changed. {_HOW}")
    try:
        return read_json(text, largest=LONGEST, fractions=as_float)
    except NotJson as broken:
        why = _FAULTS.get(broken.fault, "it is not written as JSON")
        raise CommandFailed(
            f"What was given is not the JSON of one account: {why}. Nothing was changed. {_HOW}"
        ) from None
