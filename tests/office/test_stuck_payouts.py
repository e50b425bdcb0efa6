"""In the office, operators end what the bank does not end: unknown transfers, files that wait, refused files."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from joey.payouts.holds import place_hold
from joey.payouts.models import Payout, PayoutAttempt, PayoutFile, PayoutHold, PayoutHoldClosing, PayoutPauseEnding
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from tests.cast import NOW, ada
from tests.office.test_office import act, signed_in
from tests.payouts.bank import Bank, running_bank
from tests.payouts.stage import approved, held, left_out, money, ready_shop, second_operator
from tests.proof import prove

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def bank(settings: Settings) -> Iterator[Bank]:
    with running_bank() as bank:
        settings.JOEY_RAILS = bank.settings
        yield bank


def an_unknown_transfer(bank: Bank) -> PayoutHold:
    approved(ready_shop(4_000), 4_000)
    send_due(now=NOW)
    bank.decide_all("dancing")
    take_answers(now=NOW + MINUTE)
    return PayoutHold.objects.get(cause="unknown")


@pytest.mark.parametrize("is_shop_here", [True, False])
def test_what_a_restore_left_out_is_resolved_by_two_operators_who_find_the_same(bank: Bank, is_shop_here: bool) -> None:
    shop = ready_shop(4_000)
    lost = left_out(shop if is_shop_here else None)
    table, ends = ("payouts_payouthold", "release") if is_shop_here else ("payouts_payoutpause", "resume")
    client = signed_in(ada())

    alone = act(client, table, ends, lost.stopped_by, reason="It will be fine").content.decode()
    asked = act(client, table, "resolve", lost.stopped_by).content.decode()
    found = {"outcome": "settled", "borne_by": "shop", "reason": "Call 4711: paid on Sunday"}
    first = act(client, table, "resolve", lost.stopped_by, **found).content.decode()
    detail = client.get(f"/office/{table.replace('_', '/')}/{lost.stopped_by}/change/").content.decode()
    prove()
    act(signed_in(second_operator()), table, "resolve", lost.stopped_by, **found)

    assert "Two operators who resolve it end this" in alone
    assert all(f'name="{name}"' in asked for name in ("outcome", "borne_by", "reason"))
    assert "once a second operator finds the same" in first
    assert lost.transfer in detail
    assert "Call 4711: paid on Sunday" in detail
    assert PayoutHoldClosing.objects.count() == is_shop_here
    assert PayoutPauseEnding.objects.count() == (not is_shop_here)
    assert held(shop.pk) == (money(paid=4_000) if is_shop_here else money(available=4_000))
    prove()


def test_an_unknown_transfer_is_resolved_by_two_operators_who_find_the_same(bank: Bank) -> None:
    hold = an_unknown_transfer(bank)
    shop = hold.shop
    client = signed_in(ada())

    waiting = client.get("/office/waiting/").content.decode()
    asked = act(client, "payouts_payouthold", "resolve", hold.pk).content.decode()
    found = {"outcome": "rejected", "borne_by": "shop", "reason": "Call 4711: never paid"}
    first = act(client, "payouts_payouthold", "resolve", hold.pk, **found).content.decode()
    again = act(client, "payouts_payouthold", "resolve", hold.pk, **found).content.decode()
    detail = client.get(f"/office/payouts/payouthold/{hold.pk}/change/").content.decode()
    assert not PayoutHoldClosing.objects.exists()
    act(signed_in(second_operator()), "payouts_payouthold", "resolve", hold.pk, **found)

    assert "Payouts to resolve: unknown" in waiting
    assert all(f'name="{name}"' in asked for name in ("outcome", "borne_by", "reason"))
    assert "once a second operator finds the same" in first
    assert "A second operator has to agree" in again
    assert "Call 4711: never paid" in detail
    assert PayoutHoldClosing.objects.get().hold_id == hold.pk
    assert held(shop.pk) == money(available=4_000)
    prove()


@pytest.mark.parametrize("of", ["payoutfile", "payout"])
def test_what_is_wrong_with_a_file_is_said_in_words(bank: Bank, of: str) -> None:
    hold = an_unknown_transfer(bank)
    assert hold.attempt is not None
    pk = {"payoutfile": hold.attempt.file_id, "payout": hold.attempt.payout_id}[of]

    page = signed_in(ada()).get(f"/office/payouts/{of}/{pk}/change/").content.decode()

    assert f"{hold.attempt.rail_key}: the bank&#x27;s answer cannot be read" in page
    assert "unknown_word" not in page
    assert "Bank transfer" in page


def test_a_file_that_the_bank_does_not_know_says_so_and_that_a_hold_keeps_it_back(bank: Bank) -> None:
    payout = approved(ready_shop(4_000), 4_000)
    bank.faults.append("500")
    send_due(now=NOW)
    place_hold(payout.shop, reason="Ten orders from one device", now=NOW)
    take_answers(now=NOW + MINUTE)
    row = f'value="{PayoutFile.objects.get().pk}"'
    client = signed_in(ada())

    waiting = client.get("/office/waiting/").content.decode()
    kept_back = client.get("/office/payouts/payoutfile/?waits=kept-back").content.decode()
    for_answers = client.get("/office/payouts/payoutfile/?waits=for-answers").content.decode()
    page = client.get(f"/office/payouts/payout/{payout.pk}/change/").content.decode()

    assert "Payout files that the bank does not know, kept back" in waiting
    assert "Payout files without a final answer from the bank" not in waiting
    assert (row in kept_back, row in for_answers) == (True, False)
    says = "The bank says that it does not know this file. It goes again once nothing stops its payouts."
    assert (says in kept_back, says in page) == (True, True)
    assert "Submitted, not confirmed yet" in page


def test_a_finding_that_cannot_be_is_refused_by_name(bank: Bank) -> None:
    hold = an_unknown_transfer(bank)

    said = act(
        signed_in(ada()), "payouts_payouthold", "resolve", hold.pk, outcome="overpaid", borne_by="shop", reason="x"
    ).content.decode()

    assert "That cannot have become of this transfer, by what is booked of it." in said
    assert not PayoutHoldClosing.objects.exists()


def test_a_hold_that_asks_a_question_is_not_released(bank: Bank) -> None:
    hold = an_unknown_transfer(bank)

    said = act(signed_in(ada()), "payouts_payouthold", "release", hold.pk, reason="Too long").content.decode()

    assert "two operators who resolve it" in said
    assert not PayoutHoldClosing.objects.exists()


def test_the_bank_is_asked_about_a_file_at_once(bank: Bank) -> None:
    approved(ready_shop(4_000), 4_000)
    send_due(now=NOW)
    bank.decide_all("settled")

    act(signed_in(ada()), "payouts_payoutfile", "ask", PayoutFile.objects.get().pk)

    assert Payout.objects.get().state == "paid"
    prove()


def test_a_file_that_has_not_left_is_withdrawn_and_one_that_has_is_not(bank: Bank, settings: Settings) -> None:
    approved(ready_shop(4_000), 4_000)
    bank.faults.append("500")
    send_due(now=NOW)
    file = PayoutFile.objects.get()
    client = signed_in(ada())

    said = act(client, "payouts_payoutfile", "withdraw", file.pk, reason="Another bank").content.decode()

    assert "the bank may have it" in said
    file.refresh_from_db()
    assert file.withdrawn_at is None


def test_nothing_of_a_file_that_the_bank_refused_was_paid_say_two_operators(bank: Bank) -> None:
    shop = ready_shop(4_000)
    approved(shop, 4_000)
    bank.faults.append("refuse")
    send_due(now=NOW)
    assert PayoutAttempt.objects.get().state == "unknown"
    file = PayoutFile.objects.get()

    act(signed_in(ada()), "payouts_payoutfile", "mark_refused", file.pk, reason="Call 4712: the file is refused")
    assert PayoutAttempt.objects.get().state == "unknown"
    act(signed_in(second_operator()), "payouts_payoutfile", "mark_refused", file.pk, reason="Their e-mail says so too")

    assert PayoutAttempt.objects.get().state == "rejected"
    assert held(shop.pk) == money(available=4_000)
    prove()


def test_each_list_shows_only_what_waits_in_the_way_that_is_asked_for(bank: Bank) -> None:
    hold = an_unknown_transfer(bank)
    left = PayoutFile.objects.get()
    unsent = PayoutFile.objects.create(
        message_id="M2", rail="bank", rail_account="a", file_format="csv", currency="CNY",
        **refer("content", keep_text(b"x", shop_id=None)),
    )  # fmt: skip
    pause = pause_payouts(by=ada(), reason="Comparing", now=NOW)
    client = signed_in(ada())

    def shown(question: str) -> set[str]:
        page = client.get(f"/office/payouts/{question}").content.decode()
        return {str(row.pk) for row in (left, unsent, hold, pause) if f'value="{row.pk}"' in page}

    assert shown("payoutfile/") == {str(left.pk), str(unsent.pk)}
    assert shown("payoutfile/?waits=to-leave") == {str(unsent.pk)}
    assert shown("payoutfile/?waits=for-answers") == {str(left.pk)}
    assert shown("payouthold/?ended=no") == {str(hold.pk)}
    assert shown("payouthold/?ended=yes") == set()
    assert shown("payoutpause/?ended=no") == {str(pause.pk)}
    end_pause(pause, by=ada(), now=NOW, reason="The statement agrees")
    assert shown("payoutpause/?ended=no") == set()
    assert shown("payoutpause/?ended=yes") == {str(pause.pk)}


def test_what_only_the_statement_shows_is_written_down_at_the_payout(bank: Bank) -> None:
    payout = approved(ready_shop(4_000), 4_000)
    client = signed_in(ada())
    found = {"outcome": "overpaid", "borne_by": "platform", "reason": "Statement 7 has it twice"}
    early = act(client, "payouts_payout", "resolve", payout.pk, **found).content.decode()
    send_due(now=NOW)
    bank.decide_all("settled")
    take_answers(now=NOW + MINUTE)

    asked = act(client, "payouts_payout", "resolve", payout.pk).content.decode()
    first = act(client, "payouts_payout", "resolve", payout.pk, **found).content.decode()
    waiting = client.get("/office/waiting/").content.decode()
    hold = PayoutHold.objects.get()
    detail = client.get(f"/office/payouts/payouthold/{hold.pk}/change/").content.decode()
    assert held(payout.shop_id) == money(paid=4_000)
    act(signed_in(second_operator()), "payouts_payouthold", "resolve", hold.pk, **found)

    assert "This payout has not left" in early
    assert all(f'name="{name}"' in asked for name in ("outcome", "borne_by", "reason"))
    assert "once a second operator finds the same" in first
    assert "Payouts to resolve: contradicted" in waiting
    assert "Statement 7 has it twice" in detail
    assert "ada@example.com" in detail
    assert PayoutHoldClosing.objects.get().hold_id == hold.pk
    assert held(payout.shop_id) == money(paid=8_000)
    prove()
