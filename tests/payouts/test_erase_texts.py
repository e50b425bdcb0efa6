"""What people and banks wrote about payouts can be erased, and the books stay provable; a changed text is found."""

from contextlib import nullcontext
from datetime import timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner

from joey.cli.erase import erase as erase_command
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import place_hold as hold_commission
from joey.commissions.holds import release_hold as release_commission
from joey.commissions.models import Commission
from joey.insight.erase_subject import ErasedTexts, erase_subject
from joey.kit import sql
from joey.kit.refusals import Forbidden, NotFound
from joey.payouts.decide import refuse
from joey.payouts.erase_texts import PayoutNotFinished
from joey.payouts.file_problems import ERASED
from joey.payouts.holds import place_hold, release_hold
from joey.payouts.models import Payee, Payout, PayoutAttempt, PayoutFile
from joey.payouts.payee import set_payee
from joey.payouts.queries import payee_of, payouts_of
from joey.payouts.request_payout import NoPayee
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from joey.people.models import Person
from joey.record.erasable import bytes_of, erased_count, text_of
from joey.record.erase_texts import Erasure, erase_kept
from joey.record.queries import events_of, with_texts
from joey.shops.models import Shop
from tests.cast import NOW, ada, leased, meis_shop, sam, settled
from tests.orders.polled import take_order_reports
from tests.payouts.bank import Bank
from tests.payouts.stage import (
    ACCOUNT,
    approved,
    details_of,
    held,
    lulus_ready_shop,
    money,
    ready_shop,
    reason_of,
    requested,
)
from tests.proof import prove

pytestmark = pytest.mark.django_db


def erased(row: Payee | Payout | Shop, **by: Person) -> ErasedTexts:
    return erase_subject(f"{type(row).__name__.lower()}:{row.pk}", reason="She asked for it", now=NOW, **by)


def settled_payout(shop: Shop, bank: Bank, key: str = "key-1") -> Payout:
    payout = approved(shop, 4_000, key)
    send_due(now=NOW)
    bank.decide_all("settled")
    take_answers(now=NOW)
    payout.refresh_from_db()
    return payout


def everything_kept() -> str:
    """Every text that is still there, and every fact of an event."""
    kept = sql.rows("SELECT content FROM record_erasabletext WHERE content IS NOT NULL")
    texts = b" ".join(bytes(row["content"]) for row in kept)
    facts = " ".join(str(row["facts"]) for row in sql.rows("SELECT facts FROM record_event"))
    return texts.decode() + facts


def test_after_paying_and_erasing_prove_is_clean_and_counts_what_was_erased(bank: Bank) -> None:
    shop = ready_shop()
    payout = settled_payout(shop, bank)
    assert ACCOUNT in everything_kept()
    before = erased_count()

    texts = erased(payout).texts + erased(Payee.objects.get(shop=shop)).texts

    # details of the payout and of the payee, the bytes of the file, of its receipt and of the answer
    assert texts == 5
    assert erased_count() == before + 5
    assert ACCOUNT not in everything_kept()
    assert "李小美" not in everything_kept()
    assert held(shop.pk) == money(available=6_000, paid=4_000)
    prove()
    assert erased(payout).texts == 0
    (event,) = [event for event in events_of([f"payout:{payout.id}"]) if event.kind == "texts.erased"]
    assert (event.facts["by"], event.facts["texts"]) == ("terminal", 4)


def test_reasons_of_operators_and_of_the_bank_are_erased_with_the_payout(bank: Bank) -> None:
    shop = ready_shop()
    rejected = approved(shop, 4_000)
    send_due(now=NOW)
    bank.decide_all("rejected", reason_code="XX99", reason="Li Xiaomei left the country")
    take_answers(now=NOW)
    refused = requested(shop, 4_000, "second")
    release_hold(
        place_hold(shop, reason="Asked Li Xiaomei's neighbour", payout=refused, now=NOW),
        now=NOW,
        reason="Looked into it",
    )
    release_hold(place_hold(shop, reason="Li Xiaomei does not call back", now=NOW), now=NOW, reason="Looked into it")
    refuse(refused, by=ada(), reason="Li Xiaomei is not the holder", now=NOW)
    # the bank's words are in its answer, beside the transfer, and in a sentence
    assert everything_kept().count("Li Xiaomei") == 6

    done = erased(shop, by=ada())

    assert done.refused == ()
    assert "Li Xiaomei" not in everything_kept()
    assert [row.reason for row in payouts_of(shop)] == ["", ""]
    assert reason_of(PayoutAttempt.objects.get(payout=rejected)) == ""
    prove()


def test_reasons_of_released_commission_holds_are_erased_and_those_in_force_stay() -> None:
    leased(meis_shop())
    take_order_reports("taobao", [settled("1"), settled("2")], now=NOW)
    earn_due(now=NOW)
    over, in_force = (
        hold_commission(commission, reason=f"Bought by Wang Wei, {commission.pk}", now=NOW)
        for commission in Commission.objects.order_by("id")
    )
    release_commission(over, reason="Asked Wang Wei", now=NOW)

    assert erased(meis_shop()).texts == 2

    assert over.reason_id
    assert in_force.reason_id
    assert text_of(over.reason_id) is None
    assert text_of(in_force.reason_id) == f"Bought by Wang Wei, {in_force.commission_id}"
    of_line = events_of([f"order_line:{over.commission.order_line_id}"])
    released = [event for event in of_line if event.kind in ("commission.held", "commission.released")]
    assert [with_texts([event])[0].facts["reason"] for event in released] == ["", ""]
    assert sql.tuples("SELECT facts->>'texts' FROM record_event WHERE kind = 'texts.erased'") == [("2",)]
    prove()


@pytest.mark.parametrize("state", ["requested", "approved", "sent"])
def test_a_payout_in_progress_is_not_erased(bank: Bank, state: str) -> None:
    shop = ready_shop()
    payout = requested(shop) if state == "requested" else approved(shop)
    if state == "sent":
        send_due(now=NOW)

    with pytest.raises(PayoutNotFinished):
        erased(payout)

    assert details_of(payout) is not None
    assert erased(shop).refused[0].startswith(f"payout:{payout.id}: ")
    prove()


def test_a_file_is_not_erased_while_another_payout_in_it_is_in_progress(bank: Bank) -> None:
    mine, hers = ready_shop(), lulus_ready_shop()
    payout = approved(mine, 4_000)
    approved(hers, 4_000)
    send_due(now=NOW)
    bank.decide(PayoutAttempt.objects.get(payout=payout).rail_key, "settled")
    take_answers(now=NOW)

    with pytest.raises(PayoutNotFinished, match="same file"):
        erased(payout)

    assert bytes_of(PayoutFile.objects.get().content_id) is not None


def test_only_an_operator_erases(bank: Bank) -> None:
    shop = ready_shop()
    payout = settled_payout(shop, bank)

    with pytest.raises(Forbidden):
        erased(payout, by=sam())
    with pytest.raises(Forbidden):
        erased(Payee.objects.get(shop=shop), by=sam())

    assert details_of(payout) is not None


def test_the_command_erases_a_closed_shop_too_and_says_how_much(monkeypatch: pytest.MonkeyPatch, bank: Bank) -> None:
    settled_payout(ready_shop(), bank)
    Shop.objects.update(closed_at=NOW)
    monkeypatch.setattr("joey.instance.open_instance.instance", lambda *_: nullcontext())

    done = CliRunner().invoke(erase_command, ["shop:mei", "--reason", "She asked for it"])

    assert (done.output, done.exit_code) == ("Texts erased: 5.\n", 0)
    assert ACCOUNT not in everything_kept()
    unknown = CliRunner().invoke(erase_command, ["shop:no-such", "--reason", "She asked for it"]).exception
    assert (type(unknown), getattr(unknown, "field", "")) == (NotFound, "subject")


def test_erased_payout_details_have_to_be_added_again_before_the_next_payout() -> None:
    shop = ready_shop()
    erased(Payee.objects.get(shop=shop))

    assert payee_of(shop) is None
    with pytest.raises(NoPayee):
        requested(shop)
    details = {"holder_name": "李小美", "account_number": ACCOUNT}
    payee = set_payee(shop, **details, now=NOW)
    assert payee.usable_from == NOW + timedelta(hours=72)
    prove()


def erase_for_no_verb(text_id: UUID) -> None:
    """Erase what no verb would; an operator of the database might, and write down that it is gone."""
    erase_kept("payout:1", [text_id], Erasure(by="terminal", reason="They asked", now=NOW), shop_id=None)


def test_a_payout_whose_details_are_gone_is_never_sent_and_can_be_refused(bank: Bank) -> None:
    shop = ready_shop()
    payout = approved(shop)
    erase_for_no_verb(payout.details_id)

    assert send_due(now=NOW).payouts == 0

    assert bank.received == []
    assert payouts_of(shop)[0].holder_name == "erased"
    refuse(payout, by=ada(), reason="Its details are gone", now=NOW)
    assert held(shop.pk) == money(available=10_000)
    prove()


def test_a_file_whose_bytes_are_gone_is_never_submitted(bank: Bank) -> None:
    approved(ready_shop())
    bank.faults = ["500"]
    send_due(now=NOW)
    erase_for_no_verb(PayoutFile.objects.get().content_id)
    received = len(bank.received)

    assert send_due(now=NOW).waiting == 1

    assert len(bank.received) == received
    assert ERASED in PayoutFile.objects.get().problems
    prove()


def test_a_file_that_was_answered_and_is_unknown_later_is_not_submitted_again(bank: Bank) -> None:
    shop = ready_shop()
    settled_payout(shop, bank)
    bank.files.clear()

    take_answers(now=NOW + timedelta(days=1))
    assert send_due(now=NOW + timedelta(days=1)).handed_over == 0

    assert len(bank.received) == 1
    assert PayoutFile.objects.get().problems == ""  # every transfer of it is final
    prove()


def test_changed_payout_details_leave_nothing_of_the_old_ones_behind() -> None:
    shop = ready_shop()

    set_payee(shop, holder_name="李小美", account_number="4111111111111111", now=NOW)

    assert ACCOUNT not in everything_kept()
    prove()
