"""Story 14 over real HTTP: an order closed for a reason says what to do and can be appealed; a violation opens one
dispute by itself and holds that line only."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID

import pytest
from django.urls import reverse
from pytest_django import Settings

from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds_in_force import held_lines
from joey.commissions.models import Commission
from joey.insight.erase_subject import erase_subject
from joey.insight.prove import all_checks
from joey.insight.waiting import waiting
from joey.kit.clock import now
from joey.kit.limits import APPEALS_OF_SHOP
from joey.marketplaces import registry
from joey.marketplaces.port import AnyReport, OrderReport, Tracking
from joey.marketplaces.read_reports import read_reports
from joey.orders.appeal_line import appeal_line
from joey.orders.close_dispute import close_dispute
from joey.orders.models import Dispute, OrderLine
from joey.orders.sync import sync
from joey.orders.take_order_reports import AskedPoll, next_poll_number, take_order_reports
from joey.record.erasable import text_of
from tests.at_once import statements_of
from tests.cast import DAY, ada, leased, lulu, mei, meis_shop
from tests.office.test_office import act
from tests.office.test_office import signed_in as operator_signed_in
from tests.proof import prove, prove_some
from tests.sandbox.conftest import Sandbox, own_sandbox, utc
from tests.studio.test_studio import signed_in

__all__ = ["own_sandbox"]

FIRST = "3000000001"
NOT_REGISTERED, HIJACKED = 14, 25
LATER = 60 * DAY  # every waiting day is over
TO_DO = "Share the link or the poster from here as it is"
WORDS = "link opened from a place not registered for this account"


@pytest.fixture
def union(db: None, own_sandbox: Callable[..., Sandbox], settings: Settings) -> Sandbox:
    """A sandbox of its own and Joey connected to its JD, where Mei has a position."""
    return connected(own_sandbox(), settings)


def connected(sandbox: Sandbox, settings: Settings) -> Sandbox:
    settings.JOEY_MARKETPLACES = {"jd": sandbox.get("/control/marketplaces").json()["jd"]}
    leased(meis_shop(), FIRST, since=now() - 5 * DAY, marketplace="jd")
    return sandbox


def bought(sandbox: Sandbox, **when: str) -> str:
    jd = registry.connector("jd")
    item = next(facts for facts in jd.search("锅").offers if facts.commission_ppm)
    return sandbox.buy(jd.tracked_link(item.external_id, Tracking(position=FIRST)).url, **when)


def void(sandbox: Sandbox, order: str, code: int, **more: str) -> None:
    sandbox.post("/control/jd/codes", {"order": order, "validCode": code, **more}).raise_for_status()


def synced() -> None:
    sync(now=now())
    earn_due(now=now())


def line_of(order: str) -> OrderLine:
    return OrderLine.objects.get(external_line=order)


def page_of(order: str) -> str:
    return f"/studio/mei/orders/{line_of(order).pk}"


def seen(order: str, language: str = "en") -> str:
    page = signed_in(mei()).get(page_of(order), headers={"accept-language": language}).content.decode()
    return unescape(re.sub(r"\s+", " ", re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)))


def office_list(query: str = "?open=yes") -> str:
    page = operator_signed_in(ada()).get(reverse("admin:orders_dispute_changelist") + query)
    return unescape(page.content.decode())


def waiting_labels() -> list[str]:
    return [each.label for each in waiting(now=now())]


def test_a_closed_order_says_why_and_what_to_do_and_its_appeal_is_answered_on_its_page(union: Sandbox) -> None:
    order = bought(union)
    void(union, order, NOT_REGISTERED)
    synced()

    assert f"Why: {WORDS}. {TO_DO}" in seen(order)
    assert "原因：链接在本账号未备案的位置被打开。" in seen(order, "zh")
    assert "请直接分享这里的链接或海报" in seen(order, "zh")
    assert "Is this wrong?" in seen(order)
    assert "我要申诉" in seen(order, "zh")
    assert not Dispute.objects.exists(), "no violation"

    sent = signed_in(mei()).post(page_of(order), {"text": "I shared it in my own chat group"})
    assert (sent.status_code, sent.headers["Location"]) == (302, f"{page_of(order)}#appeal")

    assert "Your appeal is with an operator since" in seen(order)
    assert "Is this wrong?" not in seen(order)
    assert f"Why: {WORDS}. Your appeal waits for an operator." in seen(order)
    assert TO_DO not in seen(order), "that is done"
    assert "Disputes about orders" in waiting_labels()
    assert WORDS.capitalize() in office_list()
    assert "I shared it in my own chat group" in office_list()

    dispute = Dispute.objects.get()
    said = act(operator_signed_in(ada()), "orders_dispute", "answer", dispute.pk, reason="The site is registered now")
    assert "Done: 1" in said.content.decode()

    assert "An operator answered The site is registered now" in seen(order)
    answered = "An operator answered: “The site is registered now”. The marketplace closed this order."
    assert answered in seen(order), "the answer comes first"
    assert TO_DO not in seen(order)
    assert "A further appeal Your appeal was answered" in seen(order)
    assert "Is this wrong?" not in seen(order)
    assert "Disputes about orders" not in waiting_labels()
    assert "I shared it" not in office_list()
    assert "I shared it" in office_list("?open=no")
    again = act(operator_signed_in(ada()), "orders_dispute", "answer", dispute.pk, reason="Once more")
    assert "answered already" in again.content.decode()
    prove()


def test_the_office_names_an_answer_as_one_and_a_release_only_where_money_is_held(union: Sandbox) -> None:
    order = bought(union)
    void(union, order, HIJACKED)
    synced()
    dispute = Dispute.objects.get()
    row = reverse("admin:orders_dispute_change", args=[dispute.pk])

    in_chinese = office_page(row, "zh")

    assert "关闭原因" in in_chinese
    assert "违规：流量劫持" in in_chinese
    assert "原因：违规" not in in_chinese
    assert "Order details" in office_page(row)
    of_a_closed_one = asked_answer(dispute)
    assert "Answer (the shopkeeper reads it)" in of_a_closed_one
    assert "Reason" not in of_a_closed_one
    assert "is released" not in of_a_closed_one

    union.move(order, "reopen")
    synced()

    assert "What a violation held of an order is released within a minute." in asked_answer(dispute)


def office_page(path: str, language: str = "en") -> str:
    return unescape(operator_signed_in(ada()).get(path, headers={"accept-language": language}).content.decode())


def asked_answer(dispute: Dispute) -> str:
    """The page that asks an operator for the answer."""
    page: str = act(operator_signed_in(ada()), "orders_dispute", "answer", dispute.pk).content.decode()
    return unescape(page)


def test_a_violation_opens_one_dispute_and_holds_that_line_only_until_it_is_answered(union: Sandbox) -> None:
    found, other = bought(union), bought(union)
    void(union, found, HIJACKED)
    synced()
    union.move(found, "repeat")
    synced()

    dispute = Dispute.objects.get()
    assert (dispute.cause, dispute.reason, dispute.line) == ("violation", "25", line_of(found))
    assert "Violation: traffic was hijacked" in office_list()
    assert "The marketplace found a violation" in seen(found)
    assert "Disputes about orders" in waiting_labels()
    assert held_lines() == [], "nothing is left to hold"

    union.move(found, "reopen")
    for order in (found, other):
        union.move(order, "receive")
        union.move(order, "settle")
    synced()
    confirm_due(now=now() + LATER, read_up_to=now() + LATER)

    assert [hold.hold_class for hold in held_lines()] == ["violation"]
    assert "Commissions on hold" not in waiting_labels(), "it waits as a dispute"
    assert states() == {found: "earned", other: "confirmed"}
    assert "is on hold: the marketplace found a violation in it that an operator has not decided about" in seen(found)
    prove_later()

    signed_in(mei()).post(page_of(found), {"text": "A friend copied my link"})
    dispute.refresh_from_db()
    assert text_of(dispute.text_id or UUID(int=0)) == "A friend copied my link"
    assert "A friend copied my link" in office_list()
    act(operator_signed_in(ada()), "orders_dispute", "answer", dispute.pk, reason="JD agrees with you")
    earn_due(now=now())
    confirm_due(now=now() + LATER, read_up_to=now() + LATER)

    assert held_lines() == []
    assert states() == {found: "confirmed", other: "confirmed"}
    assert "JD agrees with you" in seen(found)

    void(union, found, HIJACKED)
    synced()
    assert Dispute.objects.get() == dispute, "the same finding once more is no other dispute"
    prove_later()


def prove_later() -> None:
    """Every rule but the one that the days which are confirmed here are still to come."""
    prove_some([check for check in all_checks() if not check.rule.startswith("17. What was released had its reports")])


def states() -> dict[str, str]:
    return {each.order_line.external_line: each.state for each in Commission.objects.select_related("order_line")}


@pytest.mark.parametrize("newest_first", [False, True])
def test_in_whatever_order_its_reports_come_a_violation_is_one_dispute(union: Sandbox, newest_first: bool) -> None:
    earlier = time.time() - 60
    order = bought(union, click_time=utc(earlier - 90), paid_at=utc(earlier - 60))
    void(union, order, HIJACKED, at=utc(earlier))
    violation = reported()
    union.move(order, "reopen")
    reports = [violation, reported()]

    for each in (reports[::-1] if newest_first else reports) * 2:
        take(each)
    earn_due(now=now())

    line = line_of(order)
    assert (line.state, line.has_violation, Dispute.objects.count()) == ("paid", True, 1)
    assert [hold.hold_class for hold in held_lines()] == ["violation"]
    prove()


def take(reports: Sequence[AnyReport]) -> None:
    moment = now()
    poll = AskedPoll(next_poll_number(), "1", "orders", moment - DAY, moment, moment)
    take_order_reports("jd", reports, now=moment, poll=poll)


def reported() -> list[AnyReport]:
    """What the marketplace reports now."""
    moment, question = datetime.now(UTC), registry.manifest_of("jd").questions[0]
    answers = read_reports(registry.connector("jd"), question, moment - timedelta(hours=2), moment)
    return [report for _until, reports in answers for report in reports]


def test_an_order_that_counts_cannot_be_appealed_and_another_shops_is_not_there(union: Sandbox) -> None:
    order = bought(union)
    synced()

    assert "Is this wrong?" not in seen(order)
    refused = signed_in(mei()).post(page_of(order), {"text": ""})
    assert refused.status_code == 409
    assert "there is no appeal" in refused.content.decode()
    assert signed_in(lulu()).post(page_of(order), {"text": ""}).status_code == 404
    assert not Dispute.objects.exists()


def test_a_frozen_order_can_be_appealed_without_a_text_and_an_odd_text_is_refused(union: Sandbox) -> None:
    order = bought(union)
    union.move(order, "freeze")
    synced()

    refused = signed_in(mei()).post(page_of(order), {"text": "free\u200bze"})
    assert refused.status_code == 422
    assert "invisible characters" in refused.content.decode()
    signed_in(mei()).post(page_of(order), {"text": ""})
    signed_in(mei()).post(page_of(order), {"text": "Again"})

    dispute = Dispute.objects.get()
    assert (dispute.cause, dispute.reason, dispute.text_id) == ("appeal", "", None)
    assert "You appealed Without a text." in seen(order)
    assert "you need not do anything. Your appeal waits for an operator." in seen(order)


def test_a_shop_appeals_so_many_orders_a_day(union: Sandbox) -> None:
    order = bought(union)
    void(union, order, NOT_REGISTERED)
    synced()
    for number in range(APPEALS_OF_SHOP.most):
        dispute = appeal_line(meis_shop(), line_of(order).pk, text=f"{number}", now=now())
        close_dispute(dispute.pk, answer="No", by=ada(), now=now())

    refused = signed_in(mei()).post(page_of(order), {"text": "one more"})

    assert refused.status_code == 429
    assert "Appeal more tomorrow" in refused.content.decode()


def test_erasing_erases_the_text_and_the_answer(union: Sandbox) -> None:
    order = bought(union)
    void(union, order, NOT_REGISTERED)
    synced()
    signed_in(mei()).post(page_of(order), {"text": "My private words"})
    act(operator_signed_in(ada()), "orders_dispute", "answer", Dispute.objects.get().pk, reason="Answer to them")

    assert erase_subject("shop:mei", reason="She asked for it", now=now()).texts >= 2

    assert "You appealed The text was erased." in seen(order)
    assert "An operator answered The answer was erased." in seen(order)
    assert "An operator answered. The marketplace closed this order." in seen(order)
    assert "My private words" not in office_list("")
    prove()


def test_a_whole_set_of_violations_opens_its_disputes_at_once_and_the_same_set_none(union: Sandbox) -> None:
    order = bought(union)
    void(union, order, HIJACKED)
    (violation,) = reported()
    assert isinstance(violation, OrderReport)
    payload = dict(violation.payload)
    reports = [replace(violation, external_line=f"8{n}", payload=payload | {"id": n}) for n in range(300)]

    of_one = statements_of(lambda: take(reports[:1]))
    of_many = statements_of(lambda: take(reports[1:]))
    take(reports)

    assert of_many < of_one + 20, "not one for each"
    assert Dispute.objects.count() == OrderLine.objects.filter(has_violation=True).count() == 300
    prove()
