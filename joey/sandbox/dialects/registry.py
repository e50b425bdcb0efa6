"""Find the dialects: the folders beside this file, and packages that offer the entry point `joey.marketplaces`."""

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

from joey.sandbox.dialects.port import Dialect, SimulatedMarketplace
from joey.sandbox.world.goods import SoldItem

ENTRY_POINT_GROUP = "joey.marketplaces"


@cache
def all_dialects() -> tuple[Dialect, ...]:
    """Every dialect, those that report orders first. TypeError when two serve one marketplace or share an account."""
    found = [*_of_this_package(), *_of_other_packages()]
    codes = [place.code for dialect in found for place in dialect.marketplaces]
    accounts = [dialect.rules.account for dialect in found]
    for names in (codes, accounts):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise TypeError(f"more than one dialect serves {', '.join(twice)}")
    return tuple(sorted(found, key=lambda dialect: not dialect.reports_orders))


@cache
def marketplaces() -> dict[str, SimulatedMarketplace]:
    """Every simulated marketplace by code."""
    return {place.code: place for dialect in all_dialects() for place in dialect.marketplaces}


@cache
def _dialects_by_code() -> dict[str, Dialect]:
    by_account = {dialect.rules.account: dialect for dialect in all_dialects()}
    return by_account | {place.code: dialect for dialect in all_dialects() for place in dialect.marketplaces}


def dialect_of(code: str) -> Dialect | None:
    """The dialect that serves a marketplace or has this account code."""
    return _dialects_by_code().get(code)


def item_at(marketplace: str, external_id: str) -> SoldItem | None:
    """An item of a marketplace, whether or not it can still be bought."""
    dialect = dialect_of(marketplace)
    return dialect.by_id.get((marketplace, external_id)) if dialect else None


def _of_this_package() -> list[Dialect]:
    folders = sorted(module.name for module in iter_modules([str(Path(__file__).parent)]) if module.ispkg)
    return [_dialect_in(f"joey.sandbox.dialects.{name}.dialect") for name in folders]


def _of_other_packages() -> list[Dialect]:
    """The submodule `sandbox` of each package; one without it has no simulator."""
    packages = sorted({point.value.partition(":")[0] for point in entry_points(group=ENTRY_POINT_GROUP)})
    return [
        _dialect_in(f"{package}.sandbox")
        for package in packages
        if not package.startswith("joey.") and _has_simulator(package)
    ]


def _has_simulator(package: str) -> bool:
    """Not where the package is gone and only its registration was left."""
    try:
        return find_spec(f"{package}.sandbox") is not None
    except ModuleNotFoundError:
        return False


def _dialect_in(module: str) -> Dialect:
    dialect = getattr(import_module(module), "DIALECT", None)
    if not isinstance(dialect, Dialect):
        raise TypeError(f"{module} offers no DIALECT")
    return dialect
