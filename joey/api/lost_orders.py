"""Orders that a shop misses: asked for by number, answered within 72 hours."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query
from pydantic import AwareDatetime, Field

from joey.api.caller import shop_for
from joey.api.once import once
from joey.api.scopes import ScopedRouter
from joey.api.shapes import In, ListOf, Out, PageIn, Time, seal, unseal
from joey.insight.explain_lost_orders import answer_in_words
from joey.kit.clock import now
from joey.orders.lost_orders import LostOrderShown, lost_order_of, lost_orders_of
from joey.orders.request_lost_order import request_lost_order

router = ScopedRouter(tags=["orders"])


class LostOrderIn(In):
    """`order` is the number that the buyer sees. `ordered_at`, the time of the order in the buyer's app, is needed
    where a marketplace cannot be asked by number.
    """

    marketplace: Annotated[str, Field(max_length=64)]
    order: Annotated[str, Field(max_length=200)]
    ordered_at: AwareDatetime | None = None


class LostOrderOut(Out):
    """`state` is asking, found, other_id, undecided, unknown (asked for until `asking_until`), not_found, or not_asked:
    it cannot be asked for from this site, and a report of it that is imported is the answer.

    `deadline` is when an answer is due; it moves by the time in which the marketplace cannot be asked. `order_ids` are
    those of the shop's order lines, once it is found.
    """

    id: UUID
    marketplace: str
    order: str
    ordered_at: Time | None
    state: str
    answer: str
    deadline: Time
    asking_until: Time
    requested_at: Time
    answered_at: Time | None
    order_ids: list[UUID]


@router.post("/shops/{slug}/lost-orders", response={202: LostOrderOut})
@once(202)
def create_lost_order(request: HttpRequest, slug: str, body: LostOrderIn) -> LostOrderOut:
    """Ask for an order that the shop misses. The same order asked for twice is one request."""
    shop, moment = shop_for(request, slug), now()
    lost = request_lost_order(
        shop, marketplace=body.marketplace, number=body.order, ordered_at=body.ordered_at, now=moment
    )
    return lost_order_out(lost_order_of(shop.pk, lost.pk), moment)


@router.get("/shops/{slug}/lost-orders", response=ListOf[LostOrderOut])
def list_lost_orders(request: HttpRequest, slug: str, page: Query[PageIn]) -> ListOf[LostOrderOut]:
    """The orders that the shop asked for, newest first."""
    shop, moment = shop_for(request, slug), now()
    before = unseal("lost_orders", page.cursor)
    found = lost_orders_of(shop.pk, limit=page.limit + 1, before=UUID(before) if before else None)
    shown = found[: page.limit]
    more = str(shown[-1].id) if len(found) > page.limit else None
    return ListOf(items=[lost_order_out(lost, moment) for lost in shown], next=seal("lost_orders", more))


@router.get("/shops/{slug}/lost-orders/{uuid:lost_id}", response=LostOrderOut)
def get_lost_order(request: HttpRequest, slug: str, lost_id: UUID) -> LostOrderOut:
    """One of them."""
    return lost_order_out(lost_order_of(shop_for(request, slug).pk, lost_id), now())


def lost_order_out(lost: LostOrderShown, moment: datetime) -> LostOrderOut:
    return LostOrderOut(
        id=lost.id,
        marketplace=lost.marketplace,
        order=lost.number,
        ordered_at=lost.ordered_at,
        state=lost.state,
        answer=answer_in_words(lost, now=moment),
        deadline=lost.answer_by,
        asking_until=lost.ask_until,
        requested_at=lost.requested_at,
        answered_at=lost.answered_at,
        order_ids=list(lost.lines),
    )
