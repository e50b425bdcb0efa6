"""A kept text that was changed behind the application's back is found by `prove`."""

import psycopg

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.payouts.decide import refuse
from joey.payouts.holds import place_hold, release_hold
from joey.payouts.models import PayoutAttempt
from joey.payouts.pause import end_pause, pause_payouts
from joey.payouts.prove import CHECKS
from joey.payouts.resolve import resolve
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from tests.cast import NOW, ada
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, ready_shop, requested
from tests.proof import prove


def test_a_text_that_was_changed_instead_of_erased_is_found(committed_db: EmbeddedPostgres, bank: Bank) -> None:
    shop = ready_shop()
    approved(shop, 4_000)
    send_due(now=NOW)
    bank.decide_all("rejected", reason_code="AC04")
    take_answers(now=NOW)
    refuse(requested(shop, 4_000, "second"), by=ada(), reason="No", now=NOW)
    approved(shop, 4_000, "third")
    send_due(now=NOW)
    bank.decide_all("dancing")
    bank.extra = [{"end_to_end_id": "Wang Wei 138", "amount_minor": 1, "currency": "CNY", "state": "settled"}]
    take_answers(now=NOW)
    resolve(PayoutAttempt.objects.get(state="unknown"), outcome="settled", by=ada(), reason="It arrived", now=NOW)
    release_hold(place_hold(shop, reason="Wait", now=NOW), by=ada(), reason="Waited", now=NOW)
    end_pause(pause_payouts(reason="Wait", now=NOW), reason="Waited", now=NOW)
    prove()
    texts = [check for check in CHECKS if check.rule.startswith("Each text that payouts_")]
    columns = {check.rule.split()[3] for check in texts}

    found = set()
    with psycopg.connect(committed_db.urls.owner) as owner:
        for check in texts:
            table, column = check.rule.split()[3].split(".")
            with owner.transaction(force_rollback=True):
                owner.execute("ALTER TABLE record_erasabletext DISABLE TRIGGER USER")
                changed = owner.execute(
                    "UPDATE record_erasabletext SET content = content || '!'"
                    f" WHERE id IN (SELECT {column} FROM {table})".encode()
                )
                if changed.rowcount and owner.execute(check.query.encode()).fetchone():
                    found.add(f"{table}.{column}")

    assert found == columns
