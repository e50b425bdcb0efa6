"""The office: who gets in, that everything can be seen and nothing edited, and that actions call the verbs."""

import re
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import override

from joey.catalog.models import FeedAddress
from joey.commissions.confirm_due import confirm_due
from joey.commissions.earn_due import earn_due
from joey.commissions.holds import place_hold
from joey.commissions.models import Commission, Hold, HoldClosing
from joey.insight.waiting import waiting
from joey.kit import sql
from joey.kit.clock import now
from joey.marketplaces.port import AnyReport, UnreadableReport
from joey.office.site import office
from joey.office.urls import TABLES as TABLE_FILES
from joey.orders.appeal_line import appeal_line
from joey.orders.models import OrderLine, SyncCursor, UnreadReport
from joey.orders.queries import lines_in_suspense
from joey.orders.request_lost_order import request_lost_order
from joey.payouts.approve_small import approve_small
from joey.payouts.holds import place_hold as place_payout_hold
from joey.payouts.holds import release_hold as release_payout_hold
from joey.payouts.models import Payout, PayoutAttempt, PayoutFile, PayoutHold, PayoutHoldClosing, PayoutPauseEnding
from joey.payouts.pause import end_pause, open_pauses, pause_payouts
from joey.payouts.prepare_files import prepare_files
from joey.payouts.rails.registry import rail_manifests
from joey.payouts.send_due import send_due
from joey.people.models import Person
from joey.record.erasable import keep_text
from joey.record.kept_texts import refer
from joey.shops.models import Shop
from joey.shops.report_listing import report_listing
from tests.cast import DAY, NOW, ada, flask, leased, listed, lulu, mei, meis_shop, refund, report, settled, token_of
from tests.orders.polled import take_order_reports
from tests.payouts.bank import running_bank
from tests.payouts.stage import approved, held, money, ready_shop, reason_of, requested, second_operator
from tests.proof import prove

pytestmark = pytest.mark.django_db

assert TABLE_FILES  # importing them registered what follows
TABLES = sorted(office._registry, key=lambda model: model._meta.label)


def signed_in(person: Person, *, code_seconds_ago: int | None = 60) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person)
    if code_seconds_ago is not None:
        session = client.session
        session["code_at"] = (now() - timedelta(seconds=code_seconds_ago)).isoformat()
        session.save()
    return client


def act(client: Client, table: str, action: str, *rows: object, **more: str) -> Any:
    data = {"action": action, "_selected_action": [str(row) for row in rows], "index": "0", **more}
    return client.post(reverse(f"admin:{table}_changelist"), data, follow=True)


def a_failed_job(task: str = "joey.orders.jobs.sync_orders", lock: str | None = None) -> int:
    return int(
        sql.value(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, queueing_lock)"
            " VALUES ('default', %s, '{\"timestamp\": 1}', 'failed', %s) RETURNING id",
            [task, lock],
        )
    )


def an_unreadable_report() -> UnreadReport:
    take_order_reports("taobao", [UnreadableReport("order", "42", NOW, {"trade": "42"}, "no amount")], now=NOW)
    return UnreadReport.objects.get()


def everything(settings: Any) -> None:
    """A row in every table."""
    shop = ready_shop(10_000)
    poison: list[AnyReport] = [settled("4")]
    poison += [refund("4", case=case, back=10**15) for case in "ab"]  # more than can be real
    take_order_reports("taobao", [settled("2", days_ago=1), report("3", position="nobodys"), *poison], now=NOW)
    earn_due(now=NOW)
    place_hold(Commission.objects.filter(state="earned")[0], reason="Looks odd", now=NOW)
    release_payout_hold(place_payout_hold(shop, reason="Checking", now=NOW), reason="Looked into it", now=NOW)
    payout = approved(shop, 6_000)
    file = PayoutFile.objects.create(
        message_id="M1",
        rail="bank",
        rail_account="a",
        file_format="csv",
        currency="CNY",
        **refer("content", keep_text(b"x", shop_id=None)),
        problems="the moon is full",
    )
    PayoutAttempt.objects.create(
        shop=shop, payout=payout, number=1, rail_key="K1", file=file, state="prepared", made_at=NOW
    )
    a_failed_job()
    an_unreadable_report()
    item = listed(shop, flask())
    token_of(mei())
    report_listing(shop.pk, item.pk, reason="fake", words="The logo is wrong", client="192.0.2.1", now=NOW)
    SyncCursor.objects.create(
        marketplace="taobao", account="1", question="orders", read_until=NOW - 99 * DAY, gap_since=NOW - 99 * DAY,
        gap_until=NOW - 90 * DAY,
    )  # fmt: skip
    FeedAddress.objects.create(
        marketplace="feed:tea", sealed=b"", host="tea.example", every_hours=6, at=time(3), is_complete=True,
        added_at=NOW, next_at=NOW, held_at=NOW, missing=9, live=10, asked_at=NOW, answer="200", bytes=900,
        imported_at=NOW, taken=10, refused=1, changed=2, withdrawn=0,
    )  # fmt: skip
    request_lost_order(shop, marketplace="taobao", number="77001", ordered_at=NOW - DAY, now=NOW)
    closed = report("6", state="closed", reason="audited", commission_minor=0, service_fee_minor=0)
    take_order_reports("taobao", [closed], now=NOW)
    appeal_line(shop, OrderLine.objects.get(external_order="6").pk, text="It was no return", now=NOW)
    end_pause(pause_payouts(reason="Restored", now=NOW), reason="The statement agrees", now=NOW)


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_a_list_answers_whatever_its_address_asks(model: Any) -> None:
    client = signed_in(ada())
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    assert client.get(f"{address}?p=99999999999999999999").status_code == 200
    assert client.get(f"{address}?marketplace=%00").status_code == 404


def test_strangers_are_sent_to_sign_in_and_come_back() -> None:
    for address in ("/office/", "/office/payouts/payout/?waits=to-decide", "/office/health/", "/office/no-such"):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/studio/sign-in?next=%2Foffice%2F")
    assert Client().get("/office/login/").headers["Location"].startswith("/studio/sign-in")


def test_people_who_are_no_operators_find_nothing_but_a_way_to_sign_in_as_someone_else() -> None:
    client = signed_in(mei())

    for address in ("/office/", "/office/login/", "/office/health/", "/office/payouts/payout/", "/office/no-such"):
        found = client.get(address)
        assert (found.status_code, "mei@example.com" in found.content.decode()) == (404, True), address
        assert "no-store" in found.headers["Cache-Control"]
    page = client.get("/office/").content.decode()
    assert 'action="/studio/sign-out"' in page
    left = client.post("/studio/sign-out", {"next": "/office/"})
    assert left.headers["Location"] == "/studio/sign-in?next=/office/"
    assert client.get("/office/").headers["Location"].startswith("/studio/sign-in")


def test_signing_out_leads_to_no_other_site() -> None:
    answer = signed_in(mei()).post("/studio/sign-out", {"next": "https://evil.example/office/"})

    assert answer.headers["Location"] == "/studio/sign-in"


@pytest.mark.parametrize("demo", [True, False])
def test_every_page_of_the_office_says_that_it_is_a_demo(settings: Any, demo: bool) -> None:
    settings.DEMO = demo
    client = signed_in(ada())
    shop = meis_shop()

    for address in ("waiting/", "health/", "terms/", "shops/shop/", f"shops/shop/{shop.pk}/change/"):
        page = client.get(f"/office/{address}")
        assert (page.status_code, "no real money moves" in page.content.decode()) == (200, demo), address


def test_an_operator_whose_account_was_closed_is_out() -> None:
    person = ada()
    client = signed_in(person)
    person.is_active = False
    person.save()

    assert client.get("/office/").status_code == 302


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_every_table_and_every_row_is_shown_and_cannot_be_edited(model: Any, settings: Any) -> None:
    everything(settings)
    client = signed_in(ada())
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    row = model.objects.first()

    shown = client.get(reverse(f"admin:{name}_changelist"))
    detail = client.get(reverse(f"admin:{name}_change", args=[row.pk]))

    assert (shown.status_code, detail.status_code) == (200, 200)
    assert 'name="_save"' not in detail.content.decode()
    assert not re.search(r">\s*Close\s*<", detail.content.decode())  # which would read as closing the shop, or the hold
    assert re.search(r">\s*Back to the list\s*</a>", detail.content.decode())
    history = reverse(f"admin:{name}_history", args=[row.pk])
    assert history not in detail.content.decode()  # the library's own would say that nothing ever happened to the row
    assert client.get(history).status_code == 404
    before = model.objects.filter(pk=row.pk).values().get()
    values = {field.name: "1" for field in model._meta.fields}
    assert client.post(reverse(f"admin:{name}_change", args=[row.pk]), values).status_code == 403
    assert client.get(reverse(f"admin:{name}_add")).status_code == 403
    assert client.post(reverse(f"admin:{name}_add"), values).status_code == 403
    assert client.post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    act(client, name, "delete_selected", row.pk, post="yes")
    assert model.objects.filter(pk=row.pk).values().get() == before


def test_account_numbers_and_password_fields_are_never_shown(settings: Any) -> None:
    everything(settings)
    Person.objects.update(password="!")  # as for everyone who signed in with a code
    client = signed_in(ada())

    payout = client.get(reverse("admin:payouts_payout_change", args=[Payout.objects.get().pk])).content.decode()
    person = client.get(reverse("admin:people_person_change", args=[mei().pk])).content.decode()

    assert "•••• 3445" in payout
    assert "6222020200112243445" not in payout
    assert "the moon is full" in payout
    assert "assword" not in person


def test_the_first_page_and_the_side_bar_lead_everywhere() -> None:
    body = signed_in(ada()).get("/office/", follow=True).content.decode()

    for address in (
        "/office/payouts/payout/?waits=to-decide",
        "/office/orders/orderline/?suspended=yes",
        "/office/procrastinate/procrastinatejob/?status__exact=failed",
        "/office/health/",
    ):
        assert address in body, address


def test_the_side_bar_marks_a_part_of_a_list_only_where_that_part_is_shown() -> None:
    client = signed_in(ada())

    def marked(address: str) -> set[str]:
        sections = client.get(address).context["sidebar_navigation"]
        return {item["link"] for section in sections for item in section["items"] if item["active"]}

    part, whole = "/office/orders/orderline/?suspended=yes", "/office/orders/orderline/"
    assert marked(whole) == marked(f"{whole}?suspended=no") == {whole}
    assert marked(part) == marked(f"{part}&q=1") == {part, whole}


def test_the_office_has_a_policy_of_its_own_and_the_rest_keeps_the_strict_one() -> None:
    client = signed_in(ada())

    inside = client.get("/office/health/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in inside
    assert "'unsafe-inline'" not in inside.partition("script-src")[2].partition(";")[0]
    for path in ("/office/", "/office/nothing", "/problems/bug"):  # redirects and errors too
        assert "unsafe" not in client.get(path).headers["Content-Security-Policy"]


def test_signing_out_ends_the_session() -> None:
    client = signed_in(ada())

    client.get("/office/logout/")
    assert client.get("/office/health/").status_code == 200
    client.post("/office/logout/")

    assert client.get("/office/health/").status_code == 302


def test_pages_speak_chinese_too() -> None:
    client = Client(headers={"Accept-Language": "zh-CN"})
    client.force_login(ada())

    assert client.get("/office/").headers["Content-Language"] == "zh-hans"


def test_a_line_in_suspense_is_filtered_traced_and_tried_again() -> None:
    shop = meis_shop()
    take_order_reports("taobao", [report()], now=NOW)
    line = OrderLine.objects.get()
    assert line.suspense
    client = signed_in(ada())

    listed = client.get("/office/orders/orderline/?suspended=yes").content.decode()
    detail = client.get(f"/office/orders/orderline/{line.pk}/change/").content.decode()
    leased(shop)
    answer = act(client, "orders_orderline", "retry_suspense", line.pk)

    assert line.external_order in listed
    assert "Its position is not registered" in detail
    assert "1 order lines found their shop" in answer.content.decode()
    line.refresh_from_db()
    assert line.shop_id == shop.pk
    assert line.external_order not in client.get("/office/orders/orderline/?suspended=yes").content.decode()
    earn_due(now=NOW)
    assert (
        "once the marketplace settles the order"
        in client.get(f"/office/orders/orderline/{line.pk}/change/").content.decode()
    )


def test_a_currency_that_joey_does_not_know_takes_no_list_from_the_operators() -> None:
    take_order_reports("taobao", [report("1"), report("2", currency="BDT")], now=NOW)
    client = signed_in(ada())

    orders = client.get("/office/orders/orderline/?suspended=yes")
    unreadable = client.get("/office/orders/unreadreport/").content.decode()

    assert orders.status_code == 200
    assert [line.external_order for line in lines_in_suspense()] == ["1"]
    assert "Joey does not know the currency “BDT”" in unreadable


def test_a_line_in_suspense_is_given_to_a_shop_with_a_reason() -> None:
    shop = meis_shop()
    take_order_reports("taobao", [report(position="nobodys")], now=NOW)
    line = OrderLine.objects.get()
    client = signed_in(ada())

    asked = act(client, "orders_orderline", "attribute", line.pk).content.decode()
    empty = act(client, "orders_orderline", "attribute", line.pk, shop="mei", reason=" ").content.decode()
    nowhere = act(client, "orders_orderline", "attribute", line.pk, shop="no-such", reason="x").content.decode()
    line.refresh_from_db()
    assert line.shop_id is None
    act(client, "orders_orderline", "attribute", line.pk, shop="mei", reason="The buyer showed the shop’s card")

    assert 'name="shop"' in asked
    assert "Give a reason, in one line of at most 200 characters" in empty
    assert "shop" in nowhere
    line.refresh_from_db()
    assert line.shop_id == shop.pk
    earn_due(now=NOW)
    prove()


def test_an_unreadable_report_shows_what_came_and_why_and_is_read_again(settings: Any) -> None:
    settings.JOEY_MARKETPLACES = {
        "taobao": {
            "gateway": "http://127.0.0.1:9/router/rest",
            "credentials": {"app_key": "1", "app_secret": "s", "site_id": "1", "session": "x"},
        }
    }
    unread = an_unreadable_report()
    client = signed_in(ada())

    listed = client.get("/office/orders/unreadreport/").content.decode()
    detail = client.get(f"/office/orders/unreadreport/{unread.pk}/change/").content.decode()
    answer = act(client, "orders_unreadreport", "retry", unread.pk).content.decode()

    assert "no amount" in listed
    assert "trade" in detail
    assert "1 report still cannot be read" in answer
    unread.refresh_from_db()
    assert unread.tries == 2


def test_a_payout_is_approved() -> None:
    payout = requested(ready_shop(), 6_000)

    act(signed_in(ada()), "payouts_payout", "approve", payout.pk)

    payout.refresh_from_db()
    assert (payout.state, payout.decided_by_id) == ("approved", ada().pk)
    prove()


def test_a_payout_is_refused_with_a_reason_and_the_money_is_back() -> None:
    shop = ready_shop()
    payout = requested(shop, 6_000)
    client = signed_in(ada())

    asked = act(client, "payouts_payout", "refuse", payout.pk)
    payout.refresh_from_db()
    assert 'name="reason"' in asked.content.decode()
    assert payout.state == "requested"
    empty = act(client, "payouts_payout", "refuse", payout.pk, reason="  ")
    payout.refresh_from_db()
    assert payout.state == "requested"
    assert "Give a reason" in empty.content.decode()
    act(client, "payouts_payout", "refuse", payout.pk, reason="The name does not fit")

    payout.refresh_from_db()
    assert (payout.state, reason_of(payout)) == ("refused", "The name does not fit")
    assert held(shop.pk) == money(available=10_000)
    prove()


@pytest.mark.parametrize(
    ("approved_by", "stopped", "says"),
    [
        ("rule", False, "By rule"),
        ("rule", True, "By the checks before sending"),
        ("operator", True, "By the checks before sending"),
    ],
)
def test_what_no_operator_decided_says_what_did(approved_by: str, stopped: bool, says: str) -> None:
    shop = ready_shop(10_000)
    payout = requested(shop, 6_000) if approved_by == "rule" else approved(shop, 6_000)
    approve_small(now=NOW)
    if stopped:
        Shop.objects.filter(pk=shop.pk).update(closed_at=NOW)
        prepare_files(rail_manifests()["bank"], now=NOW)
    payout.refresh_from_db()
    table: Any = office._registry[Payout]

    with override("en"):
        assert (payout.decided_by_id, table.decided(payout)) == (None, says)


def test_an_operator_whom_a_restore_does_not_know_is_not_called_the_rule() -> None:
    table: Any = office._registry[Payout]

    assert table.decided(Payout(state="paid", approvals_needed=1, decided_at=NOW)) == "–"


def test_deciding_money_needs_a_fresh_code() -> None:
    payout = requested(ready_shop(), 6_000)

    for age in (None, 3_600, -3_600):
        client = signed_in(ada(), code_seconds_ago=age)
        answer = client.post(
            "/office/payouts/payout/", {"action": "approve", "_selected_action": [str(payout.pk)], "index": "0"}
        )
        assert answer.headers["Location"].startswith("/studio/confirm?next=%2Foffice%2F")
        payout.refresh_from_db()
        assert payout.state == "requested"


def test_a_payout_of_ones_own_shop_is_not_decided() -> None:
    shop = ready_shop()
    Shop.objects.filter(pk=shop.pk).update(owner=ada())
    payout = requested(shop, 6_000)

    answer = act(signed_in(ada()), "payouts_payout", "approve", payout.pk)

    payout.refresh_from_db()
    assert payout.state == "requested"
    assert "your own shop" in answer.content.decode()


def test_what_holds_a_line_of_ones_own_shop_is_not_ended() -> None:
    """Neither what another operator placed, nor what the marketplace froze, nor what could not be read."""
    leased(meis_shop())
    Shop.objects.filter(pk=meis_shop().pk).update(owner=ada())
    cannot_be_read = replace(refund("3"), currency="BDT")
    of_another_line = UnreadableReport("order", "3", NOW, {"trade": "3"}, "no line")
    take_order_reports(
        "taobao", [settled("1"), settled("2", held="frozen"), settled("3"), cannot_be_read, of_another_line], now=NOW
    )
    earn_due(now=NOW)
    bought = Commission.objects.get(order_line__external_order="1")
    place_hold(bought, reason="Own purchases", by=second_operator(), now=NOW)
    holds = list(Hold.objects.values_list("pk", flat=True))
    assert len(holds) == 3
    client = signed_in(ada())

    said = act(client, "commissions_hold", "release", *holds, reason="All good")
    reports = UnreadReport.objects.values_list("pk", flat=True)
    said_of_reports = act(client, "orders_unreadreport", "dismiss", *reports, reason="All good")

    assert said.content.decode().count("about your own shop") == 3
    assert said_of_reports.content.decode().count("about your own shop") == UnreadReport.objects.count() == 2
    assert not HoldClosing.objects.exists()
    assert confirm_due(now=NOW).commissions == 0
    prove()

    act(signed_in(second_operator()), "commissions_hold", "release", *holds, reason="Seen")

    assert HoldClosing.objects.count() == 3, "another operator may"


def test_an_amount_of_a_commission_is_held_in_the_office_and_what_is_no_amount_of_it_is_refused() -> None:
    leased(meis_shop())
    take_order_reports("taobao", [settled(days_ago=30)], now=NOW)
    earn_due(now=NOW)
    commission, client = Commission.objects.get(), signed_in(ada())
    why = {"reason": "The statement is lower"}

    asked = act(client, "commissions_commission", "hold", commission.pk).content.decode()
    assert "Amount of each (leave empty to hold all of it)" in asked
    too_much, unreadable = "The shop’s part of this order is CN¥2.73", "not an amount Joey can read"
    for amount, problem in {"2.74": too_much, "0": "is above zero", "1,5": unreadable, "0.375": unreadable}.items():
        page = act(client, "commissions_commission", "hold", commission.pk, amount=amount, **why).content.decode()
        assert problem in page
        assert "Done" not in page
    assert not Hold.objects.exists()

    act(client, "commissions_commission", "hold", commission.pk, amount="0.37", **why)
    confirm_due(now=NOW)

    assert "CN¥0.37" in client.get(reverse("admin:commissions_hold_changelist")).content.decode()
    commission.refresh_from_db()
    assert (commission.pending_minor, commission.released_minor) == (37, 236)
    prove()


def test_a_commission_is_held_and_released() -> None:
    leased(meis_shop())
    take_order_reports("taobao", [settled(days_ago=30)], now=NOW)
    earn_due(now=NOW)
    commission = Commission.objects.get()
    client = signed_in(ada())

    act(client, "commissions_commission", "hold", commission.pk, reason="Bought through one’s own link")
    assert confirm_due(now=NOW) is not None
    commission.refresh_from_db()
    assert commission.state == "earned"
    hold = Hold.objects.get()
    act(client, "commissions_hold", "release", hold.pk, reason="It was another buyer")
    confirm_due(now=NOW)

    commission.refresh_from_db()
    assert commission.state == "confirmed"
    prove()


def test_what_waits_as_a_commission_on_hold_leads_to_as_many_holds_as_are_counted() -> None:
    leased(meis_shop())
    unread = UnreadableReport("order", "order-b2", NOW, {"n": 1}, "no amount", external_line="order-b2-1")
    take_order_reports("taobao", [settled("order-a1", held="frozen"), settled("order-b2"), unread], now=NOW)
    earn_due(now=NOW)
    client = signed_in(ada())

    (found,) = (each for each in waiting(now=NOW) if each.model is Hold)
    pages = [client.get(reverse("admin:commissions_hold_changelist") + query) for query in (found.query, "?open=yes")]

    shown = [[order in page.content.decode() for order in ("order-a1", "order-b2")] for page in pages]
    assert (found.count, shown) == (1, [[True, False], [True, True]])


def test_all_payouts_of_a_shop_are_held_and_released(settings: Any) -> None:
    shop = ready_shop()
    payout = approved(shop, 6_000)
    client = signed_in(ada())

    act(client, "shops_shop", "hold_payouts", shop.pk, reason="Checking the details")
    with running_bank() as bank:
        settings.JOEY_BANK = getattr(bank, "settings", None)
        send_due(now=NOW)
    payout.refresh_from_db()
    assert payout.state == "approved"
    act(client, "payouts_payouthold", "release", PayoutHold.objects.get().pk, reason="The details are right")

    assert PayoutHoldClosing.objects.get().closed_by == ada()


def test_a_failed_job_is_tried_again_unless_its_next_round_waits_already() -> None:
    client = signed_in(ada())
    alone, crowded = a_failed_job(), a_failed_job(lock="orders.sync")
    sql.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, queueing_lock)"
        " VALUES ('default', 'joey.orders.jobs.sync_orders', '{}', 'todo', 'orders.sync')"
    )

    answer = act(client, "procrastinate_procrastinatejob", "retry", alone, crowded)

    states = {row["id"]: row["status"] for row in sql.rows("SELECT id, status::text FROM procrastinate_jobs")}
    assert (states[alone], states[crowded]) == ("todo", "failed")
    assert "queued already" in answer.content.decode()


def test_health_tells_what_is_wrong_and_proves_the_books_on_a_button(settings: Any) -> None:
    settings.JOEY_MARKETPLACES = {
        "taobao": {
            "gateway": "http://127.0.0.1:9/router/rest",
            "credentials": {"app_key": "1", "app_secret": "s", "site_id": "1", "session": "x"},
        }
    }
    SyncCursor.objects.create(
        marketplace="taobao", account="1", question="orders", read_until=NOW, trouble="the gateway is silent"
    )
    client = signed_in(ada())

    page = client.get("/office/health/").content.decode()
    proved = client.post("/office/health/").content.decode()

    assert "No worker is running" in page
    assert "the gateway is silent" in page
    assert "✓" not in page
    assert "✓" in proved
    assert "✗" not in proved


def test_nothing_of_the_office_is_reachable_without_its_guard() -> None:
    """Django's own admin site, on which other packages register their tables, has no address."""
    assert admin.site is not office
    assert reverse("admin:index") == "/office/"
    assert signed_in(lulu()).post("/office/payouts/payout/", {"action": "approve"}).status_code == 404


def test_a_long_table_has_a_next_page_and_one_back_and_says_no_total() -> None:
    for _ in range(51):
        a_failed_job()
    client = signed_in(ada())

    first = client.get("/office/procrastinate/procrastinatejob/").content.decode()
    second = client.get("/office/procrastinate/procrastinatejob/?p=2").content.decode()
    beyond = client.get("/office/procrastinate/procrastinatejob/?p=9").content.decode()

    assert [first.count('name="_selected_action"'), second.count('name="_selected_action"')] == [50, 1]
    assert 'href="?p=2" rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second
    assert 'rel="prev"' in beyond
    assert "51" not in re.sub("<[^>]*>", "", first.split('id="changelist"')[1].split("<tbody")[0])


def test_the_filters_offer_what_joey_knows_and_choose_by_it(settings: Any) -> None:
    settings.JOEY_MARKETPLACES = {"jd": {"gateway": "http://localhost:1/feed/jd"}}
    everything(settings)
    client = signed_in(ada())

    def rows(address: str) -> int:
        return client.get(address).content.decode().count('name="_selected_action"')

    assert 'marketplace=jd"' in client.get("/office/orders/orderline/").content.decode()
    assert rows("/office/orders/orderline/?marketplace=taobao") == rows("/office/orders/orderline/") > 0
    assert rows("/office/orders/orderline/?marketplace=jd") == 0
    assert (rows("/office/payouts/payout/?currency=CNY"), rows("/office/payouts/payout/?currency=USD")) == (1, 0)
    task = "joey.orders.jobs.sync_orders"
    assert rows(f"/office/procrastinate/procrastinatejob/?task_name={task}") == 1
    assert rows("/office/procrastinate/procrastinatejob/?task_name=another") == 0


def test_a_pause_of_all_payouts_is_ended_by_an_operator_with_a_fresh_code() -> None:
    pause = pause_payouts(reason="Restored from a copy", now=NOW)

    stale = act(signed_in(ada(), code_seconds_ago=None), "payouts_payoutpause", "resume", pause.pk)
    still = len(open_pauses())
    asked = act(signed_in(ada()), "payouts_payoutpause", "resume", pause.pk).content.decode()
    empty = act(signed_in(ada()), "payouts_payoutpause", "resume", pause.pk, reason=" ").content.decode()
    still += len(open_pauses())
    act(signed_in(ada()), "payouts_payoutpause", "resume", pause.pk, reason="Line by line")

    assert "/studio/confirm" in stale.redirect_chain[0][0]
    assert 'name="reason"' in asked
    assert "Give a reason" in empty
    assert still == 2
    assert PayoutPauseEnding.objects.get(pause=pause).ended_by == ada()
    assert "Line by line" in signed_in(ada()).get(f"/office/payouts/payoutpause/{pause.pk}/change/").content.decode()


def test_everything_that_waits_for_an_operator_is_on_the_first_page_with_its_age_and_action() -> None:
    shop = ready_shop(200_000)
    payout = requested(shop, 100_000)
    hold = place_payout_hold(shop, reason="Checking", now=now() - timedelta(hours=3))
    take_order_reports("taobao", [report("3", position="nobodys")], now=NOW)
    client = signed_in(ada())

    page = client.get("/office/", follow=True).content.decode()

    for address in (
        "/office/payouts/payout/?waits=to-decide",
        "/office/payouts/payouthold/?ended=no&cause__exact=operator",
        "/office/orders/orderline/?suspended=yes",
    ):
        assert f'href="{escape(address)}"' in page, address
        assert "_selected_action" in client.get(address).content.decode(), address
    assert "3\xa0hours ago" in page
    assert "Approve these · Refuse these…" in page
    assert "joey payouts release" in page
    assert str(payout.pk) in client.get("/office/payouts/payout/?waits=to-decide").content.decode()
    assert str(hold.pk) in client.get("/office/payouts/payouthold/?ended=no&cause__exact=operator").content.decode()


def test_an_office_in_which_nothing_waits_says_so() -> None:
    assert "Nothing waits for you" in signed_in(ada()).get("/office/waiting/").content.decode()


def test_a_person_without_an_e_mail_has_a_page_and_every_row_a_text() -> None:
    """Case P2: a row is drawn with each nullable column empty, and `str` of it is a text."""
    person = Person.objects.create(phone="+8613800138000")
    by_phone = reverse("admin:people_person_change", args=[person.pk])

    shown = signed_in(ada()).get(by_phone)

    assert shown.status_code == 200
    assert "+8613800138000" in shown.content.decode()
    for model in (each for each in apps.get_models() if each.__module__.startswith("joey.")):
        assert isinstance(str(model()), str), model
