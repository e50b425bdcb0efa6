"""Payouts in CNY are off until the operator names the licensed channel that they go through (law CN-T5)."""

import re
from contextlib import nullcontext
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.urls import reverse
from pytest_django import Settings

from joey.cli.cli import main
from joey.instance import doctor
from joey.payouts.decide import refuse
from joey.payouts.models import Payout, PayoutAttempt, PayoutFile
from joey.payouts.pay_due import pay_due
from joey.record.queries import events_of, with_texts
from joey.site import settings as read_from
from tests.api.client import Caller, assert_problem
from tests.cast import NOW, ada, mei
from tests.database import CHANNEL
from tests.office.test_office import act
from tests.office.test_office import signed_in as in_office
from tests.payouts.bank import Bank
from tests.payouts.stage import approved, held, money, ready_shop, requested
from tests.payouts.test_gate import prepared
from tests.proof import prove
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
OFF = (
    "Payouts in CNY are off: the law asks for a licensed payment channel, and the operator has not named one yet"
    " (setting JOEY_LICENSED_CHANNEL_CNY). The money is kept meanwhile."
)
SIXTY = {"amount": {"minor": 6_000, "currency": "CNY"}}


def unnamed(settings: Settings) -> None:
    settings.JOEY_LICENSED_CHANNELS = {}


def test_without_a_channel_no_face_takes_a_request_and_the_money_stays_available(settings: Settings) -> None:
    shop = ready_shop()
    unnamed(settings)

    page = signed_in(mei()).post("/studio/mei/payout", {"amount": "60.00", "currency": "CNY", "key": "k"})
    answer = Caller(mei()).post("/shops/mei/payouts", SIXTY, key="k")

    assert page.status_code == 409
    assert OFF in page.content.decode()
    problem = assert_problem(answer, 409, "conflict")
    assert (problem["detail"], problem["facts"]) == (OFF, {"reason": "no_licensed_channel"})
    assert not Payout.objects.exists()
    assert held(shop.id) == money(available=10_000)

    settings.JOEY_LICENSED_CHANNELS = {"CNY": CHANNEL}
    assert Caller(mei()).post("/shops/mei/payouts", SIXTY, key="k").status_code == 201
    prove()


@pytest.mark.parametrize(("language", "off"), [("en", OFF), ("zh-hans", "目前不能提现 CNY")])
def test_a_keeper_reads_beforehand_that_the_money_is_kept_and_why(settings: Settings, language: str, off: str) -> None:
    ready_shop()
    unnamed(settings)
    client, reads = signed_in(mei()), {"Accept-Language": language}

    today, earnings, payouts = (
        client.get(f"/studio/mei/{page}", headers=reads).content.decode() for page in ("", "earnings", "payout")
    )

    assert all(off in page for page in (today, earnings, payouts))
    if language == "en":
        assert "kept; it cannot be paid out yet" in earnings
        assert "for your next payout" not in earnings
        assert "Request a payout" not in today
        assert re.search(r"<button[^>]* disabled>Request a payout", payouts)


def test_with_a_channel_the_payout_page_and_the_office_name_it(bank: Bank) -> None:
    approved(ready_shop(), 6_000)

    page = signed_in(mei()).get("/studio/mei/payout").content.decode()
    office = in_office(ada()).get(reverse("admin:payouts_payout_change", args=[Payout.objects.get().pk]))

    assert f"It is paid through {CHANNEL}." in page
    assert CHANNEL in office.content.decode()


def test_what_was_requested_before_is_neither_approved_nor_sent_and_can_be_refused(
    bank: Bank, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("joey.instance.open_instance.instance", lambda *_: nullcontext())
    payout = requested(ready_shop(), 6_000)
    unnamed(settings)

    run = pay_due(now=NOW)
    by_api = Caller(ada()).post(f"/office/payouts/{payout.pk}/approve", {}, key="k")
    by_command = CliRunner().invoke(main, ["payouts", "approve", str(payout.pk), "--by", str(ada().email)])
    in_the_office = act(in_office(ada()), "payouts_payout", "approve", payout.pk).content.decode()

    assert (run.approved, run.sent, run.problems) == (0, 0, (OFF,))
    assert assert_problem(by_api, 409, "conflict")["facts"] == {"reason": "no_licensed_channel"}
    assert by_command.exit_code == 1
    assert OFF in by_command.output
    assert OFF in in_the_office
    assert Payout.objects.get().state == "requested"
    assert OFF in signed_in(mei()).get("/studio/mei/payout").content.decode()
    refuse(payout, by=ada(), reason="Not yet", now=NOW)
    assert held(payout.shop_id) == money(available=10_000)
    prove()


def test_what_was_approved_goes_into_no_file_until_the_channel_is_named_again(bank: Bank, settings: Settings) -> None:
    payout = approved(ready_shop(), 6_000)
    unnamed(settings)

    pay_due(now=NOW)
    kept = (Payout.objects.get().state, PayoutFile.objects.count(), held(payout.shop_id))
    settings.JOEY_LICENSED_CHANNELS = {"CNY": CHANNEL}
    pay_due(now=NOW)

    assert kept == ("approved", 0, money(available=4_000, reserved=6_000))
    assert len(bank.received) == 1
    prove()


def test_a_file_that_has_not_left_is_withdrawn_and_its_payout_waits(bank: Bank, settings: Settings) -> None:
    approved(ready_shop(), 6_000)
    prepared(bank)
    unnamed(settings)

    pay_due(now=NOW)

    assert (Payout.objects.get().state, PayoutAttempt.objects.get().state) == ("approved", "withdrawn")
    assert bank.received == []
    prove()


def test_answers_about_what_had_left_are_still_taken_in(bank: Bank, settings: Settings) -> None:
    payout = approved(ready_shop(), 6_000)
    pay_due(now=NOW)
    unnamed(settings)
    bank.decide_all("settled")

    pay_due(now=NOW + MINUTE, ask_all=True)

    assert held(payout.shop_id) == money(available=4_000, paid=6_000)
    prove()


def test_a_file_that_the_bank_never_knew_does_not_go_again(bank: Bank, settings: Settings) -> None:
    approved(ready_shop(), 6_000)
    bank.faults = ["500"]
    pay_due(now=NOW)
    unnamed(settings)

    pay_due(now=NOW + MINUTE, ask_all=True)
    assert bank.files == {}

    settings.JOEY_LICENSED_CHANNELS = {"CNY": CHANNEL}
    pay_due(now=NOW + 2 * MINUTE, ask_all=True)
    assert len(bank.files) == 1
    prove()


def test_each_submission_records_the_channel_of_its_time(bank: Bank, settings: Settings) -> None:
    payout = approved(ready_shop(), 6_000)
    bank.faults = ["500"]
    pay_due(now=NOW)
    settings.JOEY_LICENSED_CHANNELS = {"CNY": "Another one"}
    pay_due(now=NOW + MINUTE, ask_all=True)
    file = PayoutFile.objects.get()
    settings.JOEY_LICENSED_CHANNELS = {"CNY": "A third"}

    recorded = with_texts(events_of([f"payout_file:{file.message_id}"]))
    client = in_office(ada())
    pages = [
        client.get(reverse(f"admin:payouts_{table}_change", args=[row.pk])).content.decode()
        for table, row in (("payout", payout), ("payoutfile", file))
    ]

    assert [event.facts["channel"] for event in recorded] == [CHANNEL, "Another one"]
    assert all("Another one" in page and "A third" not in page for page in pages)
    prove()


def test_payouts_in_a_currency_that_needs_no_channel_go_on(settings: Settings) -> None:
    unnamed(settings)

    refused = Caller(mei()).post("/shops/mei/payouts", {"amount": {"minor": 6_000, "currency": "USD"}}, key="k")

    assert "licensed" not in refused.content.decode()


def test_the_health_page_and_doctor_name_the_lack_once_a_shop_has_such_money(settings: Settings) -> None:
    unnamed(settings)
    assert list(doctor._channels()) == []
    ready_shop()

    health = in_office(ada()).get("/office/health/").content.decode()

    assert OFF in health
    assert list(doctor._channels()) == [doctor.Diagnosis(False, f"{OFF} Set it and start Joey again.")]
    settings.JOEY_LICENSED_CHANNELS = {"CNY": CHANNEL}
    assert list(doctor._channels()) == [doctor.Diagnosis(True, f"Payouts in CNY go through {CHANNEL}.")]


@pytest.mark.parametrize("flag", ["DEMO", "OF_DEMO"])
def test_the_demo_names_a_channel_that_says_that_it_is_simulated(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, flag: str
) -> None:
    monkeypatch.setattr(read_from, flag, True)
    settings.JOEY_LICENSED_CHANNELS = read_from.licensed_channels()
    ready_shop()

    client = signed_in(mei())
    page = client.get("/studio/mei/payout").content.decode()
    chinese = client.get("/studio/mei/payout", headers={"Accept-Language": "zh-hans"}).content.decode()

    assert "It is paid through the simulated licensed channel of the sandbox, which moves no money." in page
    assert "模拟" in chinese


def test_a_name_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOEY_LICENSED_CHANNEL_CNY", "  某某支付  Z2000 ")
    monkeypatch.setenv("JOEY_LICENSED_CHANNEL_USD", " ")

    assert read_from.licensed_channels() == {"CNY": "某某支付 Z2000"}
