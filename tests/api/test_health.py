"""Alive, ready, figures: for monitoring."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from joey.catalog.search.follow import rebuild
from joey.kit import sql
from joey.kit.clock import now
from joey.orders.models import SyncCursor
from joey.payouts.models import PayoutFile, PayoutSubmission
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from tests.api.client import Caller
from tests.cast import NOW, ada, mei, report
from tests.office.test_office import signed_in
from tests.orders.polled import take_order_reports

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _taobao_is_connected(settings: Any) -> None:
    settings.JOEY_MARKETPLACES = {
        "taobao": {
            "gateway": "http://127.0.0.1:9/router/rest",
            "credentials": {"app_key": "1", "app_secret": "s", "site_id": "1", "session": "x"},
        }
    }


@pytest.fixture(autouse=True)
def _has_an_index(_taobao_is_connected: None) -> None:
    rebuild()


def a_worker(seconds_ago: int = 1) -> None:
    at = now() - timedelta(seconds=seconds_ago)
    sql.execute("DELETE FROM procrastinate_workers")
    sql.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [at])


def a_sync(minutes_ago: int, trouble: str = "") -> None:
    at = now() - timedelta(minutes=minutes_ago)
    SyncCursor.objects.update_or_create(
        marketplace="taobao",
        account="1",
        question="orders",
        defaults={"read_until": at, "last_success_at": at, "trouble": trouble},
    )


def ready() -> tuple[int, list[str]]:
    answer = Client().get("/readyz", headers={"Accept-Language": "en"})
    return answer.status_code, json.loads(answer.content)["troubles"]


def test_alive_needs_nothing() -> None:
    assert Client().get("/healthz").json() == {"alive": True}


def test_ready_while_worker_and_reports_are_young() -> None:
    a_worker()
    a_sync(minutes_ago=2)

    assert ready() == (200, [])


def test_ready_while_a_second_look_is_not_answered_which_is_a_notice() -> None:
    a_worker()
    a_sync(minutes_ago=2)
    SyncCursor.objects.create(
        marketplace="taobao", account="1", question="frozen_orders", read_until=now() - timedelta(days=9),
        notice="scope 16175", is_second_look=True,
    )  # fmt: skip

    assert ready() == (200, [])
    assert "joey_ready 1.0" in Client().get("/metrics").content.decode()
    (notice,) = Client().get("/readyz", headers={"Accept-Language": "en"}).json()["notices"]
    assert notice.startswith("taobao does not answer the second look “frozen_orders”.")
    assert notice.endswith("The reason: scope 16175")
    assert "scope 16175" in signed_in(ada()).get("/office/health/").content.decode()


def test_not_ready_without_a_worker_or_with_a_silent_one() -> None:
    status, troubles = ready()
    assert status == 503
    assert "No worker is running" in troubles[0]
    a_worker(seconds_ago=300)
    assert ready()[0] == 503


def test_not_ready_when_reports_are_old_and_says_which_and_why() -> None:
    a_worker()
    a_sync(minutes_ago=60, trouble="the gateway did not answer")

    status, (trouble,) = ready()

    assert status == 503
    assert "taobao" in trouble
    assert "the gateway did not answer" in trouble


@pytest.mark.parametrize(
    ("has_left", "hours", "said", "state"),
    [
        (False, 5, "Payout files that have not left", "not submitted yet"),
        (True, 50, "Payout files without a final answer from the bank", "not answered yet"),
    ],
)
def test_a_payout_file_that_is_stuck_is_shown_with_its_age_while_the_instance_stays_ready(
    has_left: bool, hours: int, said: str, state: str
) -> None:
    a_worker()
    a_sync(minutes_ago=2)
    made_at = now() - timedelta(hours=hours)
    file = PayoutFile.objects.create(
        message_id="M1", rail="bank", rail_account="a", file_format="csv", currency="CNY",
        **refer("content", keep_text(b"x", shop_id=None)), made_at=made_at,
    )  # fmt: skip
    if has_left:
        PayoutSubmission.objects.create(file=file, rail_account="a", started_at=made_at)

    answer = Client().get("/readyz", headers={"Accept-Language": "en"})

    assert answer.status_code == 200
    (stuck,) = answer.json()["stuck"]
    assert (stuck["what"], stuck["count"]) == (said, 1)
    assert stuck["seconds"] >= hours * 3600
    figures = Client(REMOTE_ADDR="127.0.0.1").get("/metrics").content.decode()
    assert f'joey_stuck{{state="{state}",table="payouts_payoutfile"}} 1.0' in figures
    page = Client(headers={"Accept-Language": "en"})
    page.force_login(ada())
    assert said in page.get("/office/health/").content.decode()


def test_figures_for_this_machine_and_for_operators_only() -> None:
    a_worker()
    a_sync(minutes_ago=2)
    take_order_reports("taobao", [report(position="nobodys")], now=NOW)

    here = Client(REMOTE_ADDR="127.0.0.1").get("/metrics")
    body = here.content.decode()

    assert here.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "joey_order_lines_in_suspense 1.0" in body
    assert "joey_ready 1.0" in body
    assert 'joey_sync_age_seconds{kind="orders",marketplace="taobao"} 12' in body
    assert 'joey_edge_pages_total{from="memory"}' in body
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.get("/metrics").status_code == 404
    assert elsewhere.get("/metrics", headers=Caller(mei()).headers).status_code == 404
    assert elsewhere.get("/metrics", headers=Caller(ada()).headers).status_code == 200
    proxied = Client(REMOTE_ADDR="127.0.0.1").get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert proxied.status_code == 404
