"""The bank file itself: valid XML, harmless CSV, and amounts that are digits."""

import csv
import io
from datetime import UTC, datetime

import pytest
import xmlschema
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given, settings
from hypothesis import strategies as st

from joey.money.money import Money
from joey.payouts.account_number import read_holder_name
from joey.payouts.rails.bank.connection import read_connection
from joey.payouts.rails.bank.read_file import read_file
from joey.payouts.rails.bank.write_csv import COLUMNS, write_csv
from joey.payouts.rails.bank.write_pain001 import NAMESPACE, SCHEMA, FileBreaksSchema, write_pain001
from joey.payouts.rails.port import PreparedFile, Transfer
from tests.payouts.bank import NS, transfers

OURS = read_connection(
    {
        "gateway": "http://bank.example",
        "credentials": {"key": "key"},
        "debtor": {"name": "Joey 某某 & Co", "account": "DE89370400440532013000", "bank": "DEUTDEFF"},
    }
)
MADE_AT = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # already the 24th at the bank


def transfer_to_mei(**changes: object) -> Transfer:
    facts: dict[str, object] = {
        "key": "01A2060E705C73B1BB4636B7CA17892C001",
        "amount": Money(123_456, "CNY"),
        "holder_name": "李小美",
        "account_number": "6222020200112243445",
        "bank_code": "102100099996",
        "reference": "Joey 1",
    }
    return Transfer(**(facts | changes))  # type: ignore[arg-type]


def text(element: object, path: str) -> str:
    found = element.findtext("/".join(NS + part for part in path.split("/")))  # type: ignore[attr-defined]
    assert found is not None, path
    return str(found)


@pytest.mark.parametrize(
    ("zone", "day", "moment"),
    [
        ("Europe/Berlin", "2026-11-23", "2026-11-23T18:30:00+01:00"),
        (None, "2026-11-24", "2026-11-24T01:30:00+08:00"),  # the zone of the pages
    ],
)
def test_the_dates_in_a_file_are_days_at_the_bank(zone: str | None, day: str, moment: str) -> None:
    bank = read_connection({"gateway": "http://bank.example", "credentials": {"key": "key"}, "zone": zone})

    written = write_pain001("JB1", [transfer_to_mei()], bank, made_at=MADE_AT).decode()

    assert f"<ReqdExctnDt><Dt>{day}</Dt></ReqdExctnDt>" in written
    assert f"<CreDtTm>{moment}</CreDtTm>" in written


def test_a_bank_in_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="not 'Mars'"):
        read_connection({"gateway": "http://bank.example", "credentials": {"key": "key"}, "zone": "Mars"})


def test_a_file_says_what_was_promised() -> None:
    content = write_pain001(
        "JB1", [transfer_to_mei(), transfer_to_mei(key="B", amount=Money(1, "CNY"))], OURS, made_at=MADE_AT
    )

    first, second = transfers(content)
    assert text(first, "PmtId/EndToEndId") == "01A2060E705C73B1BB4636B7CA17892C001"
    assert text(first, "Amt/InstdAmt") == "1234.56"
    assert text(second, "Amt/InstdAmt") == "0.01"
    assert text(first, "Cdtr/Nm") == "李小美"
    assert text(first, "CdtrAcct/Id/Othr/Id") == "6222020200112243445"
    assert text(first, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId") == "102100099996"
    written = content.decode()
    assert "<MsgId>JB1</MsgId>" in written
    assert written.count("<NbOfTxs>2</NbOfTxs>") == written.count("<CtrlSum>1234.57</CtrlSum>") == 2
    assert "<ReqdExctnDt><Dt>2026-11-24</Dt></ReqdExctnDt>" in written
    assert "<IBAN>DE89370400440532013000</IBAN>" in written
    assert f'xmlns="{NAMESPACE}"' in written


def test_the_published_schema_agrees_when_asked_again() -> None:
    content = write_pain001("JB1", [transfer_to_mei(bank_code="")], OURS, made_at=MADE_AT)

    xmlschema.XMLSchema(str(SCHEMA)).validate(content)


@pytest.mark.parametrize(
    "broken",
    [{"key": "X" * 36}, {"account_number": "1" * 35}, {"holder_name": ""}, {"reference": "x" * 141}],
)
def test_a_file_that_breaks_the_schema_does_not_leave(broken: dict[str, object]) -> None:
    with pytest.raises(FileBreaksSchema):
        write_pain001("JB1", [transfer_to_mei(**broken)], OURS, made_at=MADE_AT)


def test_a_file_holds_one_currency() -> None:
    with pytest.raises(ValueError, match="one currency"):
        write_pain001("JB1", [transfer_to_mei(), transfer_to_mei(amount=Money(1, "USD"))], OURS, made_at=MADE_AT)
    with pytest.raises(ValueError, match="at least one"):
        write_pain001("JB1", [], OURS, made_at=MADE_AT)


@pytest.mark.parametrize(
    ("money", "decimal"),
    [(Money(5, "JPY"), "5"), (Money(5, "KWD"), "0.005"), (Money(2**53 + 1, "CNY"), "90071992547409.93")],
)
def test_amounts_are_exact_in_every_currency(money: Money, decimal: str) -> None:
    (transfer,) = transfers(write_pain001("JB1", [transfer_to_mei(amount=money)], OURS, made_at=MADE_AT))
    (row,) = csv.DictReader(io.StringIO(write_csv([transfer_to_mei(amount=money)]).decode(), newline=""))

    assert text(transfer, "Amt/InstdAmt") == row["amount"] == decimal


@pytest.mark.parametrize("file_format", ["pain001", "csv"])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"amount": Money(5, "JPY")},
        {"amount": Money(1_234_567, "KWD")},
        {"amount": Money(2**53 + 1, "VND")},
        {"account_number": "DE89370400440532013000", "bank_code": "DEUTDEFF"},
        {"bank_code": "", "holder_name": "=Lulu <&> 露露"},
    ],
)
def test_what_was_written_is_read_back(file_format: str, changes: dict[str, object]) -> None:
    promised = [transfer_to_mei(**changes), transfer_to_mei(**changes, key="B")]
    written = write_csv(promised) if file_format == "csv" else write_pain001("JB1", promised, OURS, made_at=MADE_AT)

    assert read_file("JB1", PreparedFile(file_format, written)) == promised


def test_a_file_is_not_read_under_the_message_id_of_another() -> None:
    written = write_pain001("JB1", [transfer_to_mei()], OURS, made_at=MADE_AT)

    with pytest.raises(ValueError, match="the message id in it is JB1"):
        read_file("JB2", PreparedFile("pain001", written))


def test_bytes_that_are_no_file_of_ours_are_refused() -> None:
    for file_format in ("pain001", "csv"):
        with pytest.raises(ValueError, match=r"no pain|columns"):
            read_file("JB1", PreparedFile(file_format, b"something else"))


@settings(max_examples=60)
@given(st.text(min_size=1, max_size=70))
def test_every_name_that_is_taken_can_be_written(typed: str) -> None:
    try:
        name = read_holder_name(typed)
    except Exception:  # noqa: BLE001 (refused names are another test's)
        return

    (transfer,) = transfers(write_pain001("JB1", [transfer_to_mei(holder_name=name)], OURS, made_at=MADE_AT))
    (row,) = csv.DictReader(io.StringIO(write_csv([transfer_to_mei(holder_name=name)]).decode(), newline=""))

    assert text(transfer, "Cdtr/Nm") == name
    assert row["creditor_name"].removeprefix("'") == name.removeprefix("'")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠"])
def test_no_cell_of_the_csv_is_a_formula(start: str) -> None:
    hostile = start + 'HYPERLINK("http://evil.example","李小美")'
    content = write_csv([transfer_to_mei(holder_name=hostile, reference=hostile)])

    (row,) = csv.DictReader(io.StringIO(content.decode(), newline=""))

    assert tuple(row) == COLUMNS
    assert row["creditor_name"] == row["reference"] == "'" + hostile
    assert row["amount"] == "1234.56"


def test_the_csv_quotes_what_would_break_a_line() -> None:
    content = write_csv([transfer_to_mei(holder_name='Mei "the shop", Li')])

    assert content.count(b"\r\n") == 2
    (row,) = csv.DictReader(io.StringIO(content.decode(), newline=""))
    assert row["creditor_name"] == 'Mei "the shop", Li'
