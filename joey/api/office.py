"""The operator's side. For everyone else these addresses do not exist."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from joey.api.caller import operator
from joey.api.once import once
from joey.api.orders import TraceOut, trace_out
from joey.api.payouts import PayoutOut, payout_out
from joey.api.scopes import ScopedRouter
from joey.api.shapes import In, ListOf, MoneyOut, Out, PageIn, Time, money, seal, unseal
from joey.insight.trace import office_trace
from joey.kit.clock import now
from joey.kit.text import REASON_MAX
from joey.orders.queries import SuspenseLine, lines_in_suspense
from joey.payouts.decide import approve, refuse
from joey.payouts.queries import ToDecide, payout_by_id, payout_of, payouts_to_decide

router = ScopedRouter(tags=["office"])


class EvidenceOut(Out):
    """One piece of a report's evidence: a position or a sub-id, with its problem or the shop that it names."""

    kind: str
    key: str
    at: Time | None
    problem: str
    shop: str | None


class SuspenseOut(Out):
    """An order line that no shop can be named for. `suspense` is why, `evidence` what its report named."""

    id: UUID
    marketplace: str
    external_order: str
    external_line: str
    suspense: str
    position_key: str
    evidence: list[EvidenceOut]
    clicked_at: Time | None
    paid: MoneyOut
    title: str
    first_seen_at: Time


class ToDecideOut(Out):
    """A payout that waits for an operator."""

    payout: PayoutOut
    shop_slug: str
    shop_name: str
    needs_two: bool
    approved_once_by: UUID | None


class RefuseIn(In):
    """The shopkeeper reads the reason."""

    reason: Annotated[str, Field(json_schema_extra={"maxLength": REASON_MAX})]


@router.get("/office/suspense", response=ListOf[SuspenseOut])
def list_suspense(request: HttpRequest, page: Query[PageIn]) -> ListOf[SuspenseOut]:
    """Order lines that no shop can be named for, newest first."""
    operator(request)
    before = unseal("suspense", page.cursor)
    found = lines_in_suspense(limit=page.limit + 1, before=UUID(before) if before else None)
    shown = found[: page.limit]
    more = str(shown[-1].id) if len(found) > page.limit else None
    return ListOf(items=[suspense_out(line) for line in shown], next=seal("suspense", more))


@router.get("/office/orders/{uuid:order_id}/trace", response=TraceOut)
def trace_any_order(request: HttpRequest, order_id: UUID) -> TraceOut:
    """What is known of any order line, of any shop."""
    operator(request)
    return trace_out(office_trace(order_id, now=now()))


@router.get("/office/payouts", response=ListOf[ToDecideOut])
def list_payouts_to_decide(request: HttpRequest, page: Query[PageIn]) -> ListOf[ToDecideOut]:
    """Payouts that wait for an operator, the longest waiting first."""
    operator(request)
    after = unseal("to-decide", page.cursor)
    found = payouts_to_decide(limit=page.limit + 1, after=UUID(after) if after else None)
    shown = found[: page.limit]
    more = str(shown[-1].row.id) if len(found) > page.limit else None
    return ListOf(items=[to_decide_out(each) for each in shown], next=seal("to-decide", more))


@router.post("/office/payouts/{uuid:payout_id}/approve", response=PayoutOut)
@once(200)
def approve_payout(request: HttpRequest, payout_id: UUID) -> PayoutOut:
    """Approve. A large one stays requested until a second operator approves it too."""
    by = operator(request)
    payout = approve(payout_by_id(payout_id), by=by, now=now())
    return payout_out(payout_of(payout.shop, payout.id))


@router.post("/office/payouts/{uuid:payout_id}/refuse", response=PayoutOut)
@once(200)
def refuse_payout(request: HttpRequest, payout_id: UUID, body: RefuseIn) -> PayoutOut:
    """Refuse with a reason; the money is available again."""
    by = operator(request)
    payout = refuse(payout_by_id(payout_id), by=by, reason=body.reason, now=now())
    return payout_out(payout_of(payout.shop, payout.id))


def suspense_out(line: SuspenseLine) -> SuspenseOut:
    return SuspenseOut(
        id=line.id,
        marketplace=line.marketplace,
        external_order=line.external_order,
        external_line=line.external_line,
        suspense=line.suspense,
        position_key=line.position_key,
        evidence=[
            EvidenceOut(kind=piece.kind, key=piece.key, at=piece.at, problem=piece.problem, shop=piece.shop)
            for piece in line.evidence
        ],
        clicked_at=line.clicked_at,
        paid=money(line.paid),
        title=line.title,
        first_seen_at=line.first_seen_at,
    )


def to_decide_out(each: ToDecide) -> ToDecideOut:
    return ToDecideOut(
        payout=payout_out(each.row),
        shop_slug=each.shop_slug,
        shop_name=each.shop_name,
        needs_two=each.needs_two,
        approved_once_by=each.approved_once_by,
    )
