"""The page of payouts says what an action did, and why a balance is below zero."""

import re

import pytest
from django.utils.translation import override

from joey.insight.erase_subject import erase_subject
from joey.kit import clock
from joey.kit.text import sentences
from joey.payouts.holds import place_hold
from joey.payouts.models import Payee
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

    page = client.post("/studio/mei/payout", {"amount": "60.00", "currency": "CNY", "key": "k"}, follow=True)

    said = page.content.decode()
    assert 'role="status">Requested.' in said
    assert "Requested; it will be checked and sent within minutes" in said


def test_the_next_payout_is_not_offered_while_one_is_in_progress() -> None:
    requested(ready_shop(10_000), 6_000)
    client = signed_in(mei())

    page = client.get("/studio/mei/payout").content.decode()

    assert "A payout is already in progress." in page
    assert re.search(r"<button[^>]* disabled>Request the payout", page)
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
    assert re.search(r"<button[^>]* disabled>Request the payout", payouts)


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
