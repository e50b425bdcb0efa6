"""Money: what a shop holds, where it goes, and the payouts."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from joey.api.caller import caller_of, shop_for
from joey.api.once import HEADER, once
from joey.api.scopes import ScopedRouter
from joey.api.shapes import In, ListOf, MoneyIn, MoneyOut, Out, PageIn, Time, money, seal, unseal
from joey.kit.clock import now
from joey.ledger.queries import balances_of
from joey.payouts.cancel_payout import cancel_payout
from joey.payouts.payee import set_payee
from joey.payouts.queries import PayeeRow, PayoutRow, payout_details, payout_of, payouts_of
from joey.payouts.request_payout import request_payout

router = ScopedRouter(tags=["money"])


class BalanceOut(Out):
    """One currency. `available` may be below zero after a late return, `held` is blocked for
    a reason, `paid` is all time."""

    pending: MoneyOut
    available: MoneyOut
    held: MoneyOut
    reserved: MoneyOut
    paid: MoneyOut


class PayoutIn(In):
    amount: MoneyIn


class PayoutOut(Out):
    """`account` is masked, and `bank` its bank's name or empty. `held` says why the payout waits, or is empty.
    `cancellable` is true until it goes into a file for the bank.

    `state`: requested (a small one is approved by rule within a minute, others by operators) · approved (it goes out
    next) · sent (with the bank) · checking (what became of it is being checked with the bank) · paid · failed (the bank
    did not pay it) · returned (it was paid and came back) · refused (not sent). After failed, returned and refused the
    money is available again; `reason` says why.
    """

    id: UUID
    amount: MoneyOut
    state: str
    reason: str
    rail: str
    holder_name: str
    account: str
    bank: str
    held: str
    cancellable: bool
    requested_at: Time
    decided_at: Time | None
    finished_at: Time | None


class PayoutDetailsIn(In):
    """Where the money goes. Without `rail` it is the instance's usual one."""

    rail: Annotated[str | None, Field(max_length=16)] = None
    holder_name: Annotated[str, Field(max_length=300)]
    account_number: Annotated[str, Field(max_length=100)]
    bank_code: Annotated[str, Field(max_length=100)] = ""


class PayoutDetailsOut(Out):
    """`account` is masked. Payouts are possible from `usable_from` on, 72 hours after a change."""

    rail: str
    holder_name: str
    account: str
    bank: str
    bank_code: str
    changed_at: Time
    usable_from: Time


@router.get("/shops/{slug}/balance", response=dict[str, BalanceOut])
def get_balance(request: HttpRequest, slug: str) -> dict[str, BalanceOut]:
    """What the shop holds, by currency; empty before the first earning."""
    return {
        currency: BalanceOut(
            pending=money(held.pending),
            available=money(held.available),
            held=money(held.held),
            reserved=money(held.reserved),
            paid=money(held.paid),
        )
        for currency, held in balances_of(shop_for(request, slug).pk).items()
    }


@router.get("/shops/{slug}/payout-details", response=PayoutDetailsOut)
def get_payout_details(request: HttpRequest, slug: str) -> PayoutDetailsOut:
    """Where the money goes. 404 before anyone has said so, and with the code `payee_erased` once that was erased."""
    return details_out(payout_details(shop_for(request, slug)))


@router.put("/shops/{slug}/payout-details", response=PayoutDetailsOut)
def set_payout_details(request: HttpRequest, slug: str, body: PayoutDetailsIn) -> PayoutDetailsOut:
    """Set or change where the money goes. A change pauses payouts for 72 hours."""
    shop = shop_for(request, slug)
    set_payee(
        shop,
        rail=body.rail,
        holder_name=body.holder_name,
        account_number=body.account_number,
        bank_code=body.bank_code,
        now=now(),
    )
    return details_out(payout_details(shop, body.rail))


@router.get("/shops/{slug}/payouts", response=ListOf[PayoutOut])
def list_payouts(request: HttpRequest, slug: str, page: Query[PageIn]) -> ListOf[PayoutOut]:
    """The shop's payouts, newest first."""
    shop = shop_for(request, slug)
    before = unseal("payouts", page.cursor)
    found = payouts_of(shop, limit=page.limit + 1, before=UUID(before) if before else None)
    shown = found[: page.limit]
    more = str(shown[-1].id) if len(found) > page.limit else None
    return ListOf(items=[payout_out(row) for row in shown], next=seal("payouts", more))


@router.post("/shops/{slug}/payouts", response={201: PayoutOut})
@once(201, key_needed=True)
def create_payout(request: HttpRequest, slug: str, body: PayoutIn) -> PayoutOut:
    """Ask for a payout. The amount is reserved from this moment on."""
    shop = shop_for(request, slug)
    key = request.headers[HEADER]
    payout = request_payout(shop, amount=body.amount.read(), idempotency_key=key, now=now())
    return payout_out(payout_of(shop, payout.id))


@router.get("/shops/{slug}/payouts/{uuid:payout_id}", response=PayoutOut)
def get_payout(request: HttpRequest, slug: str, payout_id: UUID) -> PayoutOut:
    """One payout."""
    return payout_out(payout_of(shop_for(request, slug), payout_id))


@router.post("/shops/{slug}/payouts/{uuid:payout_id}/cancel", response=PayoutOut)
def cancel_waiting_payout(request: HttpRequest, slug: str, payout_id: UUID) -> PayoutOut:
    """Take a payout back that still waits; its money is available again, and its state is `refused`."""
    shop = shop_for(request, slug)
    cancel_payout(shop, payout_id, by=caller_of(request).person, now=now())
    return payout_out(payout_of(shop, payout_id))


def payout_out(row: PayoutRow) -> PayoutOut:
    return PayoutOut(
        id=row.id,
        amount=money(row.amount),
        state=row.state,
        reason=row.reason,
        rail=row.rail,
        holder_name=row.holder_name,
        account=row.account,
        bank=row.bank,
        held=row.held,
        cancellable=row.cancellable,
        requested_at=row.requested_at,
        decided_at=row.decided_at,
        finished_at=row.finished_at,
    )


def details_out(row: PayeeRow) -> PayoutDetailsOut:
    return PayoutDetailsOut(**{name: getattr(row, name) for name in PayoutDetailsOut.model_fields})
