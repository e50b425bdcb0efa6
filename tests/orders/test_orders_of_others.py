"""An order comes in by one account of its marketplace, and by none where it is none of Joey's, also the second time."""

import json
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from pytest_django import Settings

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock, sql
from joey.marketplaces.jd import parse
from joey.marketplaces.own_accounts import keep_account
from joey.marketplaces.port import OrderReport, UnreadableField
from joey.orders.models import OrderLine, Report, UnreadReport
from joey.orders.retry_unread import retry_all_unread
from joey.orders.sync import sync_own_accounts
from joey.record.models import Event
from joey.shops.models import ShopAccount
from tests.cast import DAY, NOW, ada, leased, lulus_shop, mei, meis_shop, report
from tests.office.test_office import signed_in as operator_signed_in
from tests.orders.polled import take_order_reports
from tests.proof import prove
from tests.sandbox.conftest import sandbox, utc
from tests.studio.own_account import Union, connect, union
from tests.studio.test_studio import signed_in

__all__ = ["sandbox", "union"]
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


def cannot_be_read(row: Mapping[str, Any], **_ways: Any) -> OrderReport:
    """As where JD reports something that its connector does not know yet."""
    raise UnreadableField("a field is new")


def reported() -> None:
    (done,) = sync_own_accounts(now=clock.now(), recheck=True)
    assert done.trouble == ""


def listed_in_the_office() -> str:
    """The list and each page of it, as operators see them."""
    client = operator_signed_in(ada())
    pages = [f"{each.pk}/change/" for each in UnreadReport.objects.all()]
    return "".join(client.get(f"/office/orders/unreadreport/{page}").content.decode() for page in ("", *pages))


@pytest.mark.django_db
def test_a_row_that_cannot_be_read_is_not_kept_where_it_came_by_a_position_that_is_not_joeys(
    union: Union, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = meis_shop()
    connect(signed_in(mei()), "mei", union.accounts[0])
    ours, elsewhere = union.go_and_buy(shop), union.buy(union.link_elsewhere(0))

    with monkeypatch.context() as at_first:
        at_first.setattr(parse, "order_report", cannot_be_read)
        reported()

    assert UnreadReport.objects.get().external_line == ours
    assert elsewhere not in "".join(Report.objects.values_list("payload", flat=True))
    retry_all_unread(now=clock.now())
    assert OrderLine.objects.get().external_line == ours
    assert not UnreadReport.objects.exists()
    prove()


@pytest.mark.django_db
def test_of_a_row_whose_position_cannot_be_made_out_only_what_names_its_order_is_kept(
    union: Union, monkeypatch: pytest.MonkeyPatch
) -> None:
    meis_shop()
    connect(signed_in(mei()), "mei", union.accounts[0])
    elsewhere = union.buy(union.link_elsewhere(0))
    monkeypatch.setattr(parse, "_evidence", cannot_be_read)

    reported()
    reported()
    retry_all_unread(now=clock.now())

    unread = UnreadReport.objects.get(external_line=elsewhere)
    assert unread.problem == "a field is new"
    assert set(json.loads(Report.objects.get(pk=unread.pk).payload)) == {"left_out", "sha256"}
    seen = listed_in_the_office()
    assert elsewhere in seen
    assert union.offer.title not in seen
    prove()


@pytest.mark.django_db
def test_a_report_that_can_be_read_by_now_leaves_the_list_where_its_order_is_none_of_joeys(
    union: Union, monkeypatch: pytest.MonkeyPatch
) -> None:
    meis_shop()
    made_before = union.link_elsewhere(0)
    an_hour_ago = utc(time.time() - 3600)
    before = union.sandbox.buy(made_before, click_time=an_hour_ago, paid_at=an_hour_ago)
    connect(signed_in(mei()), "mei", union.accounts[0], position=union.position(0, "elsewhere"))
    union.sandbox.move(before, "receive")
    with monkeypatch.context() as at_first:
        at_first.setattr(parse, "order_report", cannot_be_read)
        reported()
    unread = UnreadReport.objects.get(external_line=before)

    done = retry_all_unread(now=clock.now())
    reported()

    assert done.tried == done.read > 0
    assert not UnreadReport.objects.exists()
    assert not OrderLine.objects.exists()
    event = Event.objects.get(subject_key=f"order_report:{unread.pk}")
    assert (event.kind, event.facts) == ("report.of_others", {"marketplace": ShopAccount.objects.get().code})
    assert retry_all_unread(now=clock.now()).tried == 0
    prove()
