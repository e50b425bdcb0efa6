"""A lost order asked for twice at once, and killed midway, is taken in once."""

import pytest

from joey.commissions.earn_due import earn_due
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.clock import now
from joey.orders.answer_lost_orders import ask_again
from joey.orders.models import LostOrder, OrderLine
from tests.api.client import Caller
from tests.at_once import die_after, outcomes
from tests.cast import mei
from tests.orders.test_lost_orders import account, asked, bought, own_sandbox, union
from tests.proof import prove
from tests.sandbox.conftest import Sandbox
from tests.slow import slow

__all__ = ["account", "own_sandbox", "union"]


@pytest.mark.parametrize(
    "where", [slow('UPDATE "orders_lostorder"'), "INSERT INTO orders_report", slow("INSERT INTO orders_orderclaim")]
)
def test_an_order_asked_for_twice_at_once_after_a_kill_is_taken_in_once(
    committed_db: EmbeddedPostgres, union: Sandbox, where: str
) -> None:
    order, ordered_at = bought(union)
    request = LostOrder.objects.get(pk=asked(order, ordered_at)["id"])

    die_after(where, lambda: ask_again(request.pk, by=None, now=now()))
    done = outcomes(*[lambda: ask_again(request.pk, by=None, now=now())] * 2)

    assert any(isinstance(each, LostOrder) for each in done), done
    earn_due(now=now())
    request.refresh_from_db()
    assert (request.state, OrderLine.objects.count()) == ("found", 1)
    (line,) = Caller(mei()).get("/shops/mei/orders").json()["items"]
    assert line["external_line"] == order
    prove()
