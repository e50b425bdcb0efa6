"""Someone with the database's files changes payouts and lets the books agree. `joey prove` names what they did."""

import hashlib

import psycopg
import pytest

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.ids import new_id
from joey.kit.prove import Check
from joey.payouts.decide import approve
from joey.payouts.holds import place_hold, release_hold
from joey.payouts.journals import JOURNALS_OF, RESERVED, PayoutJournal, book
from joey.payouts.models import Payee, Payout, PayoutAttempt, PayoutFile
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.payee_details import PayeeDetails, keep_details
from joey.payouts.prove import CHECKS
from joey.payouts.prove_files import FILES
from joey.payouts.resolve import resolve
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from joey.shops.models import Shop
from tests.cast import DAY, NOW, ada
from tests.database import without_triggers
from tests.payouts.bank import Bank
from tests.payouts.stage import ACCOUNT, approved, lulus_ready_shop, ready_shop, requested, second_operator
from tests.proof import prove
from tests.slow import cases_but_every

LARGE = "(SELECT id FROM payouts_payout WHERE amount_minor = 1000000)"
HERS = "(SELECT id FROM payouts_payee y WHERE y.shop_id = (SELECT id FROM shops_shop WHERE slug = 'lulu'))"
# What was done, as SQL that the tables' owner runs past every trigger, and the rule that has to name it.
CORRUPTIONS = {
    "an approved payout was redirected to other details": (
        "UPDATE payouts_payout p SET details_id = y.details_id, details_sha256 = y.details_sha256"
        f" FROM payouts_payee y WHERE p.id = {LARGE} AND y.id = {HERS}",
        "23.",
    ),
    "an approved payout was redirected to another payee": (
        f"UPDATE payouts_payout SET payee_id = {HERS} WHERE id = {LARGE}",
        "23.",
    ),
    "a payee's pause was shortened": ("UPDATE payouts_payee SET usable_from = changed_at", "23."),
    "10,000.00 went without approval": (f"DELETE FROM payouts_approval WHERE payout_id = {LARGE}", "24."),
    "one of two approvals became the owner's": (
        "UPDATE payouts_approval SET operator_id = (SELECT id FROM people_person WHERE email = 'mei@example.com')"
        " WHERE operator_id = (SELECT id FROM people_person WHERE email = 'ada@example.com')",
        "24.",
    ),
    "an approval was dated a day earlier, out of the operator's limit": (
        f"UPDATE payouts_approval SET at = at - interval '1 day' WHERE payout_id = {LARGE} AND operator_id ="
        " (SELECT id FROM people_person WHERE email = 'ada@example.com')",
        "24. Each approval was recorded when it was given",
    ),
    "an approval was given after the payout was decided": (
        "WITH late AS (UPDATE record_event SET happened_at = happened_at + interval '1 day'"
        " WHERE kind = 'payout.approved_once')"
        f" UPDATE payouts_approval SET at = at + interval '1 day' WHERE payout_id = {LARGE} AND operator_id ="
        " (SELECT id FROM people_person WHERE email = 'ada@example.com')",
        "24. An approved payout has the approvals",
    ),
    "the approval that decided was moved with its event": (
        "WITH moved AS (UPDATE record_event SET happened_at = happened_at - interval '1 hour' WHERE kind ="
        f" 'payout.approved' AND subject_key = 'payout:' || {LARGE}),"
        f" decided AS (UPDATE payouts_payout SET decided_at = decided_at - interval '1 hour' WHERE id = {LARGE})"
        f" UPDATE payouts_approval SET at = at - interval '2 hours' WHERE payout_id = {LARGE}",
        "24. Each payout was decided when, and by whom, its event and the approval",
    ),
    "a file was marked answered while its transfer is open": (
        "UPDATE payouts_payoutfile SET answered_at = now() WHERE answered_at IS NULL",
        "33. A payout file is marked answered",
    ),
    "a file that left was marked withdrawn": (
        "UPDATE payouts_payoutfile SET withdrawn_at = now() WHERE answered_at IS NULL",
        "33. A payout file is marked answered",
    ),
    "a transfer was let wait for its bank for ever": (
        "WITH long_ago AS (UPDATE payouts_submission SET recorded_at = recorded_at - interval '16 days')"
        " UPDATE payouts_payoutattempt SET state = 'accepted' WHERE state = 'unknown'",
        "33. No transfer waits for its rail",
    ),
    "the limits were raised without a version": ("UPDATE payouts_payoutlimits SET by_rule_below_minor = 1", "31."),
    "a hold on payouts was deleted": ("DELETE FROM payouts_payouthold WHERE cause = 'operator'", "19."),
    "a hold was said to be over": (
        "INSERT INTO payouts_payoutholdclosing (hold_id, closed_at) SELECT id, now() FROM payouts_payouthold"
        " WHERE placed_by_id IS NOT NULL",
        "19.",
    ),
    "a paid payout was never submitted": (
        "WITH gone AS (DELETE FROM payouts_answer) DELETE FROM payouts_submission",
        "26.",
    ),
    "a paid payout was never answered": ("DELETE FROM payouts_answer WHERE outcome = 'settled'", "26."),
    "a file was submitted to another account": (
        "UPDATE payouts_submission SET rail_account = repeat('0', 64)",
        "26.",
    ),
    "an answer's amount was lowered": (
        "UPDATE payouts_answer SET amount_minor = amount_minor - 1 WHERE outcome = 'settled'",
        "26.",
    ),
    "an answer that contradicts was deleted with its hold's closing": (
        "INSERT INTO payouts_answer (file_id, submission_id, attempt_id, key, asked_at, outcome, amount_minor, "
        " currency, content_id, content_sha256) SELECT file_id, submission_id, attempt_id, key, now(), 'returned',"
        " amount_minor, currency, content_id, content_sha256 FROM payouts_answer WHERE outcome = 'settled'",
        "27.",
    ),
    "an unknown transfer holds nothing any more": (
        "INSERT INTO payouts_payoutholdclosing (hold_id, closed_at) SELECT id, now() FROM payouts_payouthold"
        " WHERE cause = 'unknown'",
        "27.",
    ),
    "one operator decided alone": ("UPDATE payouts_decision SET carried_out = true", "26."),
    "a finding was put into another operator's name": (
        "UPDATE payouts_decision SET operator_id = (SELECT id FROM people_person WHERE email = 'bo@example.com')",
        "26. Each decision was recorded",
    ),
    "who bears what was found was turned over": (
        "UPDATE payouts_decision SET borne_by = 'platform'",
        "26. Each decision was recorded",
    ),
    "a finding was deleted": ("DELETE FROM payouts_decision", "26. Each decision was recorded"),
    "a finding was written down after its question had ended": (
        "INSERT INTO payouts_payoutholdclosing (hold_id, closed_at, recorded_at) SELECT id, now(), recorded_at"
        " FROM payouts_payouthold WHERE cause = 'unknown'",
        "26. Each decision was recorded",
    ),
    "a hold was put into another operator's name": (
        "UPDATE payouts_payouthold SET placed_by_id = NULL WHERE placed_by_id IS NOT NULL",
        "19.",
    ),
    "the end of a hold was put into an operator's name": (
        "UPDATE payouts_payoutholdclosing SET closed_by_id = (SELECT id FROM people_person WHERE email ="
        " 'ada@example.com')",
        "19.",
    ),
    "a pause was put into an operator's name": (
        "UPDATE payouts_payoutpause SET placed_by_id = (SELECT id FROM people_person WHERE email = 'ada@example.com')",
        "19.",
    ),
    "who ended a pause was forgotten": ("UPDATE payouts_payoutpauseending SET ended_by_id = NULL", "19."),
    "a payee version was made older with its pause and its event": (
        "WITH earlier AS (UPDATE record_event SET facts = facts || jsonb_build_object('usable_from',"
        " (facts ->> 'usable_from')::timestamptz - interval '30 days') WHERE kind = 'payee.changed')"
        " UPDATE payouts_payee SET changed_at = changed_at - interval '30 days',"
        " usable_from = usable_from - interval '30 days'",
        "23. A payee version is the one",
    ),
    "an answer that had opened a question was deleted": (
        "DELETE FROM payouts_answer w USING payouts_payouthold h WHERE h.cause = 'contradiction'"
        " AND (w.attempt_id, w.asked_at) = (h.attempt_id, h.placed_at)",
        "27. Each answer or finding that opened a question",
    ),
    "a transfer in transit was moved to another rail account": (
        "UPDATE ledger_account SET party = repeat('0', 64) WHERE kind = 'rail:in_transit'",
        "21.",
    ),
}


def everything(bank: Bank) -> Shop:
    """A large payout paid after two approvals, one unknown with one operator's finding, and one held.

    Also a hold and a pause that ended, and an answer that had contradicted the large one.
    """
    shop, hers = ready_shop(2_000_000), lulus_ready_shop()
    large = requested(shop, 1_000_000)
    for operator in (ada(), second_operator()):
        approve(large, by=operator, now=NOW)
    send_due(now=NOW)
    bank.decide_all("settled")
    take_answers(now=NOW)
    approved(hers, 4_000)
    send_due(now=NOW)
    bank.decide(PayoutAttempt.objects.get(shop=hers).rail_key, "dancing")
    take_answers(now=NOW)
    resolve(PayoutAttempt.objects.get(shop=hers), outcome="settled", by=ada(), reason="It arrived", now=NOW)
    place_hold(shop, reason="Looking into it", now=NOW, by=ada())
    release_hold(place_hold(hers, reason="Checking", now=NOW), reason="Looked into it", now=NOW)
    end_pause(pause_payouts(reason="Moving house", now=NOW), reason="Moved", now=NOW, by=ada())
    _contradicted_once(shop, bank)
    return shop


def _contradicted_once(shop: Shop, bank: Bank) -> None:
    """Its paid transfer is said to be rejected, and then to be settled after all."""
    for state in ("rejected", "settled"):
        bank.decide(PayoutAttempt.objects.get(shop=shop).rail_key, state)
        take_answers(now=NOW + DAY, all_files=True)


def broken_rules(owner: psycopg.Connection, checks: list[Check]) -> list[str]:
    return [check.rule for check in checks if owner.execute(check.query.encode()).fetchone()]


def test_each_corruption_is_named(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    everything(bank)
    prove()
    checks = [check for check in CHECKS if check not in FILES]

    missed = {}
    for what, (corruption, rule) in CORRUPTIONS.items():
        with psycopg.connect(committed_db.urls.owner) as owner, owner.transaction(force_rollback=True):
            without_triggers(owner)
            assert owner.execute(corruption.encode()).rowcount > 0, f"nothing to corrupt: {what}"
            found = broken_rules(owner, checks)
        if not any(each.startswith(rule) for each in found):
            missed[what] = found

    assert missed == {}
    prove()  # nothing of it stayed


@pytest.mark.parametrize(
    ("written", "instead", "why"),
    cases_but_every(
        3,
        [
            (ACCOUNT, "6222020200112243437", "goes to another account"),
            (">100.00<", ">900.00<", "has another amount"),
            ("</CdtTrfTxInf>", "</CdtTrfTxInf><CdtTrfTxInf/>", "unreadable"),
        ],
    ),
)
def test_a_changed_bank_file_is_named_though_its_digest_was_changed_as_well(
    committed_db: EmbeddedPostgres, bank: Bank, written: str, instead: str, why: str
) -> None:
    approved(ready_shop())
    send_due(now=NOW)
    prove()
    kept = PayoutFile.objects.get().content_id

    with psycopg.connect(committed_db.urls.owner) as owner:
        for table in ("record_erasabletext", "payouts_payoutfile"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        row = owner.execute("SELECT salt, content FROM record_erasabletext WHERE id = %s", [kept]).fetchone()
        assert row is not None
        content = bytes(row[1]).replace(written.encode(), instead.encode())
        digest = hashlib.sha256(bytes(row[0]) + content).digest()
        owner.execute("UPDATE record_erasabletext SET content = %s WHERE id = %s", [content, kept])
        owner.execute("UPDATE payouts_payoutfile SET content_sha256 = %s", [digest])
        for table in ("record_erasabletext", "payouts_payoutfile"):
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())

    (offender,) = [found for check in CHECKS if (found := check.first_offender())]
    assert why in str(offender["why"])


@pytest.mark.django_db
def test_an_invented_payout_to_a_thief_is_named_though_it_is_fully_booked(bank: Bank) -> None:
    shop = ready_shop()
    payee = Payee.objects.get(shop=shop)
    prove()

    thief = refer("details", keep_details(PayeeDetails("Dieb", "62220202001122", ""), shop_id=shop.pk))
    payout = Payout.objects.create(
        id=new_id(), shop=shop, payee=payee, rail="bank", currency="CNY", amount_minor=10_000, state="paid",
        key_sha256=b"mine", requested_at=NOW, decided_at=NOW, finished_at=NOW, approvals_needed=0, **thief,
    )  # fmt: skip
    file = PayoutFile.objects.create(
        rail="bank", rail_account="f" * 64, message_id="M", file_format="csv", currency="CNY",
        **refer("content", keep_text(b"x", shop_id=None)),
    )  # fmt: skip
    attempt = PayoutAttempt.objects.create(
        shop=shop, payout=payout, number=1, rail_key=payout.id.hex.upper(), file=file, state="settled", made_at=NOW
    )
    book(
        PayoutJournal(kind, payout.id, number, shop.pk, "f" * 64, "CNY", 10_000, NOW)
        for kind, number in [(RESERVED, None), *((kind, 1) for kind in JOURNALS_OF[attempt.state])]
    )

    found = [check.rule for check in CHECKS if check.first_offender()]
    assert not any(rule.startswith(("21.", "22.")) for rule in found)  # the books agree with it
    assert any(rule.startswith("26. What may have left was submitted first") for rule in found)
    assert any(rule.startswith("23.") for rule in found)
    assert any(rule.startswith("25.") for rule in found)
