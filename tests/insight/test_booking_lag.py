"""/readyz names what is not booked or not available for minutes, and not what only just came in or became due."""

import json
import re
from datetime import timedelta

import psycopg
import pytest
from django.test import Client

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.models import EarnCursor
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.clock import now
from joey.orders.models import SyncCursor
from joey.orders.take_order_reports import keep_poll
from tests.cast import DAY, NOW, leased, meis_shop, refund, settled
from tests.commissions.stage import take_in
from tests.orders.polled import asked, cursor_at, take_order_reports

DUE = ["Commissions of taobao that were due before yesterday and are not available: 1."]
TO_BOOK = re.compile(r"Order lines of taobao that are reported and not booked: 2, the first since \S+ \S+ UTC\.")


@pytest.fixture
def db(committed_db: EmbeddedPostgres) -> EmbeddedPostgres:
    leased(meis_shop())
    return committed_db


def troubles() -> list[str]:
    """What `/readyz` says of booking and of what should be available."""
    said = json.loads(Client().get("/readyz", headers={"Accept-Language": "en"}).content)["troubles"]
    return [each for each in said if each.startswith(("Order lines", "Commissions"))]


def time_passes(db: EmbeddedPostgres, minutes: int) -> None:
    """All that was written down so far is that much older."""
    times = {"commissions_revision": "booked_at", "orders_poll": "recorded_at", "orders_orderline": "first_seen_at",
             "commissions_earncursor": "caught_up_at"}  # fmt: skip
    with psycopg.connect(db.urls.owner, autocommit=True) as owner:
        for table, column in times.items():
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            owner.execute(f"UPDATE {table} SET {column} = {column} - {minutes} * interval '1 minute'")
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_what_came_in_late_is_no_trouble_until_booking_has_stopped(db: EmbeddedPostgres) -> None:
    take_in(settled("1000"), settled("1001"))
    confirm_due(now=now())
    time_passes(db, 24 * 60)
    take_order_reports("taobao", [refund("1000"), settled("1002", days_ago=30)], now=NOW)

    assert EarnCursor.objects.get().caught_up_at < now() - timedelta(hours=23)  # type: ignore[operator]
    assert troubles() == []
    time_passes(db, 4)
    assert troubles() == []
    time_passes(db, 2)

    (trouble,) = troubles()
    assert TO_BOOK.fullmatch(trouble), trouble
    said = Client().get("/metrics").content.decode()
    behind = float(re.findall(r'joey_booking_behind_seconds{marketplace="taobao"} (\S+)', said)[0])
    assert 360 <= behind < 600
    earn_due(now=now())
    assert [each for each in troubles() if each.startswith("Order lines")] == []
    assert 'joey_lines_to_book{marketplace="taobao"} 0.0' in Client().get("/metrics").content.decode()


def test_what_is_due_once_reports_are_read_again_is_no_trouble_until_it_stays(db: EmbeddedPostgres) -> None:
    take_in(settled("1001"))
    cursor_at(NOW - 60 * DAY)
    keep_poll("taobao", asked(now=NOW - 60 * DAY))
    time_passes(db, 24 * 60)
    assert (troubles(), confirm_due(now=now()).commissions) == ([], 0)

    keep_poll("taobao", asked(now=NOW))
    SyncCursor.objects.update(read_until=NOW)

    assert troubles() == []
    time_passes(db, 4)
    assert troubles() == []
    time_passes(db, 2)
    assert troubles() == DUE
    assert confirm_due(now=now()).commissions == 1
    assert troubles() == []
