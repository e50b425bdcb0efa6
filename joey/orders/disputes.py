"""Reading disputes, for pages and the terminal."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.refusals import NotFound
from joey.marketplaces import registry
from joey.orders.models import Dispute
from joey.record.kept_texts import kept_text, with_texts

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True)
class DisputedLine:
    """What an appeal of a shop about one of its lines would be about."""

    marketplace: str
    reason: str  # why the marketplace closed it; "" where it did not
    may_appeal: bool  # it was closed for more than routine, or is held, and no appeal is open
    appealed_at: datetime | None  # since when one is with the operator
    was_appealed: bool  # before, and that was answered
    answer: str | None  # to the last dispute about that, while none is open; "" if it was erased, None without one


@dataclass(frozen=True)
class OpenDispute:
    """One that waits for an operator; `shop` is "" where the line has none yet."""

    id: UUID
    shop: str
    marketplace: str
    external_order: str
    cause: str
    reason: str
    text: str
    opened_at: datetime


# Whether the marketplace itself holds the line `l`, or found a violation that holds it here.
_HELD_BY_IT = "(l.held IN ('risk', 'frozen') OR l.is_frozen OR l.has_violation)"


def disputed_line(shop_id: UUID, line_id: UUID, *, on_hold: bool) -> DisputedLine:
    """`on_hold`: its commission is held here, by its reports or by an operator.

    Raises NotFound for a line that is not the shop's. One query, and one more for an answer.
    """
    found = sql.one(
        f"""
        SELECT l.marketplace, closed.reason, {_HELD_BY_IT} AS is_held, appealed_at, was_appealed, is_answered
        FROM orders_orderline l
        CROSS JOIN LATERAL (
            SELECT CASE WHEN l.state = 'closed' AND l.reason <> l.state THEN l.reason ELSE '' END AS reason
        ) AS closed
        CROSS JOIN LATERAL (
            SELECT min(d.appealed_at) FILTER (WHERE d.closed_at IS NULL) AS appealed_at,
                   coalesce(bool_or(d.appealed_at < d.closed_at), false) AS was_appealed,
                   coalesce(bool_and(d.closed_at IS NOT NULL) AND bool_or(d.reason = closed.reason), false)
                       AS is_answered
            FROM orders_dispute d WHERE d.line_id = l.id
        ) AS disputes
        WHERE l.shop_id = %s AND l.id = %s
        """,
        [shop_id, line_id],
    )
    if found is None:
        raise NotFound(_("There is no such order in this shop."))
    manifest = registry.find_manifest(found["marketplace"])
    is_routine = manifest is not None and found["reason"] in manifest.routine
    is_its_doing = found.pop("is_held") or on_hold or (found["reason"] != "" and not is_routine)
    is_ours = manifest is None or manifest.paid_by == "operator"  # no operator has a say in another's account
    answer = _last_answer(line_id, found["reason"]) if found.pop("is_answered") else None
    may_appeal = is_ours and is_its_doing and found["appealed_at"] is None
    return DisputedLine(**found, may_appeal=may_appeal, answer=answer)


def _last_answer(line_id: UUID, reason: str) -> str:
    answered = only_open(Dispute.objects.filter(line_id=line_id, reason=reason), False)
    return kept_text(with_texts(answered, "answer").order_by("closed_at", "id").reverse()[0], "answer")


def open_disputes(*, limit: int) -> list[OpenDispute]:
    """Those of all shops that wait, the oldest first. One query."""
    found = with_texts(only_open(Dispute.objects.select_related("line__shop")), "text")
    return [
        OpenDispute(
            id=each.pk,
            shop=each.line.shop.slug if each.line.shop else "",
            marketplace=each.line.marketplace,
            external_order=each.line.external_order,
            cause=each.cause,
            reason=each.reason,
            text=kept_text(each, "text"),
            opened_at=each.opened_at,
        )
        for each in found.order_by("opened_at", "id")[:limit]
    ]


def only_open(disputes: "QuerySet[Dispute]", wanted: bool = True) -> "QuerySet[Dispute]":
    """Of `disputes` those that wait for an operator, or those that were answered."""
    return disputes.filter(closed_at__isnull=wanted)
