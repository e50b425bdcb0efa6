"""Why a click or an order line earned, or why not: each step with its time, its rule or state, and its figure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from joey.commissions import waits_for as waits_for_what
from joey.commissions.queries import OrderRow, order_of
from joey.commissions.waits_for import waits_for
from joey.insight import explain_disputes, explain_holds, explain_money, queries
from joey.insight.explain_evidence import attributed_because, held_because, key_in, suspended_because
from joey.insight.explain_returns import returned
from joey.insight.explain_stops import stopped_answer, stopped_because
from joey.insight.explain_waiting import made_available, waiting_in_words
from joey.insight.explained import Explained, reason_in
from joey.insight.queries import ClickFacts
from joey.kit.refusals import NotFound
from joey.kit.text import sentences
from joey.marketplaces import registry
from joey.money.money import Money
from joey.money.rate import rate_text
from joey.orders.disputes import disputed_line
from joey.payouts.queries import first_payout_since
from joey.record.queries import EventRow, events_of, with_texts
from joey.sharing.channel_names import channel_name
from joey.sharing.note_stopped import STOPPED, stopped_after
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
    step_left_at: UUID | None = None  # the listing on whose page for sharing the keeper can do what is left to do


def order_trace(shop: Shop, line_id: UUID, *, now: datetime) -> Trace:
    """Why this order line of this shop earned or not. Raises NotFound for a line that is not the shop's."""
    line = order_of(shop.pk, line_id)
    if line is None:
        raise NotFound(_("There is no such order in this shop."))
    return Trace(*_why(line, now=now, shop=shop), _steps_of_shops(shop.pk, line))


def office_trace(line_id: UUID, *, now: datetime) -> Trace:
    """For operators: the same of any shop's line; of one in suspense, why no shop could be named for it."""
    found = queries.suspense_of(line_id)
    if found is None:
        raise NotFound(_("There is no such order line."))
    line = order_of(found.shop_id, line_id) if found.shop_id else None
    if line is None or found.shop_id is None:
        return Trace(found.suspense, suspended_because(found.suspense, found.evidence_key), _steps_of_line(line_id))
    return Trace(*_why(line, now=now), _steps_of_shops(found.shop_id, line))


def click_trace(shop: Shop, click_id: UUID, *, now: datetime) -> Trace:
    """What came of one click. Raises NotFound for a click that is not the shop's."""
    click = queries.click_of(shop.pk, click_id)
    if click is None:
        raise NotFound(_("There is no such click in this shop."))
    lines = queries.lines_after(click)
    stops = stopped_after(click_id)
    steps = [_click_step(click), *(_outbound_step(way, bool(stops)) for way in click.outbound_clicks)]
    steps += [
        Step(each.at, STOPPED, _("They wanted to go on to the marketplace and could not"), stopped_because(each))
        for each in stops
    ]
    for line in lines:
        steps += _steps_of_line(line.id)
    in_order = tuple(sorted(steps, key=lambda step: step.at))
    if click.visitor == "person" and stops and not any(way.is_tracked for way in click.outbound_clicks):
        answer = stopped_answer(stops[-1], went_on=bool(click.outbound_clicks))
        return Trace("stopped", answer, in_order, click.listing_id if stops[-1].why == "not_filed" else None)
    return Trace(*_why_click(shop, click, lines, now=now), in_order)


# ── Answers ───────────────────────────────────────────────────────────────────────────────────────────────


def _why(line: OrderRow, *, now: datetime, shop: Shop | None = None) -> tuple[str, str]:
    """What decides now, and why the marketplace pays less for the order where its report says so. Without `shop` it is
    an operator who reads.
    """
    reason, answer = _decides(line, now=now, in_office=shop is None)
    if shop is not None and reason in ("closed", "held", "held_by_marketplace"):
        answer = explain_disputes.with_dispute(answer, disputed_line(shop.pk, line.id, on_hold=line.held))
    because = registry.earns_less_because(line.marketplace, line.reason)
    if not because:
        return reason, answer
    less = _("%(place)s lowered what it pays for this order: %(why)s.")
    return reason, sentences(answer, less % {"place": registry.reporter_name(line.marketplace), "why": because})


def _decides(line: OrderRow, *, now: datetime, in_office: bool) -> tuple[str, str]:
    """The one reason that decides now, strongest first."""
    if line.state == "closed":
        closed = _("The marketplace closed this order. A closed order earns nothing.")
        why = explain_disputes.why_closed(line.marketplace, line.reason if line.reason != line.state else "")
        return "closed", sentences(closed, why)
    waits = waits_for(line, now=now)
    if waits == waits_for_what.UNPAID:
        return "unpaid", _("The buyer has not paid yet. Commission starts when the marketplace reports the payment.")
    if line.is_paid_by_marketplace:
        to_keeper = _(
            "%s pays this commission to you itself. It is not in your balance here, and this site takes no part."
            " It is paid by the marketplace’s own calendar, which its console shows."
        )
        to_operator = _("%s pays this commission to the shop’s keeper itself; this site takes no part.")
        text = to_operator if in_office else to_keeper
        return "paid_by_marketplace", text % registry.reporter_name(line.marketplace)
    if waits in (waits_for_what.QUARANTINED, waits_for_what.NOT_BOOKED, waits_for_what.NOT_INSTALLED):
        return waits, waiting_in_words(line, waits, now=now)
    if line.penalty.minor:
        return "penalty", _(
            "The marketplace took back %s more than this order gave. We bear it; nothing is taken from you."
        ) % line.penalty.text
    if not line.commission.minor:
        return _why_nothing(line)
    if waits == waits_for_what.HELD and line.held_by_marketplace:
        return "held_by_marketplace", waiting_in_words(line, waits, now=now)
    if waits:
        return _WAITS_AS.get(waits, waits), sentences(waiting_in_words(line, waits, now=now), *_available_part(line))
    return "returned" if line.returned.minor else "available", sentences(made_available(line, now=now), _from_all())


def _why_nothing(line: OrderRow) -> tuple[str, str]:
    """Of a line that is not closed, and of which no more is taken back than it gave."""
    if line.is_returned:
        return "returned", _("All of it was returned, so the marketplace took its commission back.")
    if line.given.minor > 0 and line.taken_back.minor >= line.given.minor:
        return "taken_back", _("The marketplace took back all that this order gave, %s.") % line.given.text
    if line.given.minor > 0:
        text = _("The marketplace pays %s for this order. Your part of that is less than the smallest amount there is.")
        return "too_little", text % (line.given - line.taken_back).text
    if line.rate_ppm == 0:
        return "zero_rate", _("The marketplace pays no commission on this item, so there is nothing to earn.")
    return "no_commission", _("The marketplace reports no commission for this order, so there is nothing to earn.")


_WAITS_AS = {waits_for_what.DUE: "waiting"}


def _available_part(line: OrderRow) -> list[str]:
    return [_("%s of it was made available already.") % line.released.text] if line.released.minor > 0 else []


def _from_all() -> str:
    """No payout names the lines that it pays."""
    return _("Payouts are made from the whole available balance, not order by order.")


def _why_click(shop: Shop, click: ClickFacts, lines: list[OrderRow], *, now: datetime) -> tuple[str, str]:
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
        return _why(lines[0], now=now, shop=shop)
    return "ordered", _("%d order lines were reported from this click.") % len(lines)


# ── Steps ─────────────────────────────────────────────────────────────────────────────────────────────────


def _steps_of_shops(shop_id: UUID, line: OrderRow) -> tuple[Step, ...]:
    """From the click that led to the order to the first payout that could hold it, oldest first."""
    steps, payout = _steps_of_line(line.id), _payout_step(shop_id, line)
    click = queries.click_behind(shop_id, line.id)
    # First, whatever the reports say of the time: some marketplaces name the minute of an order, some the day.
    led_here = [_click_step(click), *(_outbound_step(way, False) for way in click.outbound_clicks)] if click else []
    return (*led_here, *(sorted((*steps, *payout), key=lambda step: step.at) if payout else steps))


def _payout_step(shop_id: UUID, line: OrderRow) -> list[Step]:
    payout = (
        first_payout_since(shop_id, line.commission.currency, line.made_available_at)
        if line.made_available_at
        else None
    )
    if payout is None or line.released.minor <= 0:
        return []
    if payout.paid_at:
        what = _("Paid out, with the first payout after it was made available")
        return [Step(payout.paid_at, "payout.paid", what, _from_all(), payout.amount)]
    what = _("On its way, with the first payout after it was made available")
    return [Step(payout.requested_at, "payout.requested", what, _from_all(), payout.amount)]


def _steps_of_line(line_id: UUID) -> tuple[Step, ...]:
    """A report that says again what the last one said is no step of its own; one of refund cases can be several."""
    steps: list[Step] = []
    said = ""
    back: Mapping[str, Any] = {}
    for event in with_texts(events_of([f"order_line:{line_id}"])):
        if event.kind == "order_line.returned":
            steps += [_step(event, *each) for each in returned(event.facts, back)]
            back = event.facts
        if event.kind not in STEPS or _is_of_the_platform(event) or _changes_nothing(event):
            continue
        explained = STEPS[event.kind]({**event.facts, "happened_at": event.happened_at})
        step = _step(event, explained, event.facts.get("currency"))
        if event.kind == "order_line.reported":
            if said == f"{step.what} {step.why} {step.figure}":
                continue
            said = f"{step.what} {step.why} {step.figure}"
        steps.append(step)
    return tuple(steps)


def _is_of_the_platform(event: EventRow) -> bool:
    """Its part alone was confirmed: nothing of the shop's was pending any more."""
    return event.kind == "commission.confirmed" and not event.facts["amount_minor"]


def _changes_nothing(event: EventRow) -> bool:
    """A booking that follows a report of the same amounts, such as one of fewer days to wait."""
    facts = event.facts
    same = all(
        facts.get(name) == facts.get(before)
        for name, before in (("amount_minor", "before_minor"), ("base_minor", "before_base_minor"))
    )
    changes = facts.get("penalty_minor"), facts.get("penalty_before_minor"), facts.get("line_state") == "closed"
    return event.kind == "commission.adjusted" and same and not any(changes)


def _step(event: EventRow, explained: Explained, currency: str | None) -> Step:
    what, why, minor = explained
    figure = Money(minor, currency) if minor and currency else None
    return Step(event.happened_at, event.kind, what, why, figure)


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
        why = suspended_because(facts["suspense"], key_in(facts))
    else:
        why = sentences(attributed_because(facts), _terms(facts))
    if "held" in facts:
        why = sentences(why, _("It is held: %s.") % held_because(facts["held"]))
    return states[facts["state"]], why, facts["paid_minor"]


def _terms(facts: Mapping[str, Any]) -> str:
    if not facts["service_fee_minor"]:
        return _("%s commission.") % rate_text(facts["rate_ppm"]) if "rate_ppm" in facts else ""
    fee = Money(facts["service_fee_minor"], facts["currency"]).text
    if "rate_ppm" not in facts:
        return _("The marketplace keeps a service fee of %s of the commission.") % fee
    rates = {"rate": rate_text(facts["rate_ppm"]), "fee": fee}
    return _("%(rate)s commission, of which the marketplace keeps a service fee of %(fee)s.") % rates


STEPS: Mapping[str, Callable[[Mapping[str, Any]], Explained]] = {
    "order_line.reported": _reported,
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
    "order_line.given": lambda facts: (_("An operator gave the order to your shop"), reason_in(facts), None),
    "order_line.quarantined": explain_holds.quarantined,
    "order_line.bookable": lambda facts: (_("Booked after all"), _("What kept it from being booked is gone."), None),
    "commission.earned": explain_money.earned,
    "commission.adjusted": explain_money.adjusted,
    "commission.settled": explain_money.settled,
    "commission.unsettled": explain_money.unsettled,
    "commission.confirmed": explain_money.confirmed,
    "commission.other_currency": explain_money.other_currency,
    "commission.held": explain_holds.held,
    "commission.released": explain_holds.released,
    "dispute.opened": explain_disputes.opened,
    "dispute.appealed": explain_disputes.appealed,
    "dispute.closed": explain_disputes.closed,
}


def _click_step(click: ClickFacts) -> Step:
    if click.visitor == "person":
        terms = {"title": click.title, "channel": channel_name(click.channel), "code": click.code}
        why = _("To “%(title)s”. Channel: %(channel)s. Link: %(code)s.") % terms
        return Step(click.at, "click", _("Someone opened your link"), why)
    return Step(click.at, "click", _("Your link was fetched"), _("By a preview, a prefetch or a robot; not counted."))


def _outbound_step(way: queries.OutboundFacts, was_stopped: bool) -> Step:
    if way.position_key:
        why = _("Through your position “%s”, which the marketplace will name in its report.") % way.position_key
    elif was_stopped and not way.is_tracked:
        why = _("By a plain link, which names no shop.")
    else:
        why = _("Without a position: none was free, or this marketplace reports no orders.")
    return Step(way.at, "outbound_click", _("They went on to the marketplace"), why)
