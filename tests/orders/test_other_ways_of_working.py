"""An account that works in another way for a while, and then as before: what no question read meanwhile is a gap."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.port import ReportedRow
from joey.marketplaces.taobao.connector import TaobaoConnector
from joey.marketplaces.taobao.manifest import REFUNDS
from joey.orders.end_gap import end_gap
from joey.orders.models import SyncCursor
from joey.orders.queries import read_until
from joey.orders.sync import Synced, sync
from tests.cast import DAY, NOW, ada, leased, meis_shop
from tests.proof import prove
from tests.slow import slow

pytestmark = pytest.mark.django_db

AD_ZONES: dict[str, str] = {}
RELATIONS = {"positions": "relations"}
CHANNEL_REFUNDS = {"positions": "relations", "refunds": "relations"}
START = NOW - 160 * DAY
WINDOW = timedelta(days=1)


class Account:
    """One account at the union, whose reports hold nothing, as it is configured just now."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def synced(self, way: dict[str, str], now: datetime) -> Synced:
        connector = TaobaoConnector({"credentials": {"app_key": "1", "app_secret": "s", **way}})
        self._monkeypatch.setattr(connector, "rows", no_rows)
        self._monkeypatch.setattr(registry, "connectors", lambda: [connector])
        (done,) = sync(now=now)
        prove()
        return done


def no_rows(_question: Question, since: datetime, until: datetime) -> Iterator[tuple[datetime, list[ReportedRow]]]:
    while since < until:
        since = min(since + WINDOW, until)
        yield since, []


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    leased(meis_shop(), since=START - 2 * DAY)
    return Account(monkeypatch)


def gaps() -> dict[str, tuple[datetime, datetime]]:
    """The open ones that money waits for, by question."""
    asked = SyncCursor.objects.filter(asked_since__isnull=False, is_second_look=False)
    return {each.question: each.open_gap for each in asked if each.open_gap}


@pytest.mark.parametrize(
    ("way", "meanwhile", "unread"),
    [
        (AD_ZONES, RELATIONS, []),
        (AD_ZONES, CHANNEL_REFUNDS, ["refunds"]),
        slow(RELATIONS, AD_ZONES, ["orders_by_relation"]),
        slow(RELATIONS, CHANNEL_REFUNDS, ["refunds"]),
        (CHANNEL_REFUNDS, AD_ZONES, ["orders_of_relations"]),
        (CHANNEL_REFUNDS, RELATIONS, []),
    ],
)
def test_what_another_question_read_meanwhile_is_no_gap_unless_it_reads_fewer_orders(
    account: Account, way: dict[str, str], meanwhile: dict[str, str], unread: list[str]
) -> None:
    account.synced(way, START)
    for days in range(0, 121, 30):
        account.synced(meanwhile, START + days * DAY)
    back = START + 120 * DAY

    done = account.synced(way, back)

    missing = (START, back - REFUNDS.furthest_back)
    assert (done.trouble, gaps()) == ("", dict.fromkeys(unread, missing))
    assert read_until("taobao") == (START if unread else back)


def test_only_what_no_question_read_is_the_gap(account: Account) -> None:
    account.synced(AD_ZONES, START)
    left, back = START + 40 * DAY, START + 150 * DAY
    account.synced(RELATIONS, START)
    account.synced(RELATIONS, left)

    account.synced(AD_ZONES, back)

    assert gaps()["orders"] == (left, back - REFUNDS.furthest_back)


def test_what_an_operator_imported_for_the_other_question_is_no_gap_of_this_one(account: Account) -> None:
    account.synced(CHANNEL_REFUNDS, START)
    account.synced(RELATIONS, START)
    account.synced(RELATIONS, START + 150 * DAY)
    end_gap("taobao", reason="Imported.", by=ada(), now=START + 150 * DAY)

    account.synced(CHANNEL_REFUNDS, START + 150 * DAY)

    assert gaps() == {}
