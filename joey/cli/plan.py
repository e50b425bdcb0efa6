"""The flat plan: which version is in force, and publishing another."""

from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import operator_option
from joey.instance.errors import CommandFailed
from joey.kit.json import read_json
from joey.kit.utc_text import utc_text


@click.group()
def plan() -> None:
    """How commission is split between shopkeeper and platform, and how long it waits."""


@plan.command("show")
@data_option
def show(data: Path) -> None:
    """List the plan's versions; the last that has begun is in force."""
    from joey.instance.open_instance import instance

    with instance(data, "plan"):
        from joey.commissions.plan_now import plan_versions

        for version in plan_versions():
            click.echo(
                f"plan {version.pk}, from {utc_text(version.from_at)}: {version.shopkeeper_ppm} ppm to the"
                f" shopkeeper, {version.platform_ppm} ppm to the platform, {version.waiting_days} days of waiting"
            )


@plan.command("publish")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@operator_option
@data_option
def publish(file: Path, by: str, data: Path) -> None:
    """Publish the plan in FILE: {"shopkeeper_ppm": 800000, "platform_ppm": 200000, "waiting_days": 7}."""
    from joey.instance.open_instance import instance

    try:
        given = read_json(file.read_bytes())
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise CommandFailed(f"{file} does not hold a JSON object. Write it as the help of this command shows.")
    with instance(data, "plan"):
        from joey.commissions.publish_plan import publish_plan
        from joey.kit.clock import now
        from joey.people.operators import operator_by_contact

        published = publish_plan(given, by=operator_by_contact(by), now=now())
    click.echo(f"Plan {published.pk} is published and in force from {utc_text(published.from_at)}.")
