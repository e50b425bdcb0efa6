"""How a subject may be written, what a hold in force keeps and says so, and the notes that outlive an erasure."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
from click.testing import CliRunner

from joey.cli.cli import main
from joey.commissions.holds import place_hold as hold_commission
from joey.commissions.models import Commission
from joey.insight.erase_subject import erase_subject
from joey.kit import sql
from joey.orders.models import OrderLine
from joey.payouts.file_problems import dismiss_strangers, erased_strangers_note, stranger_note
from joey.payouts.holds import place_hold, release_hold
from joey.payouts.models import PayoutAttempt, PayoutFile
from joey.payouts.open_questions import open_files
from joey.payouts.take_answers import take_answers
from tests.cast import NOW, ada
from tests.payouts.bank import Bank
from tests.payouts.stage import ready_shop
from tests.payouts.test_erase_every_kind import WHO, Story, given, refused
from tests.payouts.test_strangers import STRANGER, noted
from tests.places import places_of
from tests.proof import prove
from tests.slow import but_every

pytestmark = pytest.mark.django_db


FORMS: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "without dashes": lambda name: name.replace("-", ""),
    "in braces": lambda name: f"{{{name}}}",
}


@pytest.mark.parametrize("form", but_every(2, FORMS))
@pytest.mark.parametrize("story", [refused, given])
def test_an_id_may_be_written_in_any_form_of_it(bank: Bank, story: Story, form: str) -> None:
    subjects = story(bank)
    for kind, _colon, name in (subject.partition(":") for subject in subjects):
        assert erase_subject(f"{kind}:{FORMS[form](name)}", reason="It was asked for", now=NOW).texts > 0

    assert places_of(WHO) == []
    erased = sql.tuples("SELECT subject_key FROM record_event WHERE kind = 'texts.erased'")
    assert sorted(erased) == sorted((subject,) for subject in subjects)
    prove()


def test_the_command_says_what_a_hold_in_force_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("joey.instance.open_instance.instance", lambda *_: nullcontext())
    shop = ready_shop()
    hold = place_hold(shop, reason=f"{WHO}?", now=NOW)
    hold_commission(Commission.objects.get(), reason=f"Bought by {WHO}", amount_minor=1, now=NOW)
    line = f"order_line:{OrderLine.objects.get().pk}"
    kept = "Not erased: {}: A hold in force keeps its reason. It can be erased once the hold is released.\n"

    of_line = CliRunner().invoke(main, ["erase", line, "--reason", "She asked for it"])
    of_shop = CliRunner().invoke(main, ["erase", "shop:mei", "--reason", "She asked for it"])
    release_hold(hold, reason="It is her", now=NOW)
    later = CliRunner().invoke(main, ["erase", "shop:mei", "--reason", "She asked for it"])

    assert of_line.output == "Texts erased: 0.\n" + kept.format(line)
    assert kept.format(f"shop:{shop.pk}") + kept.format(line) in of_shop.output
    assert (kept.format(f"shop:{shop.pk}") in later.output, kept.format(line) in later.output) == (False, True)
    assert [of_line.exit_code, of_shop.exit_code, later.exit_code] == [0, 0, 0]


def test_notes_about_transfers_that_are_not_ours_stay_for_an_operator_as_many_as_they_are(bank: Bank) -> None:
    long = f"{WHO} {'x' * 60}"[:69]
    file = noted(bank, end_to_end_id=f"{long}1")
    bank.extra = [STRANGER | {"end_to_end_id": named} for named in (f"{long}2", f"{long}3", "0A" * 16)]
    take_answers(now=NOW, all_files=True)
    file.refresh_from_db()
    PayoutFile.objects.update(problems=f"{file.problems}\nreturned: {WHO} closed it")
    payout = f"payout:{PayoutAttempt.objects.get().payout_id}"

    for _time in range(2):
        erase_subject(payout, reason="It was asked for", now=NOW)

    assert places_of(WHO) == []
    key = stranger_note("0A" * 16)
    assert [each.problems for each in open_files()] == [(erased_strangers_note(3), key)]
    prove()
    bank.extra.append(STRANGER | {"end_to_end_id": f"{long}4"})
    assert take_answers(now=NOW, all_files=True).problems == 1
    erase_subject(payout, reason="It was asked for", now=NOW)
    assert [each.problems for each in open_files()] == [(erased_strangers_note(4), key)]
    assert dismiss_strangers(file, by=ada(), reason="It was a test of the bank", now=NOW) == 5
    prove()
