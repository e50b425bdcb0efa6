"""Rule 27: an answer that was rewritten or dropped no longer agrees with the bytes that came; strangers stay noted."""

from dataclasses import replace

import psycopg
import pytest

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.payouts import prove_evidence
from joey.payouts.file_problems import dismiss_strangers
from joey.payouts.models import PayoutAnswer, PayoutFile
from joey.payouts.prove_answers import ANSWERS
from joey.payouts.prove_evidence import EVIDENCE
from joey.payouts.rails.registry import rail_manifests
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from tests.cast import NOW, ada
from tests.mutations.corruption import rolled_back
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, ready_shop
from tests.proof import prove
from tests.slow import but_every, cases_but_every

[RULE, OF_FILES, STRANGERS] = ANSWERS


@pytest.mark.parametrize(
    "change",
    but_every(
        2, ["outcome = 'rejected'", "amount_minor = amount_minor + 1", "currency = 'USD'", "key = repeat('0A', 16)"]
    ),
)
def test_an_answer_that_its_bytes_do_not_hold_is_named(change: str, committed_db: EmbeddedPostgres, bank: Bank) -> None:
    approved(ready_shop(), 4_000)
    send_due(now=NOW)
    bank.decide_all("settled")
    take_answers(now=NOW)
    prove()
    answer = PayoutAnswer.objects.get(outcome="settled")

    with psycopg.connect(committed_db.urls.owner) as owner:
        owner.execute("ALTER TABLE payouts_answer DISABLE TRIGGER USER")
        owner.execute(f"UPDATE payouts_answer SET {change} WHERE id = {answer.pk}".encode())
        owner.execute("ALTER TABLE payouts_answer ENABLE TRIGGER USER")

    offender = RULE.first_offender()
    assert offender is not None
    assert (offender["answer"], offender["transfer"]) == (answer.pk, answer.attempt.rail_key if answer.attempt else "")


def test_an_answer_about_a_file_whose_bytes_say_something_else_is_named(
    committed_db: EmbeddedPostgres, bank: Bank
) -> None:
    approved(ready_shop(), 4_000)
    send_due(now=NOW)
    prove()
    answer = PayoutAnswer.objects.get()

    for outcome in ("refused", "not_known", "unreadable", "settled"):
        with rolled_back(owner=True):
            sql.execute("UPDATE payouts_answer SET outcome = %s", [outcome])
            assert OF_FILES.first_offender() == {"answer": answer.pk, "kept_as": outcome, "says": "receipt"}


@pytest.mark.parametrize(
    ("faults", "receipt_first", "follows"),
    cases_but_every(2, [(["refuse"], False, True), ([], True, False), (["500", "refuse"], False, False)]),
    ids=["the only sign", "after a receipt", "of a repeat"],
)
def test_a_refused_file_rejects_its_transfers_where_nothing_else_can_have_reached_the_bank(
    faults: list[str],
    receipt_first: bool,
    follows: bool,
    committed_db: EmbeddedPostgres,
    bank: Bank,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    approved(ready_shop(), 4_000)
    bank.faults = list(faults)
    for _fault in faults or [""]:
        send_due(now=NOW)
        take_answers(now=NOW)
    prove()
    final = {"bank": replace(rail_manifests()["bank"], refusing_a_file_is_final=True)}
    monkeypatch.setattr(prove_evidence, "rail_manifests", lambda: final)
    rule = next(check for check in EVIDENCE if "What became of a transfer" in check.rule)

    with rolled_back(owner=True):
        if receipt_first:
            sql.execute(
                "INSERT INTO payouts_answer (file_id, submission_id, asked_at, outcome, currency, key, content_id,"
                " content_sha256) SELECT file_id, submission_id, asked_at, 'refused', '', '', content_id,"
                " content_sha256 FROM payouts_answer WHERE outcome = 'receipt'"
            )
        sql.execute("UPDATE payouts_payoutattempt SET state = 'rejected'")
        assert (rule.first_offender() is None) == follows


STRANGER = {"end_to_end_id": "NOTOURS", "amount_minor": 9_900, "currency": "CNY", "state": "settled"}
# What was done, as SQL of the tables' owner, and whether the bytes or the notes show it.
OF_STRANGERS = {
    "the answer was dropped": ("DELETE FROM payouts_answer WHERE outcome = 'not_ours'", True),
    "the answer names another": ("UPDATE payouts_answer SET words_id = content_id WHERE outcome = 'not_ours'", True),
    "the answer of ours was dropped": (
        "DELETE FROM payouts_answer WHERE attempt_id IS NOT NULL AND outcome = 'settled'",
        True,
    ),
    "an answer of ours was passed off as a stranger": (
        "UPDATE payouts_answer SET outcome = 'not_ours', attempt_id = NULL WHERE outcome = 'settled'",
        False,
    ),
    "the note was removed": ("UPDATE payouts_payoutfile SET problems = ''", False),
}


def named_a_stranger(bank: Bank) -> PayoutFile:
    """A file about which the bank answered with a transfer that is not in it."""
    approved(ready_shop(), 4_000)
    send_due(now=NOW)
    bank.decide_all("settled")
    bank.extra = [STRANGER]
    take_answers(now=NOW)
    prove()
    return PayoutFile.objects.get()


@pytest.mark.parametrize("what", but_every(3, OF_STRANGERS))
def test_a_stranger_that_was_hidden_is_named(what: str, committed_db: EmbeddedPostgres, bank: Bank) -> None:
    named_a_stranger(bank)
    corruption, is_in_the_bytes = OF_STRANGERS[what]

    with rolled_back(owner=True):
        assert sql.execute(corruption) > 0
        found = (RULE if is_in_the_bytes else STRANGERS).first_offender()

    assert found is not None
    prove()


def test_a_stranger_that_an_operator_dismissed_is_no_offender(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    file = named_a_stranger(bank)

    dismiss_strangers(file, by=ada(), reason="The bank mixed up two customers", now=NOW)
    prove()
    take_answers(now=NOW, all_files=True)

    prove()
