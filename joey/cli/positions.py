"""Positions at marketplaces: which shop has which, register more, end a lease."""

from datetime import datetime
from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.cli.operator_option import deciding_if_named, operator_if_named
from joey.kit.utc_text import utc_text


@click.group()
def positions() -> None:
    """List, register and free the positions by which marketplaces tell shops apart."""


@positions.command("list")
@click.option("--marketplace", metavar="CODE", help="Only this one.")
@data_option
def list_positions(marketplace: str | None, data: Path) -> None:
    """Show how many positions there are, and the leases: the one used longest ago first."""
    from joey.instance.open_instance import instance

    with instance(data, "positions"):
        from joey.kit.clock import now
        from joey.marketplaces import registry
        from joey.sharing.positions_report import leases, position_counts

        moment = now()
        code = registry.code_for(marketplace) if marketplace else None
        counts = [each for each in position_counts(now=moment) if code in (None, each.marketplace)]
        found = leases(marketplace=code, now=moment)
        if code and not counts:
            registry.check_code(code)
    if not counts:
        click.echo("No positions are registered. `joey positions register N` registers some.")
    for count in counts:
        click.echo(
            f"{count.marketplace}: {count.leased} leased, {count.resting} resting, {count.free} free"
            f" ({count.never_leased} never leased)" + (f", {count.withdrawn} withdrawn" if count.withdrawn else "")
        )
    for lease in found:
        state = f"rests until {_when(lease.until)}" if lease.until else f"last used {_when(lease.last_used_at)}"
        click.echo(f"{lease.id}  {lease.marketplace} {lease.position}  {lease.shop}  {state}")


@positions.command("register")
@click.argument("count", type=click.IntRange(1, 1_000), required=False)
@click.option("--marketplace", metavar="CODE", help="Needed where several are connected that have positions.")
@click.option("--key", "keys", metavar="KEY", multiple=True, help="One made in the marketplace's console; repeatable.")
@click.option("--granted", is_flag=True, help="All of those who accepted an invitation.")
@data_option
def register(count: int | None, marketplace: str | None, keys: tuple[str, ...], granted: bool, data: Path) -> None:
    """Register COUNT more positions at a marketplace, or take in those with the given keys, or all it has granted."""
    if [count is not None, bool(keys), granted].count(True) != 1:
        raise click.UsageError(
            "Give the number of positions to register, the --key of each that exists already, or --granted."
        )
    from joey.instance.open_instance import instance

    with instance(data, "positions"):
        from joey.kit.clock import now
        from joey.sharing.register_positions import add_granted_positions, add_positions, register_positions

        code = marketplace or _the_only_one()
        if granted:
            click.echo(f"{add_granted_positions(code, now=now())} positions are new at {code}.")
        elif keys:
            new = add_positions(code, keys, now=now())
            click.echo(f"{new} of {len(keys)} positions are new at {code}.")
        elif count:
            there = register_positions(code, count, now=now())
            click.echo(f"{count} positions registered at {code}; there are {there} now.")


@positions.command("invite")
@click.option("--marketplace", metavar="CODE", help="Needed where several are connected that have positions.")
@data_option
def invite(marketplace: str | None, data: Path) -> None:
    """Show the address at which keepers become channels of the account, each with an own login there."""
    from joey.instance.open_instance import instance

    with instance(data, "positions"):
        from joey.sharing.register_positions import invitation

        address = invitation(marketplace or _the_only_one())
    click.echo(f"{address}\nSend it to keepers. Then `joey positions register --granted` takes in who accepted.")


@positions.command("end")
@click.argument("lease")
@click.option("--reason", required=True, metavar="TEXT", help="Kept in the record.")
@operator_if_named
@data_option
def end(lease: str, reason: str, by: str | None, data: Path) -> None:
    """End the lease with the id LEASE. Its position serves another shop once no order can come of it any more."""
    with deciding_if_named(data, by, command="positions") as operator:
        from joey.kit.clock import now
        from joey.sharing.end_lease import end_lease
        from joey.sharing.positions_report import lease_by_id

        ended = end_lease(lease_by_id(lease), reason=reason, by=operator, now=now())
    click.echo(f"The lease has ended. Its position rests until {_when(ended.until)}; orders until then are the shop's.")


@positions.command("withdraw")
@click.argument("key")
@click.option("--marketplace", metavar="CODE", help="Needed where several have a position with this key.")
@click.option("--reason", required=True, metavar="TEXT", help="Kept in the record.")
@operator_if_named
@data_option
def withdraw(key: str, marketplace: str | None, reason: str, by: str | None, data: Path) -> None:
    """Withdraw the position KEY for good: it was mistyped, or the marketplace knows it no more. Its lease ends."""
    with deciding_if_named(data, by, command="positions") as operator:
        from joey.kit.clock import now
        from joey.sharing.positions_report import position_by_key
        from joey.sharing.withdraw_position import withdraw_position

        withdraw_position(position_by_key(key, marketplace=marketplace), reason=reason, by=operator, now=now())
    click.echo(f"Position {key} is withdrawn: no shop gets it any more. A shop that had it leases another one.")


@positions.command("show")
@click.argument("name", metavar="LEASE_OR_KEY")
@data_option
def show(name: str, data: Path) -> None:
    """Show every lease of a position, newest first, each with what happened to it."""
    from joey.instance.open_instance import instance

    with instance(data, "positions"):
        from joey.sharing.positions_report import leases_of_position, steps_of

        found = [(lease, steps_of(lease.id)) for lease in leases_of_position(name)]
    if not found:
        click.echo(f"Position {name} was never leased.")
    for lease, steps in found:
        click.echo(f"{lease.id}  {lease.marketplace} {lease.position}  {lease.shop}  from {_when(lease.leased_from)}")
        for step in steps:
            what = f"ended {_when(step.ended_at)}, rests until {_when(step.until)}" if step.until else "open"
            click.echo(f"  {_when(step.at)}  {what}")


def _the_only_one() -> str:
    """The code of the one connected marketplace whose positions are registered."""
    from joey.marketplaces import registry
    from joey.sharing.lease_position import uses_positions

    codes = [
        each.code
        for each in registry.connectors()
        if uses_positions(each.manifest) and each.manifest.capabilities.positions.registered
    ]
    if len(codes) != 1:
        connected = ", ".join(codes) or "none"
        raise click.UsageError(f"Name one by --marketplace CODE. Connected and with registered positions: {connected}.")
    return codes[0]


def _when(moment: datetime | None) -> str:
    return utc_text(moment) if moment else "–"
