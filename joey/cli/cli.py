"""The `joey` command: a list of commands, each in a file of its own that is loaded only when it is called."""

import os

import click

from joey.cli.on_demand import OnDemand

# name: (where it is, what it does). A new command is one line here and one file.
COMMANDS = {
    "up": ("joey.cli.up:up", "Run everything on this machine: database, web, worker, sandbox."),
    "migrate": ("joey.cli.migrate:migrate", "Bring the database to this version of Joey."),
    "serve": ("joey.cli.serve:serve", "Serve the web faces, for a deployment of your own."),
    "work": ("joey.cli.work:work", "Work through background jobs, for a deployment of your own."),
    "sync": ("joey.cli.sync:sync", "Fetch order reports."),
    "settle": ("joey.cli.settle:settle", "Make available what is due."),
    "pay": ("joey.cli.pay:pay", "Send payouts and read the bank's answers."),
    "waiting": ("joey.cli.waiting:waiting", "List what waits for an operator."),
    "payouts": ("joey.cli.payouts.group:payouts", "Decide on payouts, hold, pause, and what is stuck at the bank."),
    "files": ("joey.cli.files.group:files", "Payout files: ask the bank about one, withdraw it, mark it refused."),
    "reports": ("joey.cli.reports.group:reports", "Order reports that could not be read."),
    "lines": ("joey.cli.lines.group:lines", "Order lines: in suspense, on hold."),
    "shops": ("joey.cli.shops.group:shops", "Reports of buyers, and which shops the front page shows."),
    "positions": ("joey.cli.positions:positions", "List, register and free positions at marketplaces."),
    "marketplaces": ("joey.cli.marketplaces.group:marketplaces", "List marketplaces, connect and check accounts."),
    "match": ("joey.cli.match:match", "Find the same item at other marketplaces."),
    "prove": ("joey.cli.prove:prove", "Check that no money is lost, created or silently changed."),
    "erase": ("joey.cli.erase:erase", "Erase what people wrote about something."),
    "list": ("joey.cli.list_goods:list_goods", "List the goods of a CSV file in a shop."),
    "plan": ("joey.cli.plan:plan", "Show the commission plan, or publish a new one."),
    "token": ("joey.cli.token:token", "API tokens: make, list, end."),
    "operator": ("joey.cli.operator:operator", "Give someone access to the office, or take it away."),
    "index": ("joey.cli.index:index", "Rebuild the search index, or show its state."),
    "doctor": ("joey.cli.doctor:doctor", "Report what is wrong here, in plain words."),
    "import": ("joey.cli.import_goods:import_goods", "Import offers from a file."),
    "feed": ("joey.cli.feeds.group:feed", "Fetch lists of goods from addresses, on a schedule."),
    "import-orders": ("joey.cli.import_orders:import_orders", "Take in order reports from a console's export."),
    "fetch": ("joey.cli.fetch:fetch", "Search marketplaces, and take what they find into the catalogue."),
    "seed": ("joey.cli.seed:seed", "Make synthetic load for measuring."),
    "backup": ("joey.cli.backup:backup", "Back everything up, and verify the backup."),
    "restore": ("joey.cli.restore:restore", "Restore a backup."),
}
HIDDEN = {
    "fill-demo": ("joey.cli.fill_demo:fill_demo_command", "Fill the demo; `up` calls it."),
    "pause-replaced": ("joey.cli.pause_replaced:pause_replaced_command", "Pause what a restore replaces."),
}


class Joey(OnDemand):
    """The commands above; every failure becomes a sentence."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a refusal is shown as it is, any other error with its name and how to learn more."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if os.environ.get("JOEY_DEBUG", "") not in ("", "0"):
                raise
            raise CommandStopped(_sentence(error)) from error


class CommandStopped(click.ClickException):
    """Shown as one sentence, exit code 1."""

    def show(self, file: object = None) -> None:
        """Print the sentence as it is."""
        click.echo(self.format_message(), err=True)


@click.group(cls=Joey, places=COMMANDS, hidden=HIDDEN, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Joey: open a shop, fill it with real goods, share it, earn an honest commission."""


def _sentence(error: Exception) -> str:
    from joey.instance.errors import CommandFailed
    from joey.kit.refusals import Refusal

    if isinstance(error, CommandFailed):
        return str(error)
    if isinstance(error, Refusal):
        return f"{error.field}: {error.text}" if error.field else str(error.text)
    first = (str(error).strip().splitlines() or ["no details"])[0]
    if type(error).__name__ in ("OperationalError", "PoolTimeout", "InterfaceError"):
        return f"The database does not answer: {first}. `joey doctor` says more."
    name = type(error).__name__
    if name == "ImproperlyConfigured":  # a setting that cannot work: the sentence names it
        return first
    return f"Internal error: {name}: {first}. Run the command with JOEY_DEBUG=1 to see where."


if __name__ == "__main__":
    main(prog_name="joey")
