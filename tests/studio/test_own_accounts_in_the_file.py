"""An account that is a keeper's own and is in the operator's file as well, or moves to another shop."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from joey.commissions.models import Commission
from joey.instance.doctor import _own_accounts
from joey.kit import clock
from joey.kit.refusals import Conflict
from joey.marketplaces.connect_account import OtherAccount, connect_account
from joey.orders.attribute_line import attribute_line
from joey.orders.models import OrderLine
from joey.orders.sync import sync, sync_own_accounts
from joey.sharing.tracked_url import tracked_url
from tests.cast import lulu, lulus_shop, mei, meis_shop
from tests.sandbox.conftest import sandbox, utc
from tests.studio.own_account import Union, connect, remove, union
from tests.studio.test_own_accounts import booked, line_of, text_of
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db
__all__ = ["sandbox", "union"]


def in_the_file(union: Union, number: int) -> dict[str, Any]:
    """The operator's account, if it were that of this keeper."""
    found: dict[str, Any] = union.sandbox.get("/control/marketplaces").json()["jd"]
    return found | {"credentials": union.accounts[number]}


def test_a_keepers_account_is_not_connected_for_the_site(union: Union, tmp_path: Path) -> None:
    meis_shop()
    connect(signed_in(mei()), "mei", union.accounts[0])
    file = tmp_path / "marketplaces.json"

    with pytest.raises(OtherAccount, match="A keeper has connected this account of JD as their own"):
        connect_account("jd", in_the_file(union, 0), file, replace=True)
    assert not file.exists()

    connect_account("jd", in_the_file(union, 1), file, replace=True)
    assert json.loads(file.read_text()) == {"jd": in_the_file(union, 1)}


def test_its_orders_come_in_once_when_it_is_put_into_the_file_by_hand(
    union: Union, settings: Settings, client: Client
) -> None:
    shop, keeper = meis_shop(), signed_in(mei())
    connect(keeper, "mei", union.accounts[0])
    first = union.go_and_buy(shop)
    booked()
    settings.JOEY_MARKETPLACES = {"jd": in_the_file(union, 0)}
    second = union.go_and_buy(shop)

    (waits,) = sync("jd", now=clock.now(), recheck=True)
    assert "is one that a keeper connected as their own" in waits.trouble
    assert waits.trouble in [each.text for each in _own_accounts()]
    assert waits.trouble in client.get("/readyz", headers={"accept-language": "en"}).json()["notices"]
    said = text_of(keeper.get("/studio/mei/accounts").content.decode())
    assert "account b1c2…c701" in said
    assert "cannot be used" not in said

    booked_by_keeper()
    assert {line_of(each).marketplace[:4] for each in (first, second)} == {"own:"}

    remove(keeper, "mei")
    booked()
    assert OrderLine.objects.count() == 2, "what is known by the keeper's account does not come in again"
    assert not Commission.objects.exists()


def booked_by_keeper() -> None:
    assert [each.trouble for each in sync_own_accounts(now=clock.now(), recheck=True)] == [""]


def test_a_line_that_came_in_by_two_accounts_is_given_to_no_second_shop(union: Union) -> None:
    shop = meis_shop()
    connect(signed_in(mei()), "mei", union.accounts[0])
    order = union.go_and_buy(shop)
    booked()
    known = line_of(order)
    again = OrderLine.objects.get(pk=known.pk)
    again.pk, again.marketplace, again.shop, again.suspense = None, "jd", None, "unknown_position"
    again.evidence_kind, again.lease_id, again.evidence_at = "", None, None
    again.save(force_insert=True)

    with pytest.raises(Conflict, match="by another account of JD, and one sale is paid once"):
        attribute_line(again.pk, shop, reason="She asked for it", by=None, now=clock.now())


def test_orders_of_another_shops_time_stay_out_when_an_account_moves(union: Union) -> None:
    mine, hers = meis_shop(), lulus_shop()
    position = union.position(0, "of both")
    connect(signed_in(mei()), "mei", union.accounts[0], position=position)
    before = time.time() - 60
    url = tracked_url(union.link(mine), now=clock.now()).url
    of_mei = union.sandbox.buy(url, click_time=utc(before - 2), paid_at=utc(before))
    remove(signed_in(mei()), "mei")

    connect(signed_in(lulu()), "lulu", union.accounts[0], position=position)
    of_lulu = union.go_and_buy(hers)
    booked()

    assert line_of(of_lulu).shop_id == hers.pk
    assert not OrderLine.objects.filter(external_line=of_mei).exists()
    assert not OrderLine.objects.exclude(suspense="").exists(), "no operator is asked about them"
