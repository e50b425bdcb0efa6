"""The simulated bank: what it takes, what it refuses, and what becomes of payments."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.sandbox.conftest import Sandbox
from tests.sandbox.payment_files import HEADER, PaymentFile, Transfer

XML, CSV = "application/xml", "text/csv"
_numbers = itertools.count(1)


def fresh(prefix: str = "P") -> str:
    """An id that no test used."""
    return f"{prefix}{next(_numbers):06d}"


def put(sandbox: Sandbox, message_id: str, body: bytes, kind: str = XML, key: str | None = None) -> httpx.Response:
    bank = sandbox.get("/control/marketplaces").json()["bank"]
    headers = {"content-type": kind, "authorization": f"Bearer {key or bank['credentials']['key']}"}
    return sandbox.client.put(f"{bank['gateway']}/files/{message_id}", content=body, headers=headers)


def state(sandbox: Sandbox, message_id: str) -> dict[str, Any]:
    bank = sandbox.get("/control/marketplaces").json()["bank"]
    headers = {"authorization": f"Bearer {bank['credentials']['key']}"}
    found: dict[str, Any] = sandbox.client.get(f"{bank['gateway']}/files/{message_id}", headers=headers).json()
    return found


def by_transfer(found: dict[str, Any], file: PaymentFile) -> list[dict[str, Any]]:
    """The answered payments in the order of the file; the bank has an order of its own."""
    answered = {each["end_to_end_id"]: each for each in found["payments"]}
    return [answered[each.end_to_end_id] for each in file.transfers]


def good(*transfers: Transfer, **more: Any) -> PaymentFile:
    return PaymentFile(fresh("M"), list(transfers) or [Transfer(fresh()), Transfer(fresh(), "0.01")], **more)


def test_a_file_is_accepted_and_settles_when_asked_again(sandbox: Sandbox) -> None:
    file = good()

    answer = put(sandbox, file.message_id, file.xml())

    assert answer.status_code == 200
    assert answer.json() == {
        "message_id": file.message_id, "state": "accepted", "count": 2, "sums": {"CNY": 1251},
    }  # fmt: skip
    first, second = state(sandbox, file.message_id), state(sandbox, file.message_id)
    assert (first["state"], second["state"]) == ("accepted", "settled")
    assert [each["amount_minor"] for each in by_transfer(second, file)] == [1250, 1]


def test_payments_settle_by_themselves_after_two_seconds(sandbox: Sandbox) -> None:
    file = good()
    put(sandbox, file.message_id, file.xml())

    time.sleep(3.1)

    assert state(sandbox, file.message_id)["state"] == "settled"


def test_the_same_bytes_again_get_the_same_answer_and_move_nothing(sandbox: Sandbox) -> None:
    file = good()
    first = put(sandbox, file.message_id, file.xml())
    state(sandbox, file.message_id)
    state(sandbox, file.message_id)

    again = put(sandbox, file.message_id, file.xml())

    assert (again.status_code, again.json()) == (200, first.json())
    assert state(sandbox, file.message_id)["state"] == "settled"
    lines = statement(sandbox)
    assert sum(line["message_id"] == file.message_id for line in lines) == 2


def test_other_bytes_under_a_known_id_clash(sandbox: Sandbox) -> None:
    file = good()
    put(sandbox, file.message_id, file.xml())
    file.transfers.append(Transfer(fresh()))

    answer = put(sandbox, file.message_id, file.xml())

    assert (answer.status_code, answer.json()["field"]) == (409, "MsgId")
    assert len(state(sandbox, file.message_id)["payments"]) == 2


@pytest.mark.parametrize("change", [{}, {"amount": "99.00"}])
def test_an_end_to_end_id_is_good_for_one_file_for_ever(sandbox: Sandbox, change: dict[str, str]) -> None:
    used = good()
    put(sandbox, used.message_id, used.xml())
    copy = good(Transfer(fresh()), Transfer(used.transfers[0].end_to_end_id, **change))

    answer = put(sandbox, copy.message_id, copy.xml())

    assert (answer.status_code, answer.json()["field"]) == (409, "EndToEndId")
    assert "duplicate" in answer.json()["detail"]
    assert "404" in str(state(sandbox, copy.message_id))  # nothing of the second file was kept


WRONG: list[tuple[str, Callable[[], PaymentFile]]] = [
    ("GrpHdr/NbOfTxs", lambda: good(count="3")),
    ("GrpHdr/NbOfTxs", lambda: good(count="two")),
    ("GrpHdr/CtrlSum", lambda: good(total="12.50")),
    ("GrpHdr/CtrlSum", lambda: good(total="1e1")),
    ("PmtInf[1]/PmtMtd", lambda: good(method="CHK")),
    ("PmtInf[1]/NbOfTxs", lambda: good(block_count="<NbOfTxs>9</NbOfTxs>")),
    ("PmtInf[1]/CtrlSum", lambda: good(block_count="<CtrlSum>9.00</CtrlSum>")),
    ("Document", lambda: good(namespace="urn:iso:std:iso:20022:tech:xsd:pain.001.001.03")),
    ("DOCTYPE", lambda: good(doctype='<!DOCTYPE d [<!ENTITY a "aaaa">]>')),
    ("PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", lambda: good(Transfer(fresh(), "12.5"))),
    ("PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", lambda: good(Transfer(fresh(), "0.00"))),
    ("PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", lambda: good(Transfer(fresh(), "-1.00"))),
    ("PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", lambda: good(Transfer(fresh(), "NaN"), total="1")),
    ("PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt", lambda: good(Transfer(fresh(), "1,000.00"), total="1000.00")),
    ("PmtInf[1]/CdtTrfTxInf[1]/Amt/InstdAmt/@Ccy", lambda: good(Transfer(fresh(), currency="yuan"))),
    ("PmtInf[1]/CdtTrfTxInf[1]/PmtId/EndToEndId", lambda: good(Transfer(""))),
    ("PmtInf[1]/CdtTrfTxInf[1]/PmtId/EndToEndId", lambda: good(Transfer("X" * 36))),
    ("PmtInf[1]/CdtTrfTxInf[1]/Cdtr/Nm", lambda: good(Transfer(fresh(), name=""))),
    ("PmtInf[1]/CdtTrfTxInf[1]/Cdtr/Nm", lambda: good(Transfer(fresh(), name="x" * 141))),
    ("PmtInf[1]/CdtTrfTxInf[1]/CdtrAcct/Id", lambda: good(Transfer(fresh(), account="1" * 35))),
    ("EndToEndId", lambda: good(*[Transfer("TWICE-IN-ONE-FILE")] * 2)),
]


@pytest.mark.parametrize(("element", "make"), WRONG)
def test_a_wrong_file_is_refused_naming_the_element(
    sandbox: Sandbox, element: str, make: Callable[[], PaymentFile]
) -> None:
    file = make()

    answer = put(sandbox, file.message_id, file.xml())

    assert (answer.status_code, answer.json()["field"]) == (422, element), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_message_id_must_be_the_one_of_the_address(sandbox: Sandbox) -> None:
    answer = put(sandbox, fresh("M"), good().xml())

    assert (answer.status_code, answer.json()["field"]) == (422, "GrpHdr/MsgId")


@pytest.mark.parametrize("body", [b"", b"<Document", b"\xff\xfe", b"<a/>", b"<a>" * 100_000])
def test_what_is_no_payment_file_is_refused(sandbox: Sandbox, body: bytes) -> None:
    answer = put(sandbox, fresh("M"), body)

    assert (answer.status_code, answer.json()["field"]) == (422, "Document")


def test_entities_do_not_slip_in_by_another_encoding(sandbox: Sandbox) -> None:
    file = good(doctype='<!DOCTYPE d [<!ENTITY a "aaaa">]>')
    body = file.xml().decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")

    assert put(sandbox, file.message_id, body).json()["field"] == "DOCTYPE"


def test_a_file_of_more_than_eight_megabytes_is_refused(sandbox: Sandbox) -> None:
    assert put(sandbox, fresh("M"), b" " * (8 * 1024 * 1024 + 1)).status_code == 413


def test_another_kind_of_content_is_refused(sandbox: Sandbox) -> None:
    file = good()

    assert put(sandbox, file.message_id, file.xml(), "application/json").status_code == 415


def test_nothing_is_answered_or_taken_without_the_key(sandbox: Sandbox) -> None:
    file = good()

    assert put(sandbox, file.message_id, file.xml(), key="guess").status_code == 401
    assert sandbox.get(f"/bank/files/{file.message_id}").status_code == 401
    assert sandbox.get("/bank/statement").status_code == 401
    assert state(sandbox, file.message_id)["status"] == 404


def test_csv_files_are_taken_too(sandbox: Sandbox) -> None:
    message_id, one, other = fresh("M"), Transfer(fresh()), Transfer(fresh(), "7.00", name='"Li, Lei"')

    answer = put(sandbox, message_id, (HEADER + one.csv() + other.csv()).encode(), CSV)

    assert answer.json()["sums"] == {"CNY": 1950}
    assert [each["state"] for each in state(sandbox, message_id)["payments"]] == ["accepted"] * 2


CURRENCIES = [
    ("JPY", "1200", 1_200), ("KRW", "987654321", 987_654_321), ("VND", "999999999999999", 999_999_999_999_999),
    ("KWD", "1.234", 1_234), ("CNY", "12.50", 1_250),
]  # fmt: skip


@pytest.mark.parametrize(("currency", "amount", "minor"), CURRENCIES)
@pytest.mark.parametrize("form", [XML, CSV])
def test_an_amount_has_the_decimals_of_its_currency(
    sandbox: Sandbox, form: str, currency: str, amount: str, minor: int
) -> None:
    file = good(Transfer(fresh(), amount, currency))
    body = file.xml() if form == XML else (HEADER + file.transfers[0].csv()).encode()

    answer = put(sandbox, file.message_id, body, form)
    state(sandbox, file.message_id)

    assert answer.json()["sums"] == {currency: minor}
    payment = state(sandbox, file.message_id)["payments"][0]
    assert (payment["state"], payment["amount_minor"], payment["currency"]) == ("settled", minor, currency)


@pytest.mark.parametrize(
    ("currency", "amount"),
    [
        ("JPY", "12.00"),
        ("KRW", "12.5"),
        ("VND", "12."),
        ("KWD", "1.23"),
        ("KWD", "1"),
        ("CNY", "12.500"),
        ("CNY", "12"),
    ],
)
@pytest.mark.parametrize("form", [XML, CSV])
def test_other_decimals_than_those_of_the_currency_are_refused(
    sandbox: Sandbox, form: str, currency: str, amount: str
) -> None:
    file = good(Transfer(fresh(), amount, currency))
    body = file.xml() if form == XML else (HEADER + file.transfers[0].csv()).encode()

    answer = put(sandbox, file.message_id, body, form)

    assert answer.status_code == 422
    assert "decimals" in answer.json()["detail"]


def test_the_sum_of_a_file_adds_up_the_amounts_as_they_are_written(sandbox: Sandbox) -> None:
    mixed = [Transfer(fresh(), "1.234", "KWD"), Transfer(fresh(), "1200", "JPY"), Transfer(fresh(), "0.01")]
    right, wrong = good(*mixed), good(Transfer(fresh(), "1.234", "KWD"), total="12.34")

    assert right.total is None
    assert put(sandbox, right.message_id, right.xml()).json()["sums"] == {"KWD": 1234, "JPY": 1200, "CNY": 1}
    assert put(sandbox, wrong.message_id, wrong.xml()).json()["field"] == "GrpHdr/CtrlSum"


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ("line 1", "amount,end_to_end_id\n"),
        ("line 1", ""),
        ("end_to_end_id", HEADER),
        ("line 2", HEADER + "E1,1.00,CNY\n"),
        ("line 2 amount", HEADER + Transfer("E1", "1.0").csv()),
        ("line 2 amount", HEADER + Transfer("E1", '"1,000.00"').csv()),
        ("line 2 currency", HEADER + Transfer("E1", currency="rmb").csv()),
        ("line 2 creditor_name", HEADER + Transfer("E1", name=" ").csv()),
        ("line 2 end_to_end_id", HEADER + Transfer("中文").csv()),
        ("end_to_end_id", HEADER + Transfer("E1").csv() * 2),
        ("file", HEADER + '"unfinished'),
    ],
)
def test_a_wrong_csv_is_refused_naming_line_and_column(sandbox: Sandbox, element: str, text: str) -> None:
    answer = put(sandbox, fresh("M"), text.encode(), CSV)

    assert (answer.status_code, answer.json()["field"]) == (422, element), answer.text


def test_csv_must_be_utf8(sandbox: Sandbox) -> None:
    body = (HEADER + Transfer(fresh(), name="李雷").csv()).encode("gb18030")

    assert put(sandbox, fresh("M"), body, CSV).json()["field"] == "file"


def test_wrong_accounts_and_names_are_rejected_with_a_reason(sandbox: Sandbox) -> None:
    file = good(Transfer(fresh()), Transfer(fresh(), account="622200000000"), Transfer(fresh(), name="Wrong Person"))
    put(sandbox, file.message_id, file.xml())
    state(sandbox, file.message_id)

    found = state(sandbox, file.message_id)

    assert found["state"] == "partly_settled"
    assert [(each["state"], each["reason_code"]) for each in by_transfer(found, file)] == [
        ("settled", ""), ("rejected", "AC01"), ("rejected", "BE01"),
    ]  # fmt: skip


def test_a_payment_can_be_held_and_then_decided_by_hand(sandbox: Sandbox) -> None:
    file = good(Transfer(fresh()), Transfer(fresh()), Transfer(fresh()))
    put(sandbox, file.message_id, file.xml())
    held, rejected, settled = (each.end_to_end_id for each in file.transfers)

    say(sandbox, held, "accepted")
    say(sandbox, rejected, "rejected", reason="AC04")
    say(sandbox, settled, "settled")
    for _ in range(3):
        found = state(sandbox, file.message_id)

    assert [(each["state"], each["reason_code"]) for each in by_transfer(found, file)] == [
        ("accepted", ""), ("rejected", "AC04"), ("settled", ""),
    ]  # fmt: skip
    assert paid(sandbox, rejected) == paid(sandbox, held) == 0
    say(sandbox, held, "settled")
    assert paid(sandbox, held) == paid(sandbox, settled) == 1


def trouble(sandbox: Sandbox, do: str, **more: Any) -> httpx.Response:
    return sandbox.post("/control/bank", {"do": do, **more})


def say(sandbox: Sandbox, transfer: str, state: str, **more: Any) -> None:
    answer = trouble(sandbox, "say", transfer=transfer, state=state, **more)
    assert answer.status_code == 200, answer.text


def paid(sandbox: Sandbox, transfer: str) -> int:
    """How often a transfer really left the bank."""
    items = sandbox.get("/control/bank/transfers").json()["items"]
    return sum(each["times_paid"] for each in items if each["transfer"] == transfer)


def statement(sandbox: Sandbox, **query: str) -> list[dict[str, Any]]:
    key = sandbox.get("/control/marketplaces").json()["bank"]["credentials"]["key"]
    answer = sandbox.get("/bank/statement", params=query, headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    lines: list[dict[str, Any]] = answer.json()["items"]
    return lines


def test_the_statement_lists_settled_payments_only(sandbox: Sandbox) -> None:
    file = good(Transfer(fresh(), "3.00"), Transfer(fresh(), account="0000"))
    put(sandbox, file.message_id, file.xml())
    state(sandbox, file.message_id)
    state(sandbox, file.message_id)

    lines = [line for line in statement(sandbox) if line["message_id"] == file.message_id]

    assert [(line["end_to_end_id"], line["amount_minor"]) for line in lines] == [
        (file.transfers[0].end_to_end_id, 300)
    ]  # fmt: skip
    assert statement(sandbox, **{"from": "2999-01-01"}) == []
    assert statement(sandbox, **{"from": "2020-01-01T00:00:00Z"})


def test_an_outage_of_the_bank_is_felt_and_ends(sandbox: Sandbox) -> None:
    file = good()
    seen = []
    for kind in ("500", "throttle", "garbage"):
        sandbox.post("/control/outage", {"seconds": 30, "kind": kind, "where": "bank"})
        seen.append(put(sandbox, file.message_id, file.xml()).status_code)
    sandbox.post("/control/outage", {"seconds": 0, "kind": "500", "where": "bank"})

    assert seen == [500, 429, 200]
    assert state(sandbox, file.message_id)["status"] == 404  # the garbage answer hid that nothing was taken
    assert put(sandbox, file.message_id, file.xml()).json()["state"] == "accepted"
