"""Gaps in the reports, in the office: listed for as long as money waits for them, and ended with a reason."""

import pytest
from django.urls import reverse

from joey.insight.waiting import waiting
from joey.orders.models import SyncCursor
from joey.orders.queries import read_until
from joey.record.erasable import TextRef, text_of
from joey.record.queries import events_of
from tests.cast import DAY, NOW, ada
from tests.office.test_office import signed_in
from tests.proof import prove

pytestmark = pytest.mark.django_db

TABLE = "admin:orders_synccursor_changelist"


def gap(question: str = "orders", **more: object) -> SyncCursor:
    given = {"marketplace": "taobao", "account": "1", "gap_since": NOW - 99 * DAY, "gap_until": NOW - 90 * DAY, **more}
    return SyncCursor.objects.create(question=question, read_until=NOW, **given)


def test_an_operator_ends_the_gaps_of_a_marketplace_with_a_reason() -> None:
    gaps, client = [gap("orders"), gap("refunds", gap_since=NOW - 95 * DAY)], signed_in(ada())
    chosen = {"action": "end_gap", "_selected_action": [str(each.pk) for each in gaps]}
    assert [(each.label, each.count) for each in waiting(now=NOW)] == [("Gaps in the reports", 2)]
    assert reverse(TABLE) in client.get(reverse("admin:waiting")).content.decode()

    asked = client.post(reverse(TABLE), chosen).content.decode()
    empty = client.post(reverse(TABLE), {**chosen, "reason": " "}, follow=True).content.decode()
    assert ('name="reason"' in asked, "Give a reason" in empty) == (True, True)
    assert read_until("taobao") == NOW - 99 * DAY
    done = client.post(reverse(TABLE), {**chosen, "reason": "Both exports are imported"}, follow=True).content.decode()

    assert "Done: 1." in done
    assert read_until("taobao") == NOW
    assert waiting(now=NOW) == []
    (event,) = events_of(["marketplace:taobao"])
    assert (event.facts["by"], event.facts["since"]) == (str(ada().pk), (NOW - 99 * DAY).isoformat())
    assert text_of(TextRef.from_fact(event.facts["reason"]).id) == "Both exports are imported"
    again = client.post(reverse(TABLE), {**chosen, "reason": "Again"}, follow=True).content.decode()
    assert len(events_of(["marketplace:taobao"])) == 1, again
    prove()


def test_ending_a_gap_moves_money_on_and_so_asks_for_a_new_code() -> None:
    client = signed_in(ada(), code_seconds_ago=None)
    given = {"action": "end_gap", "_selected_action": [str(gap().pk)], "reason": "Imported"}

    answer = client.post(reverse(TABLE), given)

    assert answer.headers["Location"].startswith("/studio/confirm")
    assert read_until("taobao") == NOW - 99 * DAY


def test_a_gap_for_which_no_money_waits_is_not_listed() -> None:
    gap("orders_placed", is_second_look=True)
    gap("orders", account="given up", asked_since=None)
    gap("refunds", gap_ended_at=NOW)

    assert waiting(now=NOW) == []
    assert 'name="_selected_action"' not in signed_in(ada()).get(reverse(TABLE)).content.decode()
