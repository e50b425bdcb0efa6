"""What should have become available is reported from the commissions themselves, whatever confirming says."""

from datetime import timedelta

import psycopg
import pytest
from django.test import Client

from joey.commissions.confirm_due import confirm_due
from joey.commissions.holds import place_hold, release_hold
from joey.commissions.models import Commission
from joey.insight.health import health
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.clock import now as database_now
from joey.orders.end_gap import end_gap
from joey.orders.models import SyncCursor
from tests.cast import DAY, NOW, ada, leased, meis_shop, settled
from tests.commissions.stage import take_in
from tests.orders.polled import cursor_at

ONE = ["Commissions of taobao that were due before yesterday and are not available: 1."]


def overdue(*, minutes: int) -> list[str]:
    """What `/readyz` would say of commissions that many minutes from now."""
    troubles = health(now=database_now() + timedelta(minutes=minutes)).troubles
    return [each for each in troubles if each.startswith("Commissions")]


@pytest.mark.django_db
def test_what_is_overdue_is_reported_once_it_had_five_minutes() -> None:
    leased(meis_shop())
    take_in(settled("1001"))

    assert (overdue(minutes=4), overdue(minutes=6)) == ([], ONE)
    assert 'joey_commissions_overdue{marketplace="taobao"} 1.0' in Client().get("/metrics").content.decode()
    confirm_due(now=database_now())
    assert overdue(minutes=6) == []


@pytest.mark.django_db
def test_what_confirming_leaves_alone_is_reported_although_it_ran(monkeypatch: pytest.MonkeyPatch) -> None:
    leased(meis_shop())
    take_in(settled("1001"))
    monkeypatch.setattr("joey.commissions.confirm_due.claim_due", lambda *_, **__: 0)  # as if others had the rows

    for minutes in (1, 6):
        confirm_due(now=database_now() + timedelta(minutes=minutes))

    assert overdue(minutes=7) == ONE


@pytest.mark.django_db
def test_what_is_due_again_once_a_report_ends_its_hold_is_no_trouble_in_its_first_minutes() -> None:
    leased(meis_shop())
    take_in(settled("1001", held="frozen"))
    assert overdue(minutes=6) == []
    take_in(settled("1001", reported_at=NOW, held=""))

    assert (overdue(minutes=4), overdue(minutes=6)) == ([], ONE)


def booked_a_day_ago(db: EmbeddedPostgres) -> None:
    with psycopg.connect(db.urls.owner, autocommit=True) as owner:
        owner.execute("ALTER TABLE commissions_revision DISABLE TRIGGER USER")
        owner.execute("UPDATE commissions_revision SET booked_at = booked_at - interval '1 day'")
        owner.execute("ALTER TABLE commissions_revision ENABLE TRIGGER USER")


def test_what_is_due_once_a_gap_in_the_reports_is_ended_is_no_trouble_in_its_first_minutes(
    committed_db: EmbeddedPostgres,
) -> None:
    leased(meis_shop())
    take_in(settled("1001"))
    booked_a_day_ago(committed_db)
    cursor_at(NOW)
    SyncCursor.objects.update(gap_since=NOW - 99 * DAY, gap_until=NOW - 90 * DAY)
    assert (overdue(minutes=6), confirm_due(now=database_now()).commissions) == ([], 0)

    end_gap("taobao", reason="All of it is imported", by=ada(), now=database_now())

    assert (overdue(minutes=4), overdue(minutes=6)) == ([], ONE)


def test_what_an_operator_released_is_no_trouble_in_its_first_minutes(committed_db: EmbeddedPostgres) -> None:
    leased(meis_shop())
    take_in(settled("1001"))
    hold = place_hold(Commission.objects.get(), reason="Ten orders from one device", now=NOW)
    booked_a_day_ago(committed_db)

    release_hold(hold, now=NOW, reason="Looked into it")

    assert (overdue(minutes=4), overdue(minutes=6)) == ([], ONE)
