"""The contract of a dialect: how one simulated marketplace speaks of the neutral world. See ../README.md."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from starlette.routing import BaseRoute

from joey.sandbox import beijing
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.market_rules import MarketRules
from joey.sandbox.world.state import World
from joey.sandbox.world.visits import Destination

Texts = Mapping[str, str]  # keyed "zh" and "en"


@dataclass(frozen=True)
class PanelButton:
    """A button that a dialect adds to the control panel."""

    name: str
    label: Texts
    why: Texts
    press: Callable[[World], object]
    note: Callable[[World], str] = lambda world: ""


@dataclass(frozen=True)
class SimulatedMarketplace:
    """A marketplace that a dialect serves, as the sandbox's pages show it."""

    code: str
    name: Texts
    color: str = "#5b4bb7"


class Dialect:
    """One folder: the marketplaces it serves and everything in which they differ from each other.

    A subclass sets the attributes and overrides what its marketplace has; a module offers an instance as `DIALECT`.
    """

    marketplaces: Sequence[SimulatedMarketplace]
    rules: MarketRules  # account code, steps, currencies, service fee, order ids
    reports_orders: bool = False
    editions: Sequence[str] = ()  # later ones of its interface, in which its reports can come: `style_of(…).edition`
    can_differ_in: Sequence[str] = ()  # unproved facts that `POST /control/differs` turns around: `differing(…)`
    calls: Collection[str] = ()  # of its gateway, each of which can fail by itself: `suffer(world, call)`
    link_paths: Sequence[str] = ()  # Starlette paths of the tracked links it gives out; `follow` reads them
    schema: str = ""  # SQL for tables of its own, run at every start
    buttons: Sequence[PanelButton] = ()

    def items(self) -> Sequence[SoldItem]:
        """Everything it sells or sold. Called once."""
        raise NotImplementedError

    def account(self, world: World, marketplace: str) -> dict[str, Any]:
        """`{"gateway": address, "credentials": {…}}`, credentials named as in the marketplace's documents."""
        raise NotImplementedError

    def routes(self) -> Sequence[BaseRoute]:
        """Its gateway, files and pages of its own, at the paths that the real ones have."""
        return ()

    def set_up(self, world: World) -> None:
        """Create what a fresh publisher account has, such as registered positions. Called at every start."""

    def follow(self, world: World, path: str) -> Destination | None:
        """Where an address of this sandbox (path and query) leads; None when it is not a link of this dialect.

        Raises Refused 404 for a link that was changed or never given out.
        """
        return None

    def path_in_text(self, world: World, text: str) -> str | None:
        """The path behind a copy-code in a text that a buyer pasted; None when there is none of this dialect."""
        return None

    def check_tracking(self, world: World, position: str | None, sub_id: str | None) -> None:
        """Raises Refused 422 naming `position` or `sub_id` when this account has no such tracking."""

    def number_of_all(self, world: World, order_id: str) -> str:
        """The number of everything bought at once, where the marketplace has one beside that of each line."""
        return order_id

    def today(self, world: World) -> date:
        """The day at the marketplace, on which coupons end."""
        return beijing.day_of(world.now())

    @cached_property
    def by_id(self) -> dict[tuple[str, str], SoldItem]:
        """Its items by marketplace and external id."""
        return {(item.marketplace, item.external_id): item for item in self.items()}
