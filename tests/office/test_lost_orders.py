"""The office's list of orders that shops miss: the overdue ones first, what keeps an answer away, asking again."""

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from pytest_django import Settings

from joey.insight.waiting import waiting
from joey.kit.clock import now
from joey.orders.models import LostOrder
from joey.orders.request_lost_order import request_lost_order
from tests.cast import DAY, ada, leased, meis_shop, report
from tests.office.test_office import act, signed_in
from tests.orders.polled import polled
from tests.studio.conftest import TAOBAO

pytestmark = pytest.mark.django_db

LIST = "/office/orders/lostorder/"


@pytest.fixture(autouse=True)
def taobao_is_down(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": TAOBAO}}
    leased(meis_shop())


def missed(number: str, at: datetime) -> LostOrder:
    return request_lost_order(meis_shop(), marketplace="taobao", number=number, ordered_at=at - DAY, now=at)


def test_those_without_an_answer_come_first_the_most_overdue_at_the_top() -> None:
    polled(report("1000"))
    for number, days in (("1000", 0), ("1001", 1), ("1004", 4), ("1002", 2)):
        missed(number, now() - days * DAY)

    page = signed_in(ada()).get(LIST).content.decode()

    assert re.findall(r">(100\d)</a>", page) == ["1004", "1002", "1001", "1000"]
    filtered = signed_in(ada()).get(f"{LIST}?unanswered=yes").content.decode()
    assert "1004" in filtered
    assert ">1000<" not in filtered


def test_only_an_overdue_one_waits_for_operators() -> None:
    lost = missed("1001", now())
    assert "Lost orders without an answer in time" not in [each.label for each in waiting(now=now())]

    (overdue,) = waiting(now=lost.answer_by + timedelta(minutes=1))

    assert (overdue.label, overdue.count, overdue.since) == (
        "Lost orders without an answer in time", 1, lost.answer_by,
    )  # fmt: skip
    assert [verb.command for verb in overdue.verbs] == ["lines ask-lost"]


def test_asking_again_says_that_the_marketplace_cannot_be_asked_and_its_row_says_why() -> None:
    lost = missed("1001", now())

    said = act(signed_in(ada()), "orders_lostorder", "ask_again", lost.pk).content.decode()

    assert "1 could not be asked for; its row says why." in said
    assert "Taobao is unavailable" in said
    row = signed_in(ada()).get(reverse("admin:orders_lostorder_change", args=[lost.pk])).content.decode()
    assert "Taobao is unavailable" in row


def test_one_that_is_not_decided_leads_to_the_lines_that_wait() -> None:
    polled(report("1003", clicked_at=None))
    missed("1003", now())

    page = signed_in(ada()).get(LIST).content.decode()

    assert "/office/orders/orderline/?suspended=yes&amp;q=1003" in page or "?suspended=yes&q=1003" in page
    assert "1003" in signed_in(ada()).get("/office/orders/orderline/?suspended=yes&q=1003").content.decode()
