"""The page of payouts says what an action did, and why a balance is below zero."""

import re

import pytest
from django.utils.translation import override

from joey.insight.erase_subject import erase_subject
from joey.kit import clock
from joey.kit.text import sentences
from joey.ledger.queries import balances_of
from joey.payouts.holds import place_hold
from joey.payouts.models import Payee, Payout
from joey.payouts.payee import set_payee
from joey.payouts.payee_pause import why_paused
from joey.sharing.make_link import make_link
from tests.cast import NOW, listed, mei, meis_shop
from tests.payouts.stage import ready_shop, requested
from tests.storefront.goods import fresh_flask
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db


def test_a_request_is_answered_with_a_message_that_is_announced() -> None:
    ready_shop(10_000)
    client = signed_in(mei())

    page = client.post(
        "/studio/mei/payout", {"amount": "60.00", "currency": "CNY", "key": "k", "confirmed": "yes"}, follow=True
    )

    said = page.content.decode()
    assert 'role="status">Requested.' in said
    assert "Requested; it will be checked and sent within minutes" in said


def test_a_payout_is_confirmed_with_amount_and_account_and_can_be_cancelled_while_it_waits() -> None:
    """Case P14."""
    shop = ready_shop(10_000)
    client = signed_in(mei())

    asked = client.post("/studio/mei/payout", {"amount": "￥６０", "currency": "CNY", "key": "k"})

    shown = asked.content.decode()
    assert [each for each in ("¥60.00", "李小美", "ICBC", "•••• 3445") if each not in shown] == []
    assert not Payout.objects.exists()
    fields = dict(re.findall(r'type="hidden" name="(amount|currency|key|confirmed)" value="([^"]*)"', shown))
    listed = client.post("/studio/mei/payout", fields, follow=True).content.decode()
    payout = Payout.objects.get()
    assert payout.amount_minor == 6_000
    assert f'name="payout_id" value="{payout.id}"' in listed

    cancel = {"payout_id": payout.id}
    page = client.post("/studio/mei/payout/cancel", cancel, follow=True).content.decode()

    assert "Cancelled. The money is available again." in page
    assert "You cancelled it before it was sent." in page
    assert balances_of(shop.pk)["CNY"].available.minor == 10_000
    again = client.post("/studio/mei/payout/cancel", cancel)
    assert again.status_code == 409
    assert "cannot be cancelled any more" in again.content.decode()
    too_much = client.post("/studio/mei/payout", {"amount": "100.01", "currency": "CNY", "key": "l"})
    assert too_much.status_code == 409
    assert "Only CN¥100.00 is available" in too_much.content.decode()


def test_the_next_payout_is_not_offered_while_one_is_in_progress() -> None:
    requested(ready_shop(10_000), 6_000)
    client = signed_in(mei())

    page = client.get("/studio/mei/payout").content.decode()

    assert "A payout is already in progress." in page
    assert re.search(r"<button[^>]* disabled>Request a payout", page)
    for shown in ("/studio/mei/", "/studio/mei/earnings"):
        said = client.get(shown).content.decode()
        assert "Request a payout" not in said
        assert "can be paid out after the payout in progress" in said
        assert "for your next payout" not in said


def test_while_payout_details_are_new_a_keeper_reads_from_when_a_payout_is_possible_and_is_not_sent_for_one() -> None:
    shop = ready_shop(10_000)
    make_link(shop, listing_id=listed(shop, fresh_flask()).id, channel="wechat", now=NOW)
    client = signed_in(mei())
    asked = client.get("/studio/mei/").content.decode()
    moment = clock.now()
    payee = set_payee(shop, holder_name="李小美", account_number="4111111111111111", now=moment)

    today, payouts = (client.get(address).content.decode() for address in ("/studio/mei/", "/studio/mei/payout"))

    assert "Request a payout" in asked
    assert "Request a payout" not in today
    assert 'href="/studio/mei/pick">Pick and share more' in today
    paused = why_paused(payee.usable_from, moment)
    assert f"Money is available. {paused}" in today
    assert paused in payouts
    assert re.search(r"<button[^>]* disabled>Request a payout", payouts)


def test_details_that_were_erased_are_said_to_be_erased() -> None:
    ready_shop(10_000)
    erase_subject(f"payee:{Payee.objects.get().pk}", reason="She asked for it", now=NOW)

    page = signed_in(mei()).get("/studio/mei/payout", headers={"accept-language": "en"}).content.decode()

    assert "The payout details of this shop were erased. Add them again before the next payout." in page
    assert "no payout details yet" not in page
    assert "Enter payout details" in page


def test_a_shop_without_details_reads_that_there_are_none_yet() -> None:
    meis_shop()

    page = signed_in(mei()).get("/studio/mei/payout", headers={"accept-language": "en"}).content.decode()

    assert "There are no payout details yet" in page


def test_an_empty_balance_is_not_said_to_be_payable() -> None:
    requested(ready_shop(6_000), 6_000)

    assert "nothing to pay out now" in signed_in(mei()).get("/studio/mei/").content.decode()


def test_a_held_payout_says_that_its_keeper_need_not_do_anything() -> None:
    shop = ready_shop(10_000)
    requested(shop, 6_000)
    place_hold(shop, reason="Checking the details", now=NOW)

    page = signed_in(mei()).get("/studio/mei/payout").content.decode()

    assert "Checking the details" in page
    assert "You need not do anything" in page


def test_between_sentences_is_a_blank_but_not_in_chinese() -> None:
    with override("en"):
        assert sentences("One.", "", "Two.") == "One. Two."
    with override("zh-hans"):
        assert sentences("一。", "二。") == "一。二。"
