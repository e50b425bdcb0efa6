"""Answer the requests for lost orders: move their clocks, look at what is reported, and ask the marketplaces again."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from joey.kit.refusals import Conflict, NotFound, Refusal
from joey.kit.sentences import Sentence, Words, to_keep
from joey.kit.try_each import trying_each
from joey.marketplaces import registry
from joey.marketplaces.pace import in_bulk
from joey.marketplaces.port import MarketplaceRefused, MarketplaceUnavailable
from joey.orders.answer_clock import ANSWER_WITHIN, ASK_FOR, in_turn, moved, silence_of
from joey.orders.ask_for_orders import AskedTogether, ask_for, askable, asked_together
from joey.orders.models import LostOrder
from joey.orders.settle_lost_orders import LOOKED_AT_FOR, settle_lost_orders
from joey.people.actors import name_of
from joey.people.models import Person
from joey.record.append import append

log = logging.getLogger(__name__)

AT_ONCE = 10  # requests that one marketplace is asked for in one run: others need its calls, too
TRY_AGAIN_AFTER = timedelta(minutes=5)  # what could not be asked
# What the marketplace did not know: most becomes visible within hours, the rest within days.
ASK_AGAIN_FIRST, ASK_AGAIN_LAST = timedelta(hours=1), timedelta(hours=12)

_State = LostOrder.State
_ASKED_FOR = (_State.ASKING, _State.UNKNOWN)


def answer_lost_orders(*, now: datetime) -> int:
    """Bring every request up to date; how many have another answer. Safe to run at any time, and twice.

    A marketplace that fails stops no other; the first failure is raised at the end.
    """
    answered = 0
    looked_at = LostOrder.objects.exclude(state=_State.FOUND).filter(requested_at__gt=now - LOOKED_AT_FOR)
    with trying_each(log, "answering the lost orders of %s failed") as trying:
        for marketplace in sorted(looked_at.values_list("marketplace", flat=True).distinct()):
            with trying(marketplace):
                _move_clocks(marketplace, now=now)
                answered += settle_lost_orders(marketplace, now=now)
                due = LostOrder.objects.filter(marketplace=marketplace, state__in=_ASKED_FOR, ask_next_at__lte=now)
                unanswered_first = F("answered_at").asc(nulls_first=True), "ask_next_at"
                with in_bulk():
                    _ask(marketplace, due.order_by(*unanswered_first)[:AT_ONCE], now=now)
                answered += settle_lost_orders(marketplace, now=now)
    return answered


def ask_again(lost_id: UUID, *, by: Person | None, now: datetime) -> LostOrder:
    """Ask for one order now, whenever it would be its turn. Raises NotFound, Conflict where it is asked for no more.

    `by` is the operator who wants it, None at the terminal.
    """
    lost = LostOrder.objects.filter(pk=lost_id).first()
    if lost is None:
        raise NotFound(_("There is no such request for an order."))
    if lost.state == _State.NOT_ASKED:
        raise Conflict(_("This order cannot be asked for. A report of it that is imported is the answer."))
    if lost.state not in _ASKED_FOR:
        raise Conflict(_("This order is not asked for any more: it has its answer."))
    with transaction.atomic():
        facts = {"by": name_of(by)}
        append("lost_order.asked_again", f"lost_order:{lost.pk}", facts, shop_id=lost.shop_id, happened_at=now)
    _move_clocks(lost.marketplace, now=now)
    lost.refresh_from_db()
    _ask(lost.marketplace, [lost], now=now)
    settle_lost_orders(lost.marketplace, now=now)
    lost.refresh_from_db()
    return lost


@transaction.atomic
def _move_clocks(marketplace: str, *, now: datetime) -> None:
    """The time in which the marketplace answered nothing, or could not be asked for an order, does not count: an
    answer, and the end, are due later by it.

    Once there is an answer, when it was due does not move any more.
    """
    running = list(LostOrder.objects.select_for_update().filter(marketplace=marketplace, state__in=_ASKED_FOR))
    if not running:
        return
    stops = silence_of(marketplace, since=min(each.requested_at for each in running), until=now)
    for each in running:
        if each.trouble:
            _stop(each, now=now)
        own = in_turn(each.stops)
        each.ask_until = moved(each.requested_at, ASK_FOR, [*stops, *own])
        if each.state == _State.ASKING:
            each.answer_by = moved(each.requested_at, ANSWER_WITHIN, [*stops, *own])
    LostOrder.objects.bulk_update(running, ["ask_until", "answer_by", "stops"])


def _stop(lost: LostOrder, *, now: datetime) -> None:
    """It cannot be asked for: the stop that goes on lasts until now, or one begins."""
    goes_on = lost.trouble and lost.stops
    lost.stops = [*lost.stops[:-1], now] if goes_on else [*lost.stops, now, now]


def _ask(marketplace: str, requests: Iterable[LostOrder], *, now: datetime) -> None:
    """Ask for each; what keeps the marketplace from answering is noted. Once it is unavailable, the rest waits."""
    requests = list(requests)
    connector = registry.find_connector(marketplace)
    look_up = connector.manifest.order_look_up if connector else None
    if connector is None or look_up is None:
        _put_off(requests, (Sentence(gettext_noop("This site has no account there that can be asked.")),), now=now)
        return
    after = askable(marketplace, now=now).placed_after
    if after is not None:  # an empty answer would say nothing about those that are too old
        requests = [each for each in requests if (each.ordered_at or each.requested_at) > after]
    waiting = asked_together(look_up, requests, now=now)
    while waiting:
        asked = waiting.pop(0)
        try:
            ask_for(connector, look_up, asked, now=now)
        except Refusal as refusal:
            words = refusal.words if isinstance(refusal, MarketplaceUnavailable | MarketplaceRefused) else str(refusal)
            log.warning("%s could not be asked for lost orders: %s", marketplace, refusal)
            if isinstance(refusal, MarketplaceUnavailable):
                asked, waiting = AskedTogether(_requests_of([asked, *waiting]), asked.since, asked.until), []
            _put_off(asked.requests, words, now=now)
        except Exception as error:  # a fault in what reads one answer must not keep the others from being asked for
            log.exception("asking %s for lost orders failed", marketplace)
            fault = Sentence(
                gettext_noop("%(error)s; the log of the worker has the details"), {"error": type(error).__name__}
            )
            _put_off(asked.requests, (fault,), now=now)
        else:
            _note_answer(asked.requests, now=now)


def _requests_of(asked: Iterable[AskedTogether]) -> tuple[LostOrder, ...]:
    return tuple(request for each in asked for request in each.requests)


def _put_off(requests: Sequence[LostOrder], why: Words, *, now: datetime) -> None:
    for each in requests:
        _stop(each, now=now)
        _note(each, trouble=to_keep(why), ask_next_at=now + TRY_AGAIN_AFTER)


def _note_answer(requests: Sequence[LostOrder], *, now: datetime) -> None:
    for each in requests:
        if each.trouble:
            _stop(each, now=now)
        later = min(max(now - each.requested_at, ASK_AGAIN_FIRST), ASK_AGAIN_LAST)
        _note(each, trouble="", asked_at=now, ask_next_at=now + later)


def _note(lost: LostOrder, **changes: object) -> None:
    """Unless its shop has begun the request again meanwhile, maybe with another time."""
    LostOrder.objects.filter(pk=lost.pk, requested_at=lost.requested_at).update(stops=lost.stops, **changes)
