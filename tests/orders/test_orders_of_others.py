"""An order comes in by one account of its marketplace, and by none where it is none of Joey's, also the second time."""

import threading
import time
from pathlib import Path

import pytest
from django.db import connections, transaction
from pytest_django import Settings

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock, sql
from joey.marketplaces import registry
from joey.marketplaces.own_accounts import keep_account
from joey.orders.models import OrderLine, UnreadReport
from joey.orders.retry_unread import retry_marketplace
from joey.shops.models import ShopAccount
from tests.cast import DAY, NOW, leased, lulus_shop, mei, meis_shop, report
from tests.orders.polled import take_order_reports
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, sandbox
from tests.studio.own_account import Union, connect, union_of
from tests.studio.test_studio import signed_in

__all__ = ["sandbox"]
OWN = "own:taobao:abcdefghij"


def test_an_order_that_two_accounts_report_at_once_comes_in_once(
    committed_db: EmbeddedPostgres, settings: Settings, tmp_path: Path
) -> None:
    settings.JOEY_OWN_ACCOUNTS_KEY = tmp_path / "key"
    leased(lulus_shop())
    ShopAccount.objects.create(code=OWN, shop=meis_shop(), marketplace="taobao")
    keep_account(OWN, "12345678", {"app_key": "12345678"}, now=NOW - 60 * DAY)
    leased(meis_shop(), "110000000001", marketplace=OWN)
    ended: list[object] = []

    def by_the_keepers() -> None:
        try:
            ended.append(take_order_reports(OWN, [report()], now=NOW))
        finally:
            connections.close_all()

    other = threading.Thread(target=by_the_keepers)
    with transaction.atomic():
        take_order_reports("taobao", [report()], now=NOW)
        other.start()
        assert waits_for_the_lines(), "it does not wait for the other account"
    other.join(timeout=60)

    assert ended
    assert OrderLine.objects.get().marketplace == "taobao"
    prove()


def waits_for_the_lines() -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if sql.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def union(sandbox: Sandbox, settings: Settings, tmp_path: Path) -> Union:
    return union_of(sandbox, settings, tmp_path)


@pytest.mark.django_db
def test_a_report_that_can_be_read_by_now_is_not_taken_in_where_its_order_is_none_of_joeys(union: Union) -> None:
    shop = meis_shop()
    connect(signed_in(mei()), "mei", union.accounts[0])
    code = ShopAccount.objects.get().code
    union.go_and_buy(shop)
    union.buy(union.link_elsewhere(0))
    connector = registry.connector(code)
    question = connector.manifest.questions[0]
    brought = connector.rows(question, clock.now() - DAY, clock.now())
    rows = [row for _end, some in brought for row in some]
    unread = [connector.unreadable(row, "a field that was not known then") for row in rows]
    take_order_reports(code, unread, now=clock.now())
    assert UnreadReport.objects.count() == 2

    done = retry_marketplace(connector, now=clock.now())

    assert (done.tried, done.read) == (2, 1)
    assert OrderLine.objects.get().shop == shop
    assert "not one to come in by this account" in UnreadReport.objects.get().problem
    prove()
