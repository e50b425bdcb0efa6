"""Fill an instance with synthetic load for measuring; beside real shops only with --yes."""

import time
from pathlib import Path

import click

from joey.cli.data_option import data_option
from joey.instance.errors import CommandFailed
from joey.synthetic.load import Load

MAX_SHOPS = 9_999_999  # the address has seven digits


@click.command()
@click.option("--shops", default=0, show_default=True, type=click.IntRange(0, MAX_SHOPS), help="Shops in all.")
@click.option(
    "--listings", default=0, show_default=True, type=click.IntRange(0), help="Listings of all shops together."
)
@click.option("--orders", default=0, show_default=True, type=click.IntRange(0), help="Order lines of all together.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0, 1_000_000), help="Same seed, same load.")
@click.option("--yes", is_flag=True, help="Also on an instance that has real shops.")
@data_option
def seed(shops: int, listings: int, orders: int, seed: int, yes: bool, data: Path) -> None:
    """Make synthetic load for measuring, up to these totals. What is there already is kept and counted."""
    from joey.instance.open_instance import instance

    load = _read(shops=shops, listings=listings, orders=orders, seed=seed)
    with instance(data, "seed", make=True):
        from joey.instance.migrate_database import migrate_if_needed
        from joey.synthetic.fill_instance import fill_instance, real_shops

        migrate_if_needed()
        there = real_shops()
        if there and not yes:
            raise CommandFailed(
                f"There are real shops here ({', '.join(there)}), and synthetic ones could not be removed again."
                " Use another folder (--data), or add --yes. Nothing was changed."
            )
        fill_instance(load, _Bar().step)
    click.echo(f"{shops:,} synthetic shops with {load.per_shop:,} listings each, {orders:,} synthetic orders.")


def _read(*, shops: int, listings: int, orders: int, seed: int) -> Load:
    if shops == 0 and (listings or orders):
        raise CommandFailed("--listings and --orders are spread over shops: give their number with --shops.")
    if shops and 0 < listings < shops:
        raise CommandFailed("--listings counts those of all shops together: give at least one for each shop, or none.")
    return Load(shops=shops, listings=listings, orders=orders, seed=seed)


class _Bar:
    """One line per step, written over while it grows; with the rate and the time left."""

    def __init__(self) -> None:
        self._what = ""
        self._began = time.monotonic()
        self._from = 0

    def step(self, what: str, done: int, of: int) -> None:
        if what != self._what:
            if self._what:
                click.echo(err=True)
            self._what, self._from, self._began = what, done, time.monotonic()
        seconds = time.monotonic() - self._began
        rate = (done - self._from) / seconds if seconds > 0 else 0
        left = f"{rate:,.0f}/s, {(of - done) / rate:.0f} s left" if rate and done < of else ""
        end = "\n" if done >= of else ""
        if done >= of:
            self._what = ""
        click.echo(f"\r{what:<8}{done:>12,} of {of:,} {left:<32}{end}", nl=False, err=True)
