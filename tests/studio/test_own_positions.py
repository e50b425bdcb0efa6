"""The positions of a keeper's own account: which one links go by, and what happens where one is no use."""

import re

import pytest

from joey.catalog.models import Offer
from joey.edge.ask_marketplace import Untracked
from joey.kit import clock
from joey.marketplaces.models import OwnAccount
from joey.sharing.models import Position, PositionLease
from joey.sharing.positions_report import of_use
from joey.sharing.tracked_url import tracked_url
from joey.sharing.withdraw_position import withdraw_position
from tests.cast import lulu, lulus_shop, mei, meis_shop
from tests.proof import prove
from tests.sandbox.conftest import sandbox
from tests.studio.own_account import Union, connect, remove, union
from tests.studio.test_own_accounts import booked, line_of, text_of, why_untracked
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db
__all__ = ["sandbox", "union"]


def open_position() -> Position:
    """The position that the shop's links go by at its own account."""
    return PositionLease.objects.get(ended_at=None, marketplace__startswith="own:").position


def test_a_shop_connects_again_with_another_position_and_then_with_the_first(union: Union) -> None:
    shop, client = meis_shop(), signed_in(mei())
    first, second = union.position(0, "first"), union.position(0, "second")

    for key in (first, second, first):
        assert connect(client, "mei", union.accounts[0], position=key).status_code == 302
        assert open_position().key == key
        order = union.go_and_buy(shop)
        booked()
        assert line_of(order).evidence_key == key
        assert remove(client, "mei").status_code == 302
        prove()
    assert Position.objects.exclude(withdrawn_at=None).count() == 0


def test_a_position_that_was_withdrawn_is_replaced_by_typing_the_account_again(union: Union) -> None:
    shop, client = meis_shop(), signed_in(mei())
    link = union.link(shop)
    connect(client, "mei", union.accounts[0])
    gone = open_position()
    withdraw_position(gone, reason="It was mistyped", now=clock.now())

    said = text_of(client.get("/studio/mei/accounts").content.decode())
    assert "New links are not made with it: The operator of this site withdrew the position of your links" in said
    assert "Orders are not read" not in said, "they are"
    assert why_untracked(link) is Untracked.OWN_ACCOUNT
    shared = text_of(client.get(f"/studio/mei/share/{link.listing_id}?link={link.code}").content.decode())
    assert "Links to there go by your own account, and it cannot be used as it is." in shared
    refused = connect(client, "mei", union.accounts[0], position=gone.key)
    assert refused.status_code == 422
    assert f"The position “{gone.key}” is withdrawn, for good. Make another one." in refused.content.decode()

    assert connect(client, "mei", union.accounts[0]).status_code == 302
    assert open_position().key != gone.key
    assert tracked_url(link, now=clock.now()).lease is not None
    withdraw_position(open_position(), reason="This one, too", now=clock.now())
    remove(client, "mei")
    assert connect(client, "mei", union.accounts[0]).status_code == 302, "the account makes a third one"
    prove()


def test_an_account_with_a_position_that_the_marketplace_refuses_is_not_kept(union: Union) -> None:
    meis_shop()

    for position in ("999999", "mine"):
        answer = connect(signed_in(mei()), "mei", union.accounts[0], position=position)
        assert answer.status_code == 422
        assert 'id="e-position"' in answer.content.decode()
    assert "is not a registered position of this account" in connect(
        signed_in(mei()), "mei", union.accounts[0], position="999999"
    ).content.decode()  # fmt: skip
    assert not OwnAccount.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"site_id": "1"}, "siteId is not a site of this account"),
        ({"union_key": "f" * 32}, "key is not the key of this account"),
    ],
)
def test_where_no_position_was_typed_it_is_not_the_position_that_is_blamed(
    union: Union, wrong: dict[str, str], why: str
) -> None:
    meis_shop()

    answer = connect(signed_in(mei()), "mei", union.accounts[0] | wrong)

    said = answer.content.decode()
    assert answer.status_code == 422
    assert re.findall(r'id="e-(\w+)"', said) == []
    assert "Look at:" not in said
    assert "With what you typed, JD gives this shop no position for its links" in said
    assert why in said
    assert not OwnAccount.objects.exists()


def test_a_position_of_before_that_is_refused_now_is_not_blamed_on_an_empty_field(union: Union) -> None:
    meis_shop()
    client = signed_in(mei())
    Offer.objects.update(commission_ppm=0)  # so there is nothing to make a first link for
    connect(client, "mei", union.accounts[0], position="999999")
    Offer.objects.update(commission_ppm=union.offer.commission_ppm)

    said = connect(client, "mei", union.accounts[0]).content.decode()

    assert re.findall(r'id="e-(\w+)"', said) == []
    assert "With what you typed, JD gives this shop no position for its links" in said
    assert "is not a registered position of this account" in said


@pytest.mark.parametrize("position", ["03000000068", "mine", "relation:7"])
def test_a_position_that_no_order_could_name_is_refused_with_how_one_is_written(union: Union, position: str) -> None:
    meis_shop()

    answer = connect(signed_in(mei()), "mei", union.accounts[0], position=position)

    assert answer.status_code == 422
    assert 'id="e-position"' in answer.content.decode()
    said = text_of(answer.content.decode())
    assert f"“{position}” cannot be the key of a position at JD: that is a number that does not begin with 0." in said
    assert not OwnAccount.objects.exists()


def test_a_position_that_is_refused_since_is_the_keepers_to_change(union: Union) -> None:
    shop, client = meis_shop(), signed_in(mei())
    link = union.link(shop)
    Offer.objects.update(commission_ppm=0)  # so there is nothing to make a first link for
    connect(client, "mei", union.accounts[0], position="999999")
    Offer.objects.update(commission_ppm=union.offer.commission_ppm)

    assert why_untracked(link) is Untracked.OWN_ACCOUNT
    said = text_of(client.get("/studio/mei/accounts").content.decode())
    assert "New links are not made with it: JD refuses the position “999999”, so no link can go by it." in said
    assert "Orders are not read" not in said
    assert not of_use(Position.objects.all(), "refused").exists(), "no operator is asked to replace it"
    assert connect(client, "mei", union.accounts[0], position=union.position(0, "better")).status_code == 302
    assert tracked_url(link, now=clock.now()).lease is not None


@pytest.mark.parametrize(
    ("withheld", "says"),
    [
        ("jd.union.open.promotion.common.get", "JD makes no link by this account, so nothing was changed."),
        ("jd.union.open.order.row.query", "JD does not let this account read its orders, so nothing was changed."),
    ],
)
def test_an_account_that_may_not_make_links_or_read_orders_is_not_connected(
    union: Union, withheld: str, says: str
) -> None:
    meis_shop()
    grants = "/control/jd/grants"
    union.sandbox.post(grants, {"withheld": [withheld]}).raise_for_status()

    try:
        answer = connect(signed_in(mei()), "mei", union.accounts[0])
    finally:
        union.sandbox.post(grants, {"withheld": []}).raise_for_status()

    assert answer.status_code == 422
    said = text_of(answer.content.decode())
    assert f"{says} Its answer: " in said
    assert "无访问权限" in said
    assert 'id="e-' not in answer.content.decode(), "nothing that was typed is wrong"
    assert not OwnAccount.objects.exists()
    assert not PositionLease.objects.exists()


def test_an_account_that_may_not_search_is_connected_all_the_same(union: Union) -> None:
    meis_shop()
    union.sandbox.post("/control/jd/grants", {"withheld": ["jd.union.open.goods.query"]}).raise_for_status()

    try:
        assert connect(signed_in(mei()), "mei", union.accounts[0]).status_code == 302
    finally:
        union.sandbox.post("/control/jd/grants", {"withheld": []}).raise_for_status()


def test_without_its_secret_no_one_learns_whether_an_account_is_connected(union: Union) -> None:
    meis_shop(), lulus_shop()
    connect(signed_in(mei()), "mei", union.accounts[0])

    wrong = connect(signed_in(lulu()), "lulu", union.accounts[0] | {"app_secret": "f" * 32})

    assert wrong.status_code == 422
    assert "JD refused" in wrong.content.decode()
    assert "connected already" not in wrong.content.decode()
