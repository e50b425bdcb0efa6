"""PostgreSQL's log names no person and no account, whatever fails. Security M7."""

from functools import partial

import psycopg
import pytest

from joey.instance.doctor import _discreet
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.payouts.models import Payee
from tests.api.client import Caller
from tests.at_once import outcomes
from tests.cast import mei, meis_shop

ACCOUNT, HOLDER, CONTACT = "DE89370400440532013000", "Erika Geheim", "geheim@example.com"
TYPED = {"holder_name": HOLDER, "account_number": ACCOUNT, "bank_code": "COBADEFF"}


def test_two_taps_at_once_and_statements_that_fail_leave_no_name_and_no_account(committed_db: EmbeddedPostgres) -> None:
    meis_shop()
    before = len(committed_db.log.read_bytes())
    callers = [Caller(mei()) for _tap in range(4)]

    taps = outcomes(*[partial(caller.put, "/shops/mei/payout-details", TYPED) for caller in callers])

    assert [getattr(answer, "status_code", answer) for answer in taps] == [200] * 4
    assert Payee.objects.count() == 1
    assert "ERROR" not in _since(committed_db, before), "the race is answered without an error"

    with psycopg.connect(committed_db.urls.app, autocommit=True) as app:
        for statement in (
            "INSERT INTO people_person (id, email) VALUES (gen_random_uuid(), '{contact}')",  # columns without a value
            "UPDATE people_person SET email = '{contact}', id = '{person}' RETURNING no_such_column",
            "SELECT '{account}'::text WHERE 1/0 = 1",
            "SELECT '{holder}'::text, no_such_function()",
        ):
            with pytest.raises(psycopg.Error):
                app.execute(statement.format(contact=CONTACT, account=ACCOUNT, holder=HOLDER, person=mei().pk))
        assert _discreet(app).good
    log = _since(committed_db, before)
    assert log.count("ERROR") == 4
    assert not [each for each in (ACCOUNT, HOLDER, CONTACT, "STATEMENT", "DETAIL") if each in log], log


def _since(postgres: EmbeddedPostgres, start: int) -> str:
    return postgres.log.read_bytes()[start:].decode(errors="replace")
