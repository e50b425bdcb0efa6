"""Records again what a restored record lacks: the events of what was copied from the replaced database."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import psycopg
from django.db.models import Model

from joey.payouts.holds import subject_of
from joey.payouts.models import (
    Payee,
    Payout,
    PayoutApproval,
    PayoutAttempt,
    PayoutDecision,
    PayoutHold,
    PayoutHoldClosing,
    PayoutLimits,
)
from joey.payouts.payee_details import read_details
from joey.payouts.read_before import read
from joey.payouts.record_decision import append_decided
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import TextRef, keep_text, text_of
from joey.record.models import ErasableText, Event
from joey.shops.models import Shop

M = TypeVar("M", bound=Model)


def record_carried_over(
    payouts: Sequence[Payout],
    payees: Sequence[Payee],
    approvals: Sequence[PayoutApproval],
    holds: Sequence[PayoutHold],
    closings: Sequence[PayoutHoldClosing],
    *,
    now: datetime,
) -> None:
    """One event for each row that is about to be copied and is not here yet, and for each payout."""
    for payout in payouts:
        facts = {"state": payout.state, "amount_minor": payout.amount_minor, "currency": payout.currency}
        facts |= {"payee": str(payout.payee_id), "details": _fact(payout, "details")}
        facts["key"] = bytes(payout.key_sha256).hex()
        append("payout.carried_over", f"payout:{payout.id}", facts, shop_id=payout.shop_id, happened_at=now)
    for payee in not_here(Payee, payees):
        _record_payee(payee)
    shops = {payout.id: payout.shop_id for payout in payouts}
    for approval in not_here(PayoutApproval, approvals):
        by = {"by": str(approval.operator_id)}
        append(
            "payout.approved",
            f"payout:{approval.payout_id}",
            by,
            shop_id=shops[approval.payout_id],
            happened_at=approval.at,
        )
    by_id = {hold.id: hold for hold in holds}
    for hold in not_here(PayoutHold, holds):
        held = {
            "hold": str(hold.id),
            "reason": _fact(hold, "reason"),
            "cause": hold.cause,
            "by": _by(hold.placed_by_id, hold),
        }
        append("payout.held", subject_of(hold), held, shop_id=hold.shop_id, happened_at=hold.placed_at)
    for closing in not_here(PayoutHoldClosing, closings):
        hold = by_id[closing.hold_id]
        ended = {"hold": str(hold.id), "by": _by(closing.closed_by_id, hold)}
        append("payout.hold_released", subject_of(hold), ended, shop_id=hold.shop_id, happened_at=closing.closed_at)


def record_findings(decisions: Sequence[PayoutDecision], attempts: Sequence[PayoutAttempt]) -> None:
    """What operators found since the backup about these attempts."""
    by_id = {attempt.id: attempt for attempt in attempts}
    for decision in not_here(PayoutDecision, decisions):
        append_decided(decision, by_id[decision.attempt_id])


def record_erased(texts: Sequence[ErasableText]) -> None:
    """How many of them were erased there, and when: the events that say why are not in the backup."""
    erased = Counter(text.erased_at for text in texts if text.erased_at)
    for at, count in erased.items():
        append("texts.carried_over", "restore:texts", {"texts": count}, happened_at=at)


def record_person(person: Person, *, now: datetime) -> None:
    """Someone who joined after the backup, and whom a copied row names."""
    append("person.joined", f"person:{person.id}", {"by": "restore"}, happened_at=now)


def record_shop(shop: Shop) -> None:
    """A shop that was opened after the backup, and was paid."""
    facts = {"by": str(shop.owner_id), "slug": shop.slug, "name": keep_text(shop.name, shop_id=shop.id).fact}
    append("shop.opened", f"shop:{shop.id}", facts, shop_id=shop.id, happened_at=shop.opened_at)


def record_limits(before: psycopg.Connection, limits: PayoutLimits) -> None:
    """The event with which a version of limits was published there, and the reason that it refers to."""
    subject = f"payout_limits:{limits.currency}"
    for published in read(before, Event, "subject_key", [subject]):
        if published.facts["version"] == limits.version:
            reason = read(before, ErasableText, "id", [TextRef.from_fact(published.facts["reason"]).id])
            ErasableText.objects.bulk_create(reason, ignore_conflicts=True)
            append("payout_limits.published", subject, published.facts, happened_at=published.happened_at)


def _record_payee(payee: Payee) -> None:
    details = read_details(text_of(payee.details_id))
    facts = {
        "rail": payee.rail,
        "account": details.account_end if details else "erased",
        "usable_from": payee.usable_from.isoformat(),
        "first": payee.version == 1,
        "version": payee.version,
        "details": _fact(payee, "details"),
    }
    append("payee.changed", f"payee:{payee.id}", facts, shop_id=payee.shop_id, happened_at=payee.changed_at)


def not_here(model: type[M], rows: Sequence[M]) -> list[M]:
    """Those of the rows that are read from another database which this one does not have."""
    here = set(model._default_manager.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
    return [row for row in rows if row.pk not in here]


def _fact(row: Model, name: str) -> str:
    return TextRef(getattr(row, f"{name}_id"), bytes(getattr(row, f"{name}_sha256"))).fact


def _by(operator: UUID | None, hold: PayoutHold) -> str:
    """No person: a command held or released it, or an answer asked or ended its question."""
    if operator:
        return str(operator)
    return name_of(None) if hold.cause == PayoutHold.Cause.OPERATOR else "answer"
