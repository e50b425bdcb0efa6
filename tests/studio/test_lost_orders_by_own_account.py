"""A keeper misses an order that is here by another account of its marketplace: it is found, whichever is asked."""

from html import unescape
from typing import Any

import pytest

from joey.kit import clock
from joey.orders.answer_lost_orders import answer_lost_orders
from joey.orders.models import OrderLine
from joey.orders.sync import sync, sync_own_accounts
from joey.shops.own_account import own_accounts_of
from tests.api.client import Caller
from tests.cast import lulu, lulus_shop, mei, meis_shop
from tests.proof import prove
from tests.sandbox.conftest import sandbox
from tests.studio.own_account import Union, connect, remove, union
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db
__all__ = ["sandbox", "union"]


def reported() -> None:
    now = clock.now()
    done = [*sync("jd", now=now, recheck=True), *sync_own_accounts(now=now, recheck=True)]
    assert [each.trouble for each in done] == [""] * len(done)


def asked(caller: Caller, slug: str, marketplace: str, order: str) -> Any:
    """The request, as it is answered at once."""
    answer = caller.post(f"/shops/{slug}/lost-orders", {"marketplace": marketplace, "order": order})
    assert answer.status_code == 202, answer.content
    return answer.json()


def test_an_order_of_the_shop_is_found_whichever_account_is_asked(union: Union) -> None:
    shop, client = meis_shop(), signed_in(mei())
    by_the_operators = union.go_and_buy(shop)
    connect(client, "mei", union.accounts[0])
    by_the_keepers = union.go_and_buy(shop)
    reported()
    own = own_accounts_of(shop.pk)["jd"]
    line = {each.external_line: each for each in OrderLine.objects.all()}
    assert (line[by_the_operators].marketplace, line[by_the_keepers].marketplace) == ("jd", own)

    for order in (by_the_operators, by_the_keepers):
        for marketplace in ("jd", own):
            answer = asked(Caller(mei()), "mei", marketplace, line[order].external_order)
            assert answer["state"] == "found"
            assert str(line[order].pk) in answer["order_ids"]
    page = client.get("/studio/mei/lost-orders").content.decode()
    assert page.count(f'href="/studio/mei/orders/{line[by_the_keepers].pk}"') == 2, "once for each request"
    prove()


def test_an_order_that_another_keepers_account_has_is_answered_as_one_of_another_shop(union: Union) -> None:
    shop = meis_shop()
    lulus_shop()
    connect(signed_in(mei()), "mei", union.accounts[0])
    order = union.go_and_buy(shop)
    reported()
    line = OrderLine.objects.get(external_line=order)

    answer = asked(Caller(lulu()), "lulu", "jd", line.external_order)

    assert (answer["state"], answer["order_ids"]) == ("other_id", [])
    assert "with an id that is not your shop’s" in answer["answer"]


def test_an_account_that_its_keeper_removed_is_not_said_to_be_the_sites(union: Union) -> None:
    shop, client = meis_shop(), signed_in(mei())
    connect(client, "mei", union.accounts[0])
    asked(Caller(mei()), "mei", own_accounts_of(shop.pk)["jd"], "123456789")
    remove(client, "mei")
    answer_lost_orders(now=clock.now())

    page = unescape(client.get("/studio/mei/lost-orders").content.decode())

    assert "Your own account at JD was removed, so this order cannot be asked for." in page
    assert "This site has no account" not in page
