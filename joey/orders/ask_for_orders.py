"""Ask a marketplace for orders that shops miss, as its manifest says that it can be asked.

What it answers is taken in by the same path as every report, under polls of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import cast

from django.db import transaction

from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import OrderLookUp
from joey.marketplaces.port import AnyReport, Connector, KnowsOrdersByNumber
from joey.marketplaces.read_reports import read_reports, read_row
from joey.orders.models import LostOrder
from joey.orders.take_order_reports import AskedPoll, keep_poll, next_poll_number, take_order_reports


@dataclass(frozen=True)
class Askable:
    """Which orders a marketplace can be asked for from here, however it is just now."""

    any: bool  # it has an account, whose reports can be asked for one order
    placed_after: datetime | None = None  # the others are known there no longer; None: it is asked by number


def askable(marketplace: str, *, now: datetime) -> Askable:
    """Where an account is configured and cannot be used, its orders can be asked for once it can be."""
    connector = registry.find_connector(marketplace)
    if connector is None:
        return Askable(registry.is_configured(marketplace))
    look_up = connector.manifest.order_look_up
    if look_up is None or look_up.by == "number":
        return Askable(look_up is not None)
    return Askable(True, now - look_up.question.furthest_back - look_up.around)


@dataclass(frozen=True)
class AskedTogether:
    """Requests that one answer is about: of one number, or of one stretch of time [since, until)."""

    requests: tuple[LostOrder, ...]
    since: datetime
    until: datetime


def asked_together(look_up: OrderLookUp, requests: Iterable[LostOrder], *, now: datetime) -> list[AskedTogether]:
    """The requests as the marketplace is asked for them: stretches that meet are one, so that nothing is asked twice.

    What it does not answer any more is cut off; a stretch may be empty then.
    """
    if look_up.by == "number":
        return [AskedTogether((request,), now, now) for request in requests]
    found: list[AskedTogether] = []
    placed = sorted(((each.ordered_at or each.requested_at, each) for each in requests), key=lambda pair: pair[0])
    for ordered_at, request in placed:
        since = max(ordered_at - look_up.around, now - look_up.question.furthest_back)
        until = max(since, min(ordered_at + look_up.around, now))
        last = found[-1] if found else None
        if last is not None and since <= last.until:
            found[-1] = AskedTogether((*last.requests, request), last.since, max(last.until, until))
        else:
            found.append(AskedTogether((request,), since, until))
    return found


def ask_for(connector: Connector, look_up: OrderLookUp, asked: AskedTogether, *, now: datetime) -> None:
    """Ask, and take in the answer. Raises MarketplaceUnavailable, MarketplaceRefused."""
    answers = iter(_answers(connector, look_up, asked))
    since, begun = asked.since, monotonic()
    while True:
        number, asked_at = next_poll_number(), now + timedelta(seconds=monotonic() - begun)
        until, reports = next(answers, (None, ()))
        if until is None:
            return
        poll = AskedPoll(number, connector.account, look_up.question.code, since, max(since, until), asked_at)
        with transaction.atomic():
            if not take_order_reports(connector.code, reports, now=asked_at, poll=poll).reports:
                keep_poll(connector.code, poll)
        since = poll.until


def _answers(
    connector: Connector, look_up: OrderLookUp, asked: AskedTogether
) -> Iterator[tuple[datetime, Sequence[AnyReport]]]:
    """Each with the end of the time that it is about."""
    if look_up.by == "time":
        if asked.since < asked.until:
            yield from read_reports(connector, look_up.question, asked.since, asked.until)
        return
    for request in asked.requests:
        rows = cast(KnowsOrdersByNumber, connector).rows_of_order(request.number)
        yield asked.until, [read_row(connector, row) for row in rows]
