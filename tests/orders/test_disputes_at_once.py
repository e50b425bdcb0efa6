"""Appeals and answers twice at once, and killed midway: one dispute, one answer."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from joey.commissions.earn_due import earn_due
from joey.commissions.holds_in_force import held_lines
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.clock import now
from joey.kit.refusals import Conflict
from joey.orders.appeal_line import appeal_line
from joey.orders.close_dispute import close_dispute
from joey.orders.models import Dispute
from tests.at_once import die_after, outcomes
from tests.cast import ada, meis_shop
from tests.orders.test_disputes_over_http import (
    HIJACKED,
    NOT_REGISTERED,
    bought,
    connected,
    line_of,
    own_sandbox,
    synced,
    void,
)
from tests.proof import prove
from tests.sandbox.conftest import Sandbox
from tests.slow import slow

__all__ = ["own_sandbox"]


@pytest.fixture
def union(committed_db: EmbeddedPostgres, own_sandbox: Callable[..., Sandbox], settings: Settings) -> Sandbox:
    return connected(own_sandbox(), settings)


@pytest.mark.long
def test_two_appeals_at_once_are_one_dispute(union: Sandbox) -> None:
    order = bought(union)
    void(union, order, NOT_REGISTERED)
    synced()
    shop, line = meis_shop(), line_of(order)

    done = outcomes(*[lambda: appeal_line(shop, line.pk, text="At once", now=now())] * 2)

    assert done == [Dispute.objects.get()] * 2
    prove()


@pytest.mark.parametrize("where", [slow('UPDATE "orders_dispute"'), "SET has_violation"])
def test_two_answers_at_once_after_a_kill_are_one(union: Sandbox, where: str) -> None:
    order = bought(union)
    void(union, order, HIJACKED)
    synced()
    union.move(order, "reopen")
    synced()
    assert [hold.hold_class for hold in held_lines()] == ["violation"]
    dispute, by = Dispute.objects.get(), ada()

    def answer() -> Dispute:
        return close_dispute(dispute.pk, answer="They agree", by=by, now=now())

    die_after(where, answer)
    done = outcomes(answer, answer)

    assert sorted(type(each).__name__ for each in done) == [Conflict.__name__, Dispute.__name__]
    earn_due(now=now())
    assert (held_lines(), line_of(order).has_violation) == ([], False)
    prove()
