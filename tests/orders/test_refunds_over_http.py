"""Returns around a settlement, from the simulated union over HTTP to what can be paid: equal to what it gives."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import release_hold
from joey.commissions.holds_in_force import held_lines
from joey.commissions.models import Hold
from joey.commissions.queries import orders_of
from joey.commissions.waits_for import HELD
from joey.insight.explain_waiting import waiting_in_words
from joey.insight.health import health
from joey.insight.trace import order_trace
from joey.kit.clock import now
from joey.ledger.queries import balances_of
from joey.marketplaces import registry
from joey.marketplaces.port import Tracking
from joey.orders.dismiss_unread import dismiss_unreadable
from joey.orders.models import OrderLine, RefundCase, SyncCursor
from joey.orders.queries import unread_reports
from joey.orders.retry_unread import retry_all_unread
from joey.orders.sync import sync
from tests.cast import ada, leased, meis_shop
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, own_sandbox

pytestmark = pytest.mark.django_db
__all__ = ["own_sandbox"]

POSITION = "110000000001"
LATER = timedelta(days=8)  # the waiting days and one more


class Counter:
    """An order of three pieces at the union, and what Joey makes of it."""

    def __init__(self, union: Sandbox, position: str = POSITION) -> None:
        self.union = union
        connector = registry.connector("taobao")
        item = max(connector.search("锅").offers, key=lambda each: (each.now_minor or 0) * each.commission_ppm)
        link = connector.tracked_link(item.external_id, Tracking(position=position))
        self.order = union.buy(link.url, quantity=3)

    def happens(self, do: str, **fields: Any) -> None:
        self.union.move(self.order, do, **fields)

    def synced(self) -> tuple[int, int]:
        """What of the order waits, and what is available, once the reports are read and booked."""
        (done,) = sync(now=now())
        assert done.trouble == ""
        earn_due(now=now())
        prove()
        found = balances_of(meis_shop().pk)["CNY"]
        return found.pending.minor, found.available.minor

    def estimated(self) -> int:
        """What waits before settlement: the service fee of an estimate is rounded up, so it may be one unit less."""
        pending, available = self.synced()
        assert available == 0
        assert 0 <= self.share - pending <= 1
        return pending

    def confirmed(self) -> tuple[int, int]:
        """The same once its waiting days are over."""
        confirm_due(now=now() + LATER, read_up_to=now() + LATER)
        return self.synced()

    @property
    def share(self) -> int:
        """Mei's part of what the union really gives."""
        return max(0, int(self.union.get(f"/control/orders/{self.order}").json()["net_minor"])) * 8 // 10

    def story(self) -> list[str]:
        trace = order_trace(meis_shop(), OrderLine.objects.get().pk, now=now())
        return [step.what for step in trace.steps]


@pytest.fixture
def counter(own_sandbox: Callable[..., Sandbox], settings: Settings) -> Counter:
    union = own_sandbox()
    settings.SANDBOX_URL = union.url  # time may be pretended: `confirmed` is days ahead of what was read
    settings.JOEY_MARKETPLACES = {"taobao": union.get("/control/marketplaces").json()["taobao"]}
    leased(meis_shop(), POSITION, since=now().replace(microsecond=0) - timedelta(days=1))
    return Counter(union)


def test_a_return_before_settlement_is_deducted_once_from_estimate_to_payout(counter: Counter) -> None:
    whole = counter.estimated()
    counter.happens("return", quantity=1)

    assert 0 < counter.estimated() < whole
    assert RefundCase.objects.get().counts, "the union reports the case though the amounts are without it"
    counter.happens("settle")
    assert counter.synced() == (counter.share, 0)
    counter.happens("repeat")  # the case is changed now, and so long after the settlement
    assert counter.confirmed() == (0, counter.share)

    returned = [what for what in counter.story() if what.startswith("Returned 1 of 3")]
    assert len(returned) == 1
    assert OrderLine.objects.get().returned_commission_minor == 0


def test_a_case_whose_status_no_document_names_gives_nothing_back_and_holds_its_line(counter: Counter) -> None:
    counter.happens("settle")
    counter.synced()
    counter.happens("return", quantity=1)
    assert counter.synced() == (counter.share, 0)
    counter.union.post("/control/reports", {"marketplace": "taobao", "unknown_state": True})
    counter.happens("repeat")

    assert counter.synced() == (counter.share, 0), "what was taken back stays so"
    assert counter.confirmed() == (counter.share, 0), "and nothing becomes available"
    assert unread_reports()[0].problem == "refund_status is a code that is not known"

    counter.union.post("/control/reports", {"marketplace": "taobao"})
    counter.happens("repeat")
    assert counter.synced() == (counter.share, 0)
    assert unread_reports() == []
    assert counter.confirmed() == (0, counter.share)


def test_of_a_return_on_each_side_of_the_settlement_the_second_is_taken_back(counter: Counter) -> None:
    counter.happens("return", quantity=1)
    counter.happens("settle")
    counter.confirmed()
    available = counter.share
    assert counter.confirmed() == (0, available)

    counter.happens("return", quantity=1)

    assert counter.synced() == (0, counter.share)
    assert 0 < counter.share < available
    assert RefundCase.objects.count() == 2


def test_a_settlement_that_is_withdrawn_and_made_again_moves_the_money_by_itself(counter: Counter) -> None:
    counter.happens("settle")
    counter.happens("return", quantity=1)
    assert counter.synced() == (counter.share, 0)
    assert counter.confirmed() == (0, counter.share)

    counter.happens("unsettle")
    counter.estimated()
    counter.happens("settle")
    assert counter.synced() == (counter.share, 0)

    assert counter.confirmed() == (0, counter.share)
    assert OrderLine.objects.get().returned_commission_minor == 0


RELATION = "relation:2345678901"
Account = Callable[..., Sandbox]


@pytest.fixture
def account(own_sandbox: Callable[..., Sandbox], settings: Settings) -> Account:
    """Connects the union; what is given is in its credentials, too."""
    union = own_sandbox()
    settings.SANDBOX_URL = union.url

    def connects(*, by_export: bool = False, **more: str) -> Sandbox:
        given = union.get("/control/marketplaces").json()["taobao"]
        credentials = given["credentials"] | {"positions": "relations"} | more
        orders = {"orders": "file"} if by_export else {}
        settings.JOEY_MARKETPLACES = {"taobao": given | {"credentials": credentials} | orders}
        return union

    return connects


def test_a_refund_that_both_of_the_unions_reports_bring_is_taken_back_once(account: Account) -> None:
    union = account()
    leased(meis_shop(), RELATION, since=now().replace(microsecond=0) - timedelta(hours=3))
    counter = Counter(union, RELATION)
    counter.happens("settle")
    counter.happens("return", quantity=1)
    sync(now=now())
    line = OrderLine.objects.get()
    assert line.returned_commission_minor > 0

    account(refunds="relations")
    (done,) = sync(now=now(), recheck=True)  # the last day is asked again, where the finished case is
    assert (done.trouble, done.reports) == ("", 1)
    assert OrderLine.objects.get().returned_commission_minor == line.returned_commission_minor
    assert RefundCase.objects.count() == 2, "under either name"

    time.sleep(1.1)  # two cases of one second have one name in the report of channel orders (unverified.py)
    counter.happens("return", quantity=1)
    assert counter.synced() == (counter.share, 0), "a second return is taken back beside the first"
    account()
    sync(now=now(), recheck=True)
    assert counter.synced() == (counter.share, 0)
    assert RefundCase.objects.count() == 4


def test_two_cases_of_one_second_hold_their_order_until_an_operator_has_looked_them_up(account: Account) -> None:
    union = account(refunds="relations")
    leased(meis_shop(), RELATION, since=now().replace(microsecond=0) - timedelta(hours=3))
    counter = Counter(union, RELATION)
    counter.happens("settle")
    whole, _available = counter.synced()
    counter.happens("return", quantity=1)
    union.post("/control/differs", {"marketplace": "taobao", "facts": ["channel_case_name"]})

    assert counter.synced() == (whole, 0), "neither of the two is taken back"
    assert counter.confirmed() == (whole, 0), "and nothing becomes available"
    assert "no number tells the two apart" in unread_reports()[0].problem

    union.post("/control/differs", {"marketplace": "taobao", "facts": []})
    time.sleep(1.1)
    counter.happens("repeat")  # one of them, alone, is from a later second
    retry_all_unread(now=now())
    assert counter.synced() == (counter.share, 0)
    assert counter.confirmed() == (counter.share, 0), "the other may still be missing"

    for each in unread_reports():
        dismiss_unreadable(each.report_id, by=ada(), reason="The console shows one case", now=now())
    assert counter.synced() == (counter.share, 0)
    assert counter.confirmed() == (0, counter.share)


@pytest.mark.long
def test_doubled_rows_of_a_case_that_is_counted_once_are_one_case(account: Account) -> None:
    union = account(refunds="relations")
    leased(meis_shop(), RELATION, since=now().replace(microsecond=0) - timedelta(hours=3))
    counter = Counter(union, RELATION)
    union.post("/control/reports", {"marketplace": "taobao", "duplicate": True})
    counter.happens("settle")
    counter.happens("return", quantity=1)

    assert counter.synced() == (counter.share, 0)
    assert counter.confirmed() == (0, counter.share)


def read_until() -> dict[str, datetime]:
    """Of each question that money waits for."""
    asked = SyncCursor.objects.filter(asked_since__isnull=False, is_second_look=False)
    return dict(asked.values_list("question", "read_until"))


def test_an_order_whose_refunds_are_not_asked_for_is_held_until_they_are(account: Account) -> None:
    union = account()
    leased(meis_shop(), POSITION, since=now().replace(microsecond=0) - timedelta(hours=3))
    counter = Counter(union)
    counter.happens("settle")
    settled = counter.share
    assert counter.synced() == (settled, 0)
    asked = read_until()
    assert set(asked) == {"orders_by_relation", "refunds"}

    account(refunds="relations")
    assert counter.synced() == (settled, 0)
    assert set(read_until()) == {"orders_of_relations", "channel_refunds"}, "what was not asked for was not read"
    assert OrderLine.objects.get().held == "refunds_unread"
    assert any("refunds of channel orders" in notice for notice in health(now=now()).notices)
    counter.happens("return", quantity=3)
    assert counter.confirmed() == (settled, 0), "the report of channel orders has no word of it"
    retry_all_unread(now=now())
    assert counter.confirmed() == (settled, 0)

    account(by_export=True)
    retry_all_unread(now=now())
    assert counter.confirmed() == (settled, 0), "an export may bring its refund, and nothing says that one did"
    account()
    retry_all_unread(now=now())
    assert OrderLine.objects.get().held == "refunds_unread", "its refund is not asked for yet"
    assert SyncCursor.objects.get(question="refunds").read_until == asked["refunds"]
    assert counter.synced() == (0, 0), "its refund is read from where it was asked for last"
    retry_all_unread(now=now())
    assert OrderLine.objects.get().held == ""
    assert counter.confirmed() == (0, 0)


@pytest.mark.long
def test_orders_are_held_while_their_refunds_are_not_asked_for_however_often_that_changes(account: Account) -> None:
    union = account()
    leased(meis_shop(), POSITION, since=now().replace(microsecond=0) - timedelta(hours=3))
    counter = Counter(union)
    counter.happens("settle")
    counter.synced()
    for _time in range(2):
        account(refunds="relations")
        sync(now=now(), recheck=True)
        earn_due(now=now())
        assert [each.hold_class for each in held_lines()] == ["refunds_unread"]

        account()
        sync(now=now())
        retry_all_unread(now=now())
        earn_due(now=now())
        assert held_lines() == []
    prove()


@pytest.mark.long
def test_an_operator_can_release_an_order_whose_refunds_are_not_asked_for(account: Account) -> None:
    union = account(refunds="relations")
    leased(meis_shop(), POSITION, since=now().replace(microsecond=0) - timedelta(hours=3))
    counter = Counter(union)
    counter.happens("settle")
    assert counter.synced() == (counter.share, 0)
    assert counter.confirmed() == (counter.share, 0)
    (line,) = orders_of(meis_shop().pk, limit=1)
    assert "would not report its return" in waiting_in_words(line, HELD, now=now())

    release_hold(Hold.objects.get(), reason="The console shows no return", by=ada(), now=now())
    retry_all_unread(now=now())
    counter.union.move(counter.order, "repeat")

    assert counter.confirmed() == (0, counter.share)


def test_orders_with_a_relation_are_paid_as_ever(account: Account) -> None:
    union = account(refunds="relations")
    leased(meis_shop(), RELATION, since=now().replace(microsecond=0) - timedelta(hours=3))
    counter = Counter(union, RELATION)
    counter.happens("settle")
    assert counter.synced() == (counter.share, 0)
    assert counter.confirmed() == (0, counter.share)
