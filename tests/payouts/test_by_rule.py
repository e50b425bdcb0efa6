"""A small payout waits for the rule, not for an operator: while the rule will take it, no list says “to decide”."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.translation import override

from joey.insight.health import counts
from joey.insight.waiting import waiting
from joey.payouts.approve_small import approve_small
from joey.payouts.holds import place_hold
from joey.payouts.models import Payout
from joey.payouts.pay_due import pay_due
from joey.payouts.queries import payout_of, payouts_to_decide
from joey.payouts.waiting_lists import payouts_in_progress
from tests.cast import NOW, ada, mei
from tests.payouts.bank import Bank
from tests.payouts.stage import lulus_ready_shop, ready_shop, requested
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db


def listed(*, hours: int = 0) -> list[str]:
    with override("en"):
        return [each.label for each in waiting(now=NOW + timedelta(hours=hours)) if each.model is Payout]


def test_a_small_payout_is_listed_for_no_operator_unless_the_rule_left_it_for_an_hour() -> None:
    payout = requested(ready_shop(), 6_000)

    assert payout_of(payout.shop, payout.pk).left_to_the_rule
    assert (payouts_to_decide(), counts().payouts_to_decide, listed()) == ([], 0, [])
    assert listed(hours=2) == ["Small payouts that the rule has not approved"]


@pytest.mark.parametrize("because", ["large", "held", "together"])
def test_what_the_rule_leaves_alone_is_to_be_decided(because: str, bank: Bank) -> None:
    shop = ready_shop(200_000)
    if because == "together":
        requested(shop, 60_000, "first")
        pay_due(now=NOW)
        bank.decide_all("settled")
        pay_due(now=NOW)
    payout = requested(shop, 100_000 if because == "large" else 60_000)
    if because == "held":
        place_hold(shop, reason="We are looking into it", payout=payout, now=NOW)

    assert [each.row.id for each in payouts_to_decide()] == [payout.pk]
    assert (counts().payouts_to_decide, listed()) == (1, ["Payouts to decide"])
    assert not payout_of(shop, payout.pk).left_to_the_rule
    assert approve_small(now=NOW) == 0


def test_those_to_decide_come_first_in_the_terminals_list() -> None:
    small = requested(lulus_ready_shop(), 4_000)
    large = requested(ready_shop(200_000), 100_000)

    assert [each.id for each in payouts_in_progress()] == [large.pk, small.pk]


@pytest.mark.parametrize(
    ("minor", "words"),
    [(6_000, "Requested; it will be checked and sent within minutes"), (100_000, "Requested, waits for approval")],
)
def test_the_shopkeeper_reads_what_will_happen(minor: int, words: str) -> None:
    requested(ready_shop(200_000), minor)

    assert words in signed_in(mei()).get("/studio/mei/payout").content.decode()


def at_the_office(address: str = "", **chosen: str) -> str:
    client: Client = signed_in(ada())
    return client.get(f"/office/payouts/payout/{address}", chosen).content.decode()


def test_the_office_says_what_the_rule_will_do_and_did() -> None:
    payout = requested(ready_shop(), 6_000)

    assert "Requested, approved by rule within a minute" in at_the_office()
    assert str(payout.pk) not in at_the_office(waits="to-decide")
    assert str(payout.pk) in at_the_office(waits="rule")

    approve_small(now=NOW)

    assert "By rule" in at_the_office()
    page = at_the_office(f"{payout.pk}/change/")
    assert "By rule" in page
    assert "Decided by" not in page  # that it was approved by rule is said once
