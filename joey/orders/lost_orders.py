"""Reading the requests for lost orders, for pages, programs and the terminal."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import NotFound
from joey.kit.sentences import worded
from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Text
from joey.marketplaces.own_codes import is_own
from joey.orders.models import LostOrder
from joey.orders.name_one_order import has_number
from joey.orders.of_others import asked_of_all
from joey.sharing.queries import slug_of
from joey.shops.own_account import own_accounts_of

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True)
class LostOrderShown:
    """A request as its shop sees it: never whose the order is, if it is not its own."""

    id: UUID
    shop: str  # its address
    marketplace: str
    number: str
    ordered_at: datetime | None
    state: str  # one of LostOrder.State
    requested_at: datetime
    answer_by: datetime
    ask_until: datetime
    answered_at: datetime | None
    trouble: str  # why the marketplace could not be asked, in words for operators; "" once it could
    lines: tuple[UUID, ...]  # the order's lines that are the shop's


@dataclass(frozen=True)
class MarketplaceToAsk:
    """A connected marketplace that can be asked for an order."""

    code: str
    name: Text
    zone: str  # of the times that its buyers see
    needs_time: bool


_SHOWN = f"""
    SELECT w.id, {slug_of("w.shop_id")} AS shop, w.marketplace, w.number, w.ordered_at, w.state,
           w.requested_at, w.answer_by, w.ask_until, w.answered_at, w.trouble,
           ARRAY(SELECT l.id FROM {asked_of_all("w")} AS asked
                 JOIN orders_orderline l ON l.marketplace = asked.marketplace AND {has_number("l", "asked")}
                 WHERE l.shop_id = w.shop_id ORDER BY l.id) AS lines
    FROM orders_lostorder w
"""


def lost_orders_of(shop_id: UUID, *, limit: int, before: UUID | None = None) -> list[LostOrderShown]:
    """The shop's requests, the newest first, those with an id below `before`. One query."""
    found = sql.rows(
        f"{_SHOWN} WHERE w.shop_id = %(shop)s AND (%(before)s::uuid IS NULL OR w.id < %(before)s)"
        " ORDER BY w.id DESC LIMIT %(limit)s",
        {"shop": shop_id, "before": before, "limit": limit},
    )
    return [_shown(row) for row in found]


def lost_order_of(shop_id: UUID, lost_id: UUID) -> LostOrderShown:
    """One request of the shop. Raises NotFound. One query."""
    found = sql.one(f"{_SHOWN} WHERE w.shop_id = %s AND w.id = %s", [shop_id, lost_id])
    if found is None:
        raise NotFound(_("Your shop did not ask for this order."))
    return _shown(found)


def open_lost_orders(*, limit: int) -> list[LostOrderShown]:
    """The requests of all shops that wait for the marketplace: those without an answer first, by when it is due."""
    found = sql.rows(
        f"{_SHOWN} WHERE w.state IN ('asking', 'unknown')"
        " ORDER BY w.answered_at IS NOT NULL, w.answer_by, w.id LIMIT %s",
        [limit],
    )
    return [_shown(row) for row in found]


def without_answer(requests: "QuerySet[LostOrder]") -> "QuerySet[LostOrder]":
    """Of `requests` those that wait for their first answer."""
    return requests.filter(state=LostOrder.State.ASKING)


def marketplaces_to_ask(shop_id: UUID) -> list[MarketplaceToAsk]:
    """Those connected that can be asked for one order, in the order of their codes, then the shop's own accounts."""
    own = [registry.find_connector(code) for code in own_accounts_of(shop_id).values()]
    return [
        MarketplaceToAsk(each.code, _name_of(each.code), each.manifest.zone, look_up.by == "time")
        for each in (*registry.connectors(), *own)
        if each is not None and (look_up := each.manifest.order_look_up) is not None
    ]


def _name_of(code: str) -> Text:
    name = registry.reporter_name(code)
    return _("%s, by your own account") % name if is_own(code) else name


def _shown(row: dict[str, Any]) -> LostOrderShown:
    return LostOrderShown(**{**row, "lines": tuple(row["lines"]), "trouble": worded(row["trouble"])})
