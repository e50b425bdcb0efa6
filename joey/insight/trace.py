"""Why a click or an order line earned, or why not: each step with its time, its rule or state, and its figure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from joey.commissions.queries import OrderRow, order_of
from joey.insight import queries
from joey.insight.explain_evidence import attributed_because, held_because, suspended_because
from joey.insight.queries import ClickFacts
from joey.kit.refusals import NotFound
from joey.marketplaces import registry
from joey.money.money import Money
from joey.record.queries import EventRow, events_of, with_texts
from joey.shops.models import Shop


@dataclass(frozen=True)
class Step:
    """One thing that happened. `code` is for programs, `what` and `why` are for people."""

    at: datetime
    code: str
    what: str
    why: str
    figure: Money | None = None


@dataclass(frozen=True)
class Trace:
    """The answer first (`reason` for programs, `answer` for people), then how it came about, oldest step first."""

    reason: str
    answer: str
    steps: tuple[Step, ...]


def order_trace(shop: Shop, line_id: UUID, *, now: datetime) -> Trace:
    """Why this order line of this shop earned or not. Raises NotFound for a line that is not the shop's."""
    line = order_of(shop.pk, line_id)
    if line is None:
        raise NotFound(_("There is no such order in this shop."))
    reason, answer = _why(line, queries.hold_reason(line_id))
    return Trace(reason, answer, _steps_of_line(line_id))


def suspense_trace(line_id: UUID) -> Trace:
    """For the office: why no shop could be named for this line, and what was reported so far."""
    line = queries.suspense_of(line_id)
    if line is None:
        raise NotFound(_("There is no such order line."))
    return Trace(
        line.suspense or "attributed", suspended_because(line.suspense, line.evidence_key), _steps_of_line(line_id)
    )


def click_trace(shop: Shop, click_id: UUID, *, now: datetime) -> Trace:
    """What came of one click. Raises NotFound for a click that is not the shop's."""
    click = queries.click_of(shop.pk, click_id)
    if click is None:
        raise NotFound(_("There is no such click in this shop."))
    lines = queries.lines_after(click)
    steps = [_click_step(click), *(_outbound_step(click, way) for way in click.outbound_clicks)]
    for line in lines:
        steps += _steps_of_line(line.id)
    return Trace(*_why_click(click, lines), tuple(sorted(steps, key=lambda step: step.at)))


# ── Answers ───────────────────────────────────────────────────────────────────────────────────────────────


def _why(line: OrderRow, hold: str | None) -> tuple[str, str]:
    """The one reason that decides now, strongest first."""
    figure = line.commission.text
    if line.state == "closed":
        return "closed", _(
            "The marketplace closed this order: it was cancelled, or all of it was refunded before it settled. "
            "A closed order earns nothing."
        )
    if line.state == "placed":
        return "unpaid", _("The buyer has not paid yet. Commission starts when the marketplace reports the payment.")
    if line.marketplace in registry.paying_shops_themselves():
        return "paid_by_marketplace", _(
            "%s pays this commission to you itself. It is not in your balance here, and this site takes no part."
        ) % registry.reporter_name(line.marketplace)
    if not line.commission_state:
        return "not_booked", _("The report came in a moment ago and is being booked. Check again in a minute.")
    if line.returned.minor and not line.commission.minor:
        return "returned", _("All of it was returned, so the marketplace took its commission back.")
    if not line.rate_ppm or not line.commission.minor:
        return "zero_rate", _("The marketplace pays no commission on this item, so there is nothing to earn.")
    if hold is not None:
        return "held", _("%(figure)s is held: %(reason)s. Only this line is held; the rest of your money is not.") % {
            "figure": figure,
            "reason": hold,
        }
    if line.held_by_marketplace and line.commission_state != "confirmed":
        return "held_by_marketplace", _(
            "About %(figure)s, but not confirmed for now: %(reason)s."
            " It continues when a later report no longer says so."
        ) % {"figure": figure, "reason": held_because(line.held_by_marketplace)}
    if line.commission_state == "confirmed":
        if line.returned.minor:
            return "returned", _(
                "Part of it was returned after it was confirmed. %(figure)s of the commission stays yours."
            ) % {"figure": figure}
        return "available", _("%(figure)s is confirmed and can be paid out.") % {"figure": figure}
    if line.state == "settled":
        return "waiting", _("The order is settled. %(figure)s becomes available on %(day)s.") % {
            "figure": figure,
            "day": _day(line.payable_on),
        }
    return "not_settled", _(
        "About %(figure)s, once the marketplace settles the order. If nothing is returned, expect it around %(day)s."
    ) % {"figure": figure, "day": _day(line.payable_on)}


def _why_click(click: ClickFacts, lines: list[OrderRow]) -> tuple[str, str]:
    if click.visitor != "person":
        return "not_a_person", _(
            "This was not a person but a link preview, a prefetch or a robot. It is kept but not counted."
        )
    if not click.outbound_clicks:
        return "looked_only", _("The visitor looked at the page and did not go on to the marketplace.")
    if not lines and not any(way.is_tracked for way in click.outbound_clicks):
        return "earns_nothing_here", _(
            "No position was free at the marketplace, or it reports no orders, so this click could not earn."
        )
    if not lines:
        return "no_order", _(
            "The visitor went on to the marketplace, and it has reported no order from this click. "
            "An order counts for up to %d days."
        ) % queries.window_days(click.outbound_clicks[0].marketplace)
    if len(lines) == 1:
        return _why(lines[0], queries.hold_reason(lines[0].id))
    return "ordered", _("%d order lines were reported from this click.") % len(lines)


# ── Steps ─────────────────────────────────────────────────────────────────────────────────────────────────


def _steps_of_line(line_id: UUID) -> tuple[Step, ...]:
    return tuple(_step(event) for event in with_texts(events_of([f"order_line:{line_id}"])) if event.kind in STEPS)


def _step(event: EventRow) -> Step:
    what, why, minor = STEPS[event.kind](event.facts)
    currency = event.facts.get("currency")
    figure = Money(minor, currency) if minor is not None and currency else None
    return Step(event.happened_at, event.kind, what, why, figure)


Explained = tuple[str, str, int | None]


def _reported(facts: Mapping[str, Any]) -> Explained:
    states = {
        "placed": _("The marketplace reported an order, not paid yet"),
        "paid": _("The marketplace reported the order as paid"),
        "received": _("The buyer confirmed receiving it"),
        "settled": _("The marketplace settled the order"),
        "closed": _("The marketplace closed the order"),
        "unknown": _("The marketplace reported the order in a state that is new to us"),
    }
    if "suspense" in facts:
        why = suspended_because(facts["suspense"], facts.get("evidence_key", "…"))
    else:
        terms = _("%(rate)s commission; the service fee is %(fee)s.") % {
            "rate": rate_text(facts["rate_ppm"]),
            "fee": Money(facts["service_fee_minor"], facts["currency"]).text,
        }
        why = f"{attributed_because(facts)} {terms}"
    if "held" in facts:
        why += " " + _("It is held: %s.") % held_because(facts["held"])
    return states[facts["state"]], why, facts["paid_minor"]


def _returned(facts: Mapping[str, Any]) -> Explained:
    back = facts.get("returned_commission_minor", 0)
    return (
        _("A return was reported"),
        _("The marketplace takes %s of the commission back.") % Money(back, facts["currency"]).text,
        -facts.get("returned_paid_minor", 0),
    )


def _earned(facts: Mapping[str, Any]) -> Explained:
    base = Money(facts["base_minor"], facts["currency"]).text
    why = _("Plan %(plan)s, kept for this order: your share of %(base)s that the marketplace pays after its fee.") % {
        "plan": facts["plan"],
        "base": base,
    }
    if not facts["amount_minor"]:
        return _("Nothing to book"), _("At this report the marketplace pays nothing for the order."), 0
    return _("Commission earned, pending"), why, facts["amount_minor"]


def _adjusted(facts: Mapping[str, Any]) -> Explained:
    delta = facts["amount_minor"] - facts["before_minor"]
    if facts["line_state"] == "closed":
        why = _("The order was closed.")
    elif delta < 0:
        why = _("The marketplace now pays less for it: a return, or a lower settled amount.")
    elif delta > 0:
        why = _("The marketplace now pays more for it than it first estimated.")
    else:
        why = _("The amount stays; it is now settled and waits until %s.") % _day(
            date.fromisoformat(facts["payable_on"])
        )
    return _("Commission matched to the latest report"), why, delta


def _reason(facts: Mapping[str, Any]) -> str:
    return facts["reason"] or _("The reason was erased.")


STEPS: Mapping[str, Callable[[Mapping[str, Any]], Explained]] = {
    "order_line.reported": _reported,
    "order_line.returned": _returned,
    "order_line.attributed": lambda facts: (
        _("The order found its shop"),
        attributed_because(facts),
        None,
    ),
    "order_line.contradicted": lambda facts: (
        _("A report named another shop"),
        _("The order stays with the shop that had it first, and is held until a later report no longer contradicts."),
        None,
    ),
    "order_line.given": lambda facts: (_("An operator gave the order to your shop"), _reason(facts), None),
    "commission.earned": _earned,
    "commission.adjusted": _adjusted,
    "commission.confirmed": lambda facts: (
        _("Commission confirmed, available"),
        _("The order is settled, the waiting time is over, and nothing holds it."),
        facts["amount_minor"],
    ),
    "commission.held": lambda facts: (_("Commission held"), _reason(facts), facts["amount_minor"]),
    "commission.released": lambda facts: (_("Hold ended"), _reason(facts), None),
}


def _click_step(click: ClickFacts) -> Step:
    if click.visitor == "person":
        return Step(click.at, "click", _("Someone opened your link"), _("Channel: %s") % click.channel)
    return Step(click.at, "click", _("Your link was fetched"), _("By a preview, a prefetch or a robot; not counted."))


def _outbound_step(click: ClickFacts, way: queries.OutboundFacts) -> Step:
    why = (
        _("Through your position “%s”, which the marketplace will name in its report.") % way.position_key
        if way.position_key
        else _("Without a position: none was free, or this marketplace reports no orders.")
    )
    return Step(way.at, "outbound_click", _("They went on to the marketplace"), why)


def rate_text(ppm: int) -> str:
    """1 part per million is 0.0001 %: 55000 → "5.5%", which no line breaks."""
    whole, part = divmod(ppm, 10_000)
    return f"{whole}.{part:04d}".rstrip("0").rstrip(".") + "%"


def _day(day: date | None) -> str:
    return date_format(day, "MONTH_DAY_FORMAT") if day else "–"
