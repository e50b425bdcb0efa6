"""Rails are found by their folder, and a file belongs to one rail account for ever."""

import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import override
from pytest_django import Settings

import joey
from joey.kit.refusals import Invalid
from joey.money.money import Money
from joey.payouts import rails
from joey.payouts.book_answers import AnswersTaken
from joey.payouts.decide import approve
from joey.payouts.file_problems import OTHER_ACCOUNT
from joey.payouts.models import PayoutAttempt, PayoutFile
from joey.payouts.prepare_files import prepare_files
from joey.payouts.queries import payee_of
from joey.payouts.rails.port import rail_account
from joey.payouts.rails.registry import (
    RailNotConnected,
    account_name,
    connect_rail,
    default_rail,
    format_name,
    rail_faults,
    rail_manifests,
)
from joey.payouts.request_payout import request_payout
from joey.payouts.send_due import Sent, send_due
from joey.payouts.take_answers import take_answers
from joey.record.erasable import text_of
from tests.cast import NOW, ada
from tests.payouts.bank import Bank, running_bank
from tests.payouts.stage import approved, held, lulus_ready_shop, money, ready_shop
from tests.proof import prove
from tests.slow import cases_but_every

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def other_bank() -> Iterator[Bank]:
    with running_bank() as other:
        other.host = "other.example"
        yield other


def test_a_file_is_never_submitted_to_another_rail_account(bank: Bank, other_bank: Bank, settings: Settings) -> None:
    shop = ready_shop()
    approved(shop)
    bank.faults = ["500"]
    assert send_due(now=NOW) == Sent(payouts=1, files=1, handed_over=0, waiting=1)

    settings.JOEY_RAILS = other_bank.settings
    for _run in range(2):
        assert send_due(now=NOW + DAY) == Sent(payouts=0, files=0, handed_over=0, waiting=1)

    assert other_bank.received == []
    assert PayoutFile.objects.get().problems == OTHER_ACCOUNT
    assert held(shop.pk) == money(in_transit=10_000)
    settings.JOEY_RAILS = bank.settings
    take_answers(now=NOW + 2 * DAY)
    assert send_due(now=NOW + 2 * DAY).handed_over == 1
    assert PayoutFile.objects.get().problems == ""
    assert list(bank.instructions().values()) == ["100.00"]
    prove()


def test_a_file_is_never_asked_of_another_rail_account(bank: Bank, other_bank: Bank, settings: Settings) -> None:
    shop = ready_shop()
    approved(shop)
    send_due(now=NOW)
    bank.decide_all("settled")
    other_bank.files = dict(bank.files)  # even if it claims to have the file
    other_bank.decide_all("rejected")

    settings.JOEY_RAILS = other_bank.settings
    assert take_answers(now=NOW + DAY) == AnswersTaken()

    assert other_bank.asked == []
    assert PayoutFile.objects.get().problems == OTHER_ACCOUNT
    assert held(shop.pk) == money(in_transit=10_000)
    settings.JOEY_RAILS = bank.settings
    assert take_answers(now=NOW + 2 * DAY) == AnswersTaken(settled=1)
    assert PayoutFile.objects.get().problems == ""
    assert held(shop.pk) == money(paid=10_000)
    prove()


@pytest.mark.parametrize(
    "change",
    [
        {"host": "other.example"},
        {"mode": "test"},
        {"debtor": {"account": "DE89370400440532013000"}},
    ],
)
def test_host_debtor_account_and_mode_make_the_rail_account(
    bank: Bank, settings: Settings, change: dict[str, object]
) -> None:
    mine = connect_rail("bank").account

    settings.JOEY_RAILS = {"bank": bank.settings["bank"] | change}
    assert connect_rail("bank").account != mine
    settings.JOEY_RAILS = {"bank": bank.settings["bank"] | {"credentials": {"key": "renewed"}}}
    assert connect_rail("bank").account == mine


def test_without_a_host_in_the_settings_the_gateway_names_it(settings: Settings) -> None:
    accounts = []
    for gateway in ("https://bank.example/pay", "https://bank.example/v2", "https://bank.example:8443/pay"):
        settings.JOEY_RAILS = {"bank": {"gateway": gateway, "credentials": {"key": "k"}}}
        accounts.append(connect_rail("bank").account)

    assert accounts[0] == accounts[1] != accounts[2]
    assert accounts[0] == rail_account(rail="bank", host="bank.example", debtor_account="JOEY", mode="live")


def test_a_file_that_the_bank_forgot_is_not_submitted_again_once_it_no_longer_remembers_keys(bank: Bank) -> None:
    shop = ready_shop()
    approved(shop)
    send_due(now=NOW)
    bank.files.clear()
    late = NOW + rail_manifests()["bank"].remembers_keys_for + DAY

    take_answers(now=late)
    assert send_due(now=late) == Sent(0, 0, 0, 0)

    assert len(bank.received) == 1
    assert PayoutFile.objects.get().problems.startswith("file_unknown")
    assert held(shop.pk) == money(in_transit=10_000)
    prove()


# --- found by folder -------------------------------------------------------------------------------------

CASH_DESK = """
from datetime import timedelta

from joey.money.money import parse_amount

from joey.payouts.rails.port import FileAnswer, FileReceipt, PreparedFile, RailManifest, Transfer, rail_account


def read(file_key, file):
    rows = [line.split(" ") for line in file.content.decode().splitlines()]
    return [Transfer(key, parse_amount(amount.strip("¥"), "CNY"), *to, "") for key, amount, *to in rows]


class Desk:
    account = rail_account(rail="cash_desk", host="", debtor_account="till", mode="live")
    label = "till"
    submitted = {}

    def prepare(self, file_key, transfers, *, made_at):
        rows = [(t.key, t.amount.text_in("zh-hans"), t.holder_name, t.account_number, t.bank_code) for t in transfers]
        return PreparedFile("list", "\\n".join(map(" ".join, rows)).encode())

    def submit(self, file_key, file):
        self.submitted[file_key] = file.content
        return FileReceipt(b"taken")

    def ask(self, file_key):
        return FileAnswer(b"nothing yet", [])


MANIFEST = RailManifest(
    code="cash_desk", name="cash desk", formats={}, currencies=frozenset({"CNY"}), batch_size=1,
    remembers_keys_for=timedelta(days=1), refusing_a_file_is_final=True, may_return_for=timedelta(0),
    answers_within=timedelta(days=1),
    connect=lambda account: Desk(), read=read, read_answer=lambda key, content: [],
    read_file_answer=lambda key, content: "receipt",
)
"""


@pytest.fixture
def cash_desk(tmp_path: Path, settings: Settings) -> Iterator[None]:
    """A second rail: one folder with a manifest, and nothing else changed."""
    folder = tmp_path / "cash_desk"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "manifest.py").write_text(CASH_DESK)
    rails.__path__.append(str(tmp_path))
    rail_manifests.cache_clear()
    settings.JOEY_RAILS = {"cash_desk": {"till": 1}}
    try:
        yield
    finally:
        rails.__path__.remove(str(tmp_path))
        rail_manifests.cache_clear()
        for module in [name for name in sys.modules if ".cash_desk" in name]:
            del sys.modules[module]


@pytest.mark.usefixtures("cash_desk")
def test_a_rail_that_is_only_a_folder_takes_payouts() -> None:
    shop = ready_shop()
    approved(shop, 4_000)

    assert default_rail() == "cash_desk"
    row = payee_of(shop)
    assert row is not None
    assert row.rail == "cash_desk"
    assert send_due(now=NOW) == Sent(payouts=1, files=1, handed_over=1, waiting=0)
    kept = PayoutFile.objects.get()
    assert (kept.rail, kept.file_format, "¥40.00" in (text_of(kept.content_id) or "")) == ("cash_desk", "list", True)
    prove()


@pytest.mark.usefixtures("cash_desk")
def test_a_rail_pays_only_the_currencies_that_it_names() -> None:
    with pytest.raises(Invalid) as refused:
        request_payout(ready_shop(), amount=Money(100, "USD"), idempotency_key="usd", now=NOW)

    assert refused.value.field == "amount"


@pytest.mark.usefixtures("cash_desk")
def test_a_rail_without_an_account_keeps_no_other_rail_waiting() -> None:
    mine, hers = ready_shop(), lulus_ready_shop(rail="bank")
    approved(mine, 4_000)
    theirs = request_payout(hers, amount=Money(4_000, "CNY"), idempotency_key="bank", now=NOW, rail="bank")
    approve(theirs, by=ada(), now=NOW)

    with pytest.raises(RailNotConnected, match="bank transfer"):
        send_due(now=NOW)

    assert held(mine.pk) == money(available=6_000, in_transit=4_000)
    assert held(hers.pk) == money(reserved=4_000)
    assert PayoutAttempt.objects.get().state == "accepted"
    prove()


def test_a_rail_that_cannot_write_its_file_keeps_no_other_waiting(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it keep a file that was written before from leaving."""
    approved(ready_shop(), 4_000)
    prepare_files(rail_manifests()["bank"], now=NOW)
    approved(lulus_ready_shop(), 4_000)
    monkeypatch.setattr("joey.payouts.rails.bank.rail.write_pain001", lambda *_, **__: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        send_due(now=NOW)

    assert len(bank.files) == 1
    prove()


def test_a_rail_account_is_named_by_its_rail_holder_and_the_end_of_its_number(bank: Bank, settings: Settings) -> None:
    settings.JOEY_RAILS = {
        "bank": bank.settings["bank"] | {"debtor": {"name": "Joey Ltd", "account": "DE89 3704 0044 0532 0130 00"}}
    }

    assert account_name("bank", connect_rail("bank").account) == "Bank transfer · Joey Ltd •••• 3000"
    assert account_name("bank", "0" * 64) == "Bank transfer · an account not in the settings now"
    settings.JOEY_RAILS = bank.settings
    assert account_name("bank", connect_rail("bank").account) == "Bank transfer · Joey"
    settings.JOEY_RAILS = {}
    assert account_name("bank", "0" * 64) == "Bank transfer · an account not in the settings now"
    with override("zh-hans"):
        assert account_name("bank", "0" * 64) == "银行转账 · 目前设置中没有的账户"
        assert format_name("bank", "pain001") == "ISO 20022 付款文件（pain.001）"
    assert format_name("bank", "tape") == "tape"


def test_no_rail_is_named_outside_its_folder() -> None:
    package = Path(joey.__file__).parent
    own = [*(package / "payouts/rails" / code for code in rail_manifests()), package / "sandbox"]
    named = re.compile("|".join(rf"""["']{code}["']""" for code in rail_manifests()))

    found = [
        str(path.relative_to(package))
        for path in sorted(package.rglob("*"))
        if path.suffix in (".py", ".html", ".jinja", ".sql", ".js", ".json", ".txt")
        if not any(path.is_relative_to(folder) for folder in own) and named.search(path.read_text())
    ]

    assert found == []


def test_a_rail_that_no_folder_has_is_not_connected(settings: Settings) -> None:
    settings.JOEY_RAILS = {"pigeon": {"gateway": "http://pigeon.example"}}

    with pytest.raises(RailNotConnected):
        connect_rail("pigeon")
    assert rail_faults() == ["No rail has the code “pigeon”, so no payout goes by it."]


@pytest.mark.parametrize(
    ("change", "problem"),
    cases_but_every(
        3,
        [
            ({"gateway": ["http://localhost"]}, "bank.gateway must be a text"),
            ({"gateway": ""}, "bank.gateway is missing"),
            ({"credentials": {}}, "bank.credentials.key is missing"),
            ({"credentials": "k"}, "bank.credentials must be an object"),
            ({"credentials": {"key": "k", "kye": ""}}, "bank.credentials has no field “kye”; it has key"),
            ({"debtor": {"acount": "DE00"}}, "bank.debtor has no field “acount”; it has name, account, bank"),
            ({"debtor": {"account": 1234}}, "bank.debtor.account must be a text"),
            (
                {"debtor": {"name": ""}},
                "bank.debtor.name: Enter the account holder's name as the bank knows it, at most 70 characters",
            ),
            (
                {"debtor": {"account": "DE12 3456 7890"}},
                "bank.debtor.account: This IBAN has a typing error: its check digits do not match",
            ),
            (
                {"debtor": {"bank": "NOTABIC"}},
                "bank.debtor.bank: This is neither a BIC (8 or 11 letters and digits) nor a CNAPS code (12 digits)",
            ),
            ({"format": "mt101"}, "bank.format must be one of pain001, csv, not 'mt101'"),
            ({"zone": "Mars"}, "bank.zone must be a time zone such as Asia/Shanghai, not 'Mars'"),
            (
                {"debitor": {"account": "DE00"}},
                "bank has no field “debitor”; it has gateway, credentials, debtor, format, mode, host, zone",
            ),
        ],
    ),
)
def test_a_wrong_field_of_an_account_sends_nothing_and_is_named(
    bank: Bank, settings: Settings, change: dict[str, object], problem: str
) -> None:
    shop = ready_shop(4_000)
    approved(shop, 4_000)
    settings.JOEY_RAILS = {"bank": bank.settings["bank"] | change}

    with pytest.raises(RailNotConnected, match=re.escape(f"{problem}.")):
        send_due(now=NOW)

    assert (bank.files, held(shop.pk)) == ({}, money(reserved=4_000))
    said = f"The account for bank transfer cannot be used, so payouts wait: rails.json (JOEY_RAILS): {problem}."
    assert rail_faults() == [said]
    assert said in Client(headers={"accept-language": "en"}).get("/readyz").json()["troubles"]
    assert account_name("bank", "0" * 64) == "Bank transfer · an account not in the settings now"
