"""A bank that forgets, refuses, pays and times out, pays twice, answers for another or says any word."""

import time
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from joey.sandbox.bank.control import CAMT
from tests.sandbox.conftest import Sandbox
from tests.sandbox.test_bank import good, paid, put, say, state, trouble


@pytest.fixture
def own_bank(own_sandbox: Callable[..., Sandbox]) -> Sandbox:
    """A sandbox whose bank no other test uses."""
    return own_sandbox()


def settled(sandbox: Sandbox) -> tuple[str, str]:
    """A file with one settled transfer: message id and transfer."""
    file = good()
    del file.transfers[1]
    put(sandbox, file.message_id, file.xml())
    state(sandbox, file.message_id)
    assert state(sandbox, file.message_id)["state"] == "settled"
    return file.message_id, file.transfers[0].end_to_end_id


def test_a_bank_that_forgets_knows_no_file_until_it_remembers(own_bank: Sandbox) -> None:
    message, transfer = settled(own_bank)

    trouble(own_bank, "forget")

    assert state(own_bank, message)["status"] == 404
    assert paid(own_bank, transfer) == 1
    trouble(own_bank, "remember")
    assert state(own_bank, message)["state"] == "settled"


def test_the_same_bytes_pay_nothing_again_while_the_bank_forgets(own_bank: Sandbox) -> None:
    file = good()
    put(own_bank, file.message_id, file.xml())
    trouble(own_bank, "forget")

    assert put(own_bank, file.message_id, file.xml()).status_code == 200
    trouble(own_bank, "remember")
    for _ in range(2):
        state(own_bank, file.message_id)

    assert [paid(own_bank, each.end_to_end_id) for each in file.transfers] == [1, 1]


def test_a_bank_that_refuses_files_keeps_what_it_took(own_bank: Sandbox) -> None:
    known, file = good(), good()
    put(own_bank, known.message_id, known.xml())
    trouble(own_bank, "refuse_files")

    assert put(own_bank, file.message_id, file.xml()).status_code == 422
    assert put(own_bank, known.message_id, known.xml()).status_code == 200
    assert state(own_bank, file.message_id)["status"] == 404
    trouble(own_bank, "accept_files")
    assert put(own_bank, file.message_id, file.xml()).status_code == 200


def test_a_bank_pays_a_file_and_does_not_answer(own_bank: Sandbox) -> None:
    file, next_file = good(), good()
    trouble(own_bank, "pay_then_time_out")

    assert put(own_bank, file.message_id, file.xml()).status_code == 504
    assert [paid(own_bank, each.end_to_end_id) for each in file.transfers] == [1, 1]
    assert state(own_bank, file.message_id)["state"] == "settled"
    assert put(own_bank, next_file.message_id, next_file.xml()).status_code == 200


def test_a_transfer_is_paid_twice(own_bank: Sandbox) -> None:
    _, transfer = settled(own_bank)
    trouble(own_bank, "pay_twice", transfer=transfer)
    assert paid(own_bank, transfer) == 2

    trouble(own_bank, "pay_twice")
    _, of_the_next_file = settled(own_bank)
    _, after_it = settled(own_bank)

    assert (paid(own_bank, of_the_next_file), paid(own_bank, after_it)) == (2, 1)


def test_an_answer_for_another_names_no_transfer_of_ours(own_bank: Sandbox) -> None:
    message, transfer = settled(own_bank)
    trouble(own_bank, "answer_for_other")

    wrong, right = state(own_bank, message), state(own_bank, message)

    assert wrong["message_id"] != message
    assert transfer not in [each["end_to_end_id"] for each in wrong["payments"]]
    assert [each["end_to_end_id"] for each in right["payments"]] == [transfer]


def test_any_word_is_said_and_changes_nothing(own_bank: Sandbox) -> None:
    message, transfer = settled(own_bank)

    say(own_bank, transfer, "on_the_moon", reason="asked for")

    said = state(own_bank, message)
    assert said["state"] == said["payments"][0]["state"] == "on_the_moon"
    assert said["payments"][0]["reason"] == "asked for"
    say(own_bank, transfer, "rejected")
    assert state(own_bank, message)["payments"][0]["state"] == "rejected"
    assert paid(own_bank, transfer) == 1
    trouble(own_bank, "forget")
    assert state(own_bank, message)["payments"][0]["state"] == "rejected"


def test_a_statement_books_every_payment_and_every_return(own_bank: Sandbox) -> None:
    _, twice = settled(own_bank)
    _, back = settled(own_bank)
    trouble(own_bank, "pay_twice", transfer=twice)
    say(own_bank, back, "returned")
    trouble(own_bank, "forget")

    answer = own_bank.get("/control/bank/statement")

    names = {"c": CAMT}
    entries = [
        (
            entry.findtext(".//c:EndToEndId", namespaces=names),
            entry.findtext("c:CdtDbtInd", namespaces=names),
            entry.findtext("c:Amt", namespaces=names),
        )
        for entry in ET.fromstring(answer.text).iterfind(".//c:Ntry", names)  # noqa: S314 our own sandbox
    ]
    assert sorted(map(str, entries)) == sorted(
        map(str, [(twice, "DBIT", "12.50")] * 2 + [(back, "DBIT", "12.50"), (back, "CRDT", "12.50")])
    )


def test_what_was_rejected_is_not_paid(own_bank: Sandbox) -> None:
    file = good()
    put(own_bank, file.message_id, file.xml())
    rejected = file.transfers[0].end_to_end_id
    say(own_bank, rejected, "rejected", reason="AC04")
    time.sleep(3.1)

    assert paid(own_bank, rejected) == 0
    assert trouble(own_bank, "pay_twice", transfer=rejected).status_code == 409
    assert paid(own_bank, file.transfers[1].end_to_end_id) == 1


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("do", {}),
        ("do", {"do": "burn"}),
        ("transfer", {"do": "say", "state": "settled"}),
        ("state", {"do": "say", "transfer": "P1"}),
        ("state", {"do": "say", "transfer": "P1", "state": "x" * 61}),
        ("transfer", {"do": "forget", "transfer": "P1"}),
        ("state", {"do": "forget", "state": "settled"}),
        ("reason", {"do": "pay_twice", "reason": "fun"}),
        ("amount", {"do": "forget", "amount": 1}),
    ],
)
def test_a_bad_call_names_the_field(sandbox: Sandbox, field: str, body: dict[str, str]) -> None:
    answer = sandbox.post("/control/bank", body)

    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


def test_an_unknown_transfer_is_404(sandbox: Sandbox) -> None:
    assert trouble(sandbox, "say", transfer="P-none", state="settled").status_code == 404
    assert trouble(sandbox, "pay_twice", transfer="P-none").status_code == 404


def test_other_sites_read_and_break_nothing_at_the_bank(sandbox: Sandbox) -> None:
    stranger = {"origin": "https://example.com"}

    for path in ("/control/bank/transfers", "/control/bank/statement"):
        assert sandbox.get(path, headers=stranger).status_code == 403
    assert sandbox.post("/control/bank", {"do": "forget"}, headers=stranger).status_code == 403
