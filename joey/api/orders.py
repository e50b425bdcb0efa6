"""Order lines as the marketplace reported them, what each earned, and why or why not."""

from datetime import date
from typing import Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query

from joey.api.caller import shop_for
from joey.api.scopes import ScopedRouter
from joey.api.shapes import ListOf, MoneyOut, Out, PageIn, Time, money, money_or_none, seal, unseal
from joey.commissions.queries import OrderRow, orders_of, own_purchases
from joey.insight.trace import Trace, click_trace, order_trace
from joey.kit.clock import now
from joey.sharing.queries import SeenClick, clicks_of

router = ScopedRouter(tags=["orders"])


class OrderOut(Out):
    """`commission` is the shopkeeper's part, after returns; an estimate until the marketplace settles.

    `rate_ppm` is what the marketplace reports, and pays; null where it reports none. `shown_rate_ppm` is what was shown
    for the item when the buyer clicked, or ordered where no click is reported; null where that is not known.
    `own_purchase`: the click that is reported for it was the shopkeeper's own, made while signed in, and no one else
    went on from the shop at that moment. False says nothing. `paid_by` "marketplace": by an account of the keeper's
    own, so nothing of it is in the balance; `reported` is what the marketplace says that it pays for the line.
    """

    id: UUID
    marketplace: str
    external_order: str
    external_line: str
    title: str
    state: str
    reason: str
    quantity: int
    paid: MoneyOut
    returned: MoneyOut
    commission: MoneyOut
    commission_state: str
    paid_by: Literal["operator", "marketplace"]
    reported: MoneyOut
    held: bool
    rate_ppm: int | None
    shown_rate_ppm: int | None
    own_purchase: bool
    payable_on: date | None
    paid_at: Time | None
    first_seen_at: Time


class StepOut(Out):
    """One thing that happened. `code` is for programs, `what` and `why` are for people."""

    at: Time
    code: str
    what: str
    why: str
    figure: MoneyOut | None


class TraceOut(Out):
    """The answer first, then how it came about, oldest step first. `reason` is for programs."""

    reason: str
    answer: str
    steps: list[StepOut]


class ClickOut(Out):
    """One click on a link. Only `visitor` person counts; `went_on`: they continued to the marketplace."""

    id: UUID
    at: Time
    visitor: str
    code: str
    channel: str
    listing_id: UUID
    referrer_host: str
    went_on: bool


@router.get("/shops/{slug}/orders", response=ListOf[OrderOut])
def list_orders(request: HttpRequest, slug: str, page: Query[PageIn]) -> ListOf[OrderOut]:
    """The shop's order lines, newest first."""
    shop = shop_for(request, slug)
    before = unseal("orders", page.cursor)
    found = orders_of(shop.pk, limit=page.limit + 1, before=UUID(before) if before else None)
    shown = found[: page.limit]
    more = str(shown[-1].id) if len(found) > page.limit else None
    own = own_purchases(shop.pk, shown)
    return ListOf(items=[order_out(row, own_purchase=row.id in own) for row in shown], next=seal("orders", more))


@router.get("/shops/{slug}/orders/{uuid:order_id}/trace", response=TraceOut)
def trace_order(request: HttpRequest, slug: str, order_id: UUID) -> TraceOut:
    """Why this order line earned, or why not."""
    return trace_out(order_trace(shop_for(request, slug), order_id, now=now()))


@router.get("/shops/{slug}/clicks", response=ListOf[ClickOut])
def list_clicks(request: HttpRequest, slug: str, page: Query[PageIn]) -> ListOf[ClickOut]:
    """Every click on the shop's links, newest first, robots and previews included."""
    found = clicks_of(shop_for(request, slug), limit=page.limit, cursor=unseal("clicks", page.cursor))
    return ListOf(items=[click_out(click) for click in found.items], next=seal("clicks", found.next))


@router.get("/shops/{slug}/clicks/{uuid:click_id}/trace", response=TraceOut)
def trace_click(request: HttpRequest, slug: str, click_id: UUID) -> TraceOut:
    """What came of this click."""
    return trace_out(click_trace(shop_for(request, slug), click_id, now=now()))


def order_out(row: OrderRow, *, own_purchase: bool) -> OrderOut:
    return OrderOut(
        id=row.id,
        marketplace=row.marketplace,
        external_order=row.external_order,
        external_line=row.external_line,
        title=row.title,
        state=row.state,
        reason=row.reason,
        quantity=row.quantity,
        paid=money(row.paid),
        returned=money(row.returned),
        commission=money(row.commission),
        commission_state=row.commission_state,
        paid_by="marketplace" if row.is_paid_by_marketplace else "operator",
        reported=money(row.reported),
        held=row.held or bool(row.held_by_marketplace),
        rate_ppm=row.rate_ppm,
        shown_rate_ppm=row.shown_rate_ppm,
        own_purchase=own_purchase,
        payable_on=row.payable_on,
        paid_at=row.paid_at,
        first_seen_at=row.first_seen_at,
    )


def trace_out(trace: Trace) -> TraceOut:
    steps = [
        StepOut(at=step.at, code=step.code, what=step.what, why=step.why, figure=money_or_none(step.figure))
        for step in trace.steps
    ]
    return TraceOut(reason=trace.reason, answer=trace.answer, steps=steps)


def click_out(click: SeenClick) -> ClickOut:
    return ClickOut(**{name: getattr(click, name) for name in ClickOut.model_fields})
