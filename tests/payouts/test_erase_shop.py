"""Erasing a shop goes past what has no text and what cannot be erased, and repeating it ends it."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from joey.cli.cli import main
from joey.commissions.earn_due import earn_due
from joey.commissions.models import HoldClosing
from joey.insight import erase_subject as verb
from joey.insight.erase_subject import ErasedTexts, erase_subject
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.kit.refusals import Conflict
from joey.marketplaces.port import AnyReport, UnreadableReport
from joey.orders.dismiss_unread import dismiss_unreadable
from joey.orders.models import OrderLine, UnreadReport
from joey.payouts.decide import refuse
from joey.payouts.models import Payout
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from joey.shops.arrange import hide_listing
from joey.shops.report_listing import report_listing
from tests.at_once import outcomes
from tests.cast import DAY, NOW, ada, flask, listed, meis_shop, report, settled
from tests.orders.polled import take_order_reports
from tests.payouts.bank import Bank
from tests.payouts.stage import ACCOUNT, approved, lulus_ready_shop, ready_payee, ready_shop, requested
from tests.payouts.test_strangers import STRANGER
from tests.places import places_of
from tests.proof import prove

WHO = "Wang Wei"


def without_words() -> None:
    """Mei's shop: its listing hidden without a reason, a line that only a report held, and one whose report was given
    up; and a payout and a payee, whose subjects come after these.
    """
    shop = ready_shop()
    hide_listing(shop, listed(shop, flask()).pk, now=NOW)
    unreadable = UnreadableReport("order", "8", NOW - DAY, {"n": 1}, "no amount", external_line="8-1")
    take_in(settled("7", held="frozen"), settled("8"), unreadable)
    dismiss_unreadable(UnreadReport.objects.get().pk, by=ada(), reason="A test of theirs", now=NOW)
    earn_due(now=NOW)
    assert HoldClosing.objects.get().reason_id is None
    ready_payee(shop, holder_name=WHO)
    refuse(requested(shop), by=ada(), reason=f"{WHO} moved", now=NOW)


def take_in(*reports: AnyReport) -> None:
    take_order_reports("taobao", reports, now=NOW)
    earn_due(now=NOW)


def left_of(shop: str) -> int:
    """How many texts of the shop are there still, without why something was erased."""
    return int(
        sql.value(
            "SELECT count(*) FROM record_erasabletext t JOIN shops_shop s ON s.id = t.shop_id"
            " WHERE s.slug = %s AND t.content NOT IN ('Asked', 'Again')",
            [shop],
        )
    )


@pytest.fixture
def erase(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Result]:
    """The command, in this process."""
    monkeypatch.setattr("joey.instance.open_instance.instance", lambda *_: nullcontext())
    return lambda subject: CliRunner().invoke(main, ["erase", subject, "--reason", "Asked"])


@pytest.mark.django_db
def test_what_has_no_text_is_passed_and_everything_with_one_is_erased(erase: Callable[[str], Result]) -> None:
    without_words()
    before = left_of("mei")

    done = erase("shop:mei")

    assert (done.output, done.exit_code) == (f"Texts erased: {before}.\n", 0)
    assert (left_of("mei"), places_of(WHO), places_of(ACCOUNT)) == (0, [], [])
    assert erase("shop:mei").output == "Texts erased: 0.\n"
    assert erase(f"order_line:{OrderLine.objects.get(external_order='7').pk}").exit_code == 1
    prove()


@pytest.mark.django_db
def test_what_cannot_be_erased_is_named_with_its_reason_and_stops_nothing(
    erase: Callable[[str], Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    without_words()
    payees = [f"payee:{key}" for (key,) in sql.tuples("SELECT id FROM payouts_payee ORDER BY id")]

    def fails(subject: str, _erasure: object) -> int:
        raise Conflict("Not today.") if subject == payees[0] else ZeroDivisionError(WHO)

    with monkeypatch.context() as patch:
        patch.setattr(verb, "ERASERS", {**verb.ERASERS, "payee": fails})
        done = erase("shop:mei")

    assert done.exit_code == 0
    assert f"Not erased: {payees[0]}: Not today.\n" in done.output
    assert f"Not erased: {payees[1]}: This failed (ZeroDivisionError)." in done.output
    assert left_of("mei") == 1, "that of the first payee went with its successor"
    assert erase("shop:mei").output == "Texts erased: 1.\n"
    assert (left_of("mei"), places_of(WHO)) == (0, [])
    prove()


@pytest.mark.django_db
def test_killed_midway_it_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    without_words()

    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(verb, "ERASERS", {**verb.ERASERS, "payout": killed})
        with pytest.raises(KeyboardInterrupt):
            erase_subject("shop:mei", reason="Asked", now=NOW)
    assert left_of("mei") > 0

    assert erase_subject("shop:mei", reason="Again", now=NOW).refused == ()

    assert (left_of("mei"), places_of(WHO)) == (0, [])
    assert places_of("Asked") == places_of("Again") == ["record_erasabletext.content"]
    prove()


@pytest.mark.django_db
def test_what_the_bank_writes_of_a_payout_that_was_erased_is_erased_too(bank: Bank) -> None:
    payout = approved(ready_shop())
    send_due(now=NOW)
    bank.decide_all("settled")
    take_answers(now=NOW)
    erase_subject(f"payout:{payout.pk}", reason="Asked", now=NOW)
    bank.extra = [STRANGER | {"reason": f"{WHO} has it"}]  # no event is about this answer
    take_answers(now=NOW + DAY, all_files=True)
    assert places_of(WHO) == ["record_erasabletext.content"]

    erase_subject("shop:mei", reason="Again", now=NOW + DAY)

    assert (Payout.objects.get().state, places_of(WHO), left_of("mei")) == ("paid", [], 0)
    prove()


@pytest.mark.django_db
def test_the_texts_of_another_shop_and_of_buyers_are_left(
    erase: Callable[[str], Result],
) -> None:
    without_words()
    item, words = listed(meis_shop(), flask()), f"{WHO} sold me a fake"
    report_listing(meis_shop().pk, item.pk, reason="fake", words=words, client="192.0.2.1", now=NOW)
    lulu = lulus_ready_shop(holder_name="Lu Lu")
    requested(lulu, 4_000)
    take_in(replace(report("9", position="999"), held="frozen"))
    of_lulu = left_of("lulu")

    done = erase("shop:mei")

    assert "Not erased" not in done.output
    assert (left_of("mei"), left_of("lulu")) == (1, of_lulu), "what a buyer reported stays"
    assert "Lu Lu" in str(sql.tuples("SELECT content FROM record_erasabletext WHERE shop_id = %s", [lulu.pk]))
    prove()


def test_two_who_erase_a_shop_at_once_erase_each_text_once(committed_db: EmbeddedPostgres) -> None:
    without_words()
    before = left_of("mei")

    def erase_all() -> ErasedTexts:
        return erase_subject("shop:mei", reason="Asked", now=NOW)

    done = outcomes(erase_all, erase_all)

    assert all(isinstance(each, ErasedTexts) and not each.refused for each in done), done
    assert sum(each.texts for each in done if isinstance(each, ErasedTexts)) == before
    assert (left_of("mei"), places_of(WHO)) == (0, [])
    prove()
