"""Rule 27: an answer that was rewritten no longer agrees with the bytes that came."""

import psycopg
import pytest

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.payouts.models import PayoutAnswer
from joey.payouts.prove_answers import ANSWERS
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from tests.cast import NOW
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, ready_shop
from tests.proof import prove

[RULE] = ANSWERS


@pytest.mark.parametrize(
    "change", ["outcome = 'rejected'", "amount_minor = amount_minor + 1", "currency = 'USD'", "key = 'ANOTHER'"]
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
