"""A bank that forgets, refuses, contradicts, pays and times out, pays twice, answers for another or says any word."""

import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from joey.sandbox.bank.statement import CAMT
from tests.sandbox.conftest import Sandbox, running_sandbox
from tests.sandbox.test_bank import by_transfer, good, paid, put, say, state, trouble
from tests.sandbox.test_feeds_and_pages import BANNER


@pytest.fixture(scope="module")
def bank_of_this_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("bank")) as running:
        yield running


@pytest.fixture
def own_bank(bank_of_this_file: Sandbox) -> Iterator[Sandbox]:
    """A bank without troubles, that no other test uses meanwhile."""
    yield bank_of_this_file
    assert trouble(bank_of_this_file, "recover").status_code == 200


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
    assert sorted(map(str, (each for each in entries if each[0] in (twice, back)))) == sorted(
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
        ("file", {"do": "say", "transfer": "P1", "state": "settled", "file": "M1"}),
        ("times", {"do": "remember", "times": 1}),
        ("times", {"do": "forget", "times": 0}),
        ("transfer", {"do": "pay"}),
        ("transfer", {"do": "leave_out"}),
        ("transfer", {"do": "contradict", "times": 1}),
        ("amount", {"do": "say", "transfer": "P1", "amount": 2**63}),
    ],
)
def test_a_bad_call_names_the_field(sandbox: Sandbox, field: str, body: dict[str, str]) -> None:
    answer = sandbox.post("/control/bank", body)

    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


def truth(sandbox: Sandbox, transfer: str) -> dict[str, Any]:
    """What really became of a transfer."""
    items = sandbox.get("/control/bank/truth").json()["items"]
    found: dict[str, Any] = next(each for each in items if each["transfer"] == transfer)
    return found


def answered(sandbox: Sandbox, message: str) -> httpx.Response:
    """The answer for a file, readable or not."""
    bank = sandbox.get("/control/marketplaces").json()["bank"]
    headers = {"authorization": f"Bearer {bank['credentials']['key']}"}
    return sandbox.client.get(f"{bank['gateway']}/files/{message}", headers=headers)


def test_one_file_is_forgotten_once_and_its_neighbour_not_at_all(own_bank: Sandbox) -> None:
    (forgotten, _), (neighbour, _) = settled(own_bank), settled(own_bank)

    trouble(own_bank, "forget", file=forgotten, times=2)

    assert [answered(own_bank, forgotten).status_code for _ in range(3)] == [404, 404, 200]
    assert state(own_bank, neighbour)["state"] == "settled"


def test_a_bank_that_forgot_its_keys_pays_the_same_bytes_again(own_bank: Sandbox) -> None:
    file = good()
    put(own_bank, file.message_id, file.xml())
    for _ in range(2):
        state(own_bank, file.message_id)
    trouble(own_bank, "forget_keys", file=file.message_id)

    put(own_bank, file.message_id, file.xml())

    assert [paid(own_bank, each.end_to_end_id) for each in file.transfers] == [2, 2]
    files = own_bank.get("/control/bank/truth").json()["files"]
    assert {"file": file.message_id, "times_received": 2} in files


def test_a_file_is_refused_after_it_was_accepted_and_is_paid(own_bank: Sandbox) -> None:
    file = good()
    trouble(own_bank, "refuse_after_accepting", file=file.message_id)

    assert put(own_bank, file.message_id, file.xml()).status_code == 422
    assert put(own_bank, file.message_id, file.xml()).status_code == 422
    for _ in range(2):
        found = state(own_bank, file.message_id)

    assert found["state"] == "settled"
    assert [paid(own_bank, each.end_to_end_id) for each in file.transfers] == [1, 1]


def test_no_answer_is_given_for_one_file(own_bank: Sandbox) -> None:
    (silent, transfer), (neighbour, _) = settled(own_bank), settled(own_bank)

    trouble(own_bank, "refuse_answers", file=silent, times=1)

    assert state(own_bank, neighbour)["state"] == "settled"
    assert [answered(own_bank, silent).status_code for _ in range(2)] == [422, 200]
    assert paid(own_bank, transfer) == 1


def test_rejected_and_paid_after_all(own_bank: Sandbox) -> None:
    file = good()
    transfer = file.transfers[0].end_to_end_id
    put(own_bank, file.message_id, file.xml())
    say(own_bank, transfer, "rejected", reason="AC04")
    rejected = by_transfer(state(own_bank, file.message_id), file)[0]

    trouble(own_bank, "pay", transfer=transfer)

    after = by_transfer(state(own_bank, file.message_id), file)[0]
    assert [(each["state"], each["reason_code"]) for each in (rejected, after)] == [
        ("rejected", "AC04"),
        ("settled", ""),
    ]
    assert truth(own_bank, transfer)["times_paid"] == 1


def test_a_return_is_answered_with_its_reason_and_is_true(own_bank: Sandbox) -> None:
    message, transfer = settled(own_bank)
    say(own_bank, transfer, "returned", reason="AC04", times=1)

    first, later = (state(own_bank, message)["payments"][0] for _ in range(2))

    assert (first["state"], first["reason"], first["reason_code"]) == ("returned", "AC04", "AC04")
    assert later == first
    kept = truth(own_bank, transfer)
    assert (kept["state"], kept["times_paid"], kept["returned_at"] is not None) == ("returned", 1, True)


def test_a_word_and_an_amount_are_said_once_and_then_the_truth(own_bank: Sandbox) -> None:
    message, transfer = settled(own_bank)
    say(own_bank, transfer, "rejected", amount=1, currency="KWD", times=1)

    wrong, right = (state(own_bank, message)["payments"][0] for _ in range(2))

    assert (wrong["state"], wrong["amount_minor"], wrong["currency"]) == ("rejected", 1, "KWD")
    assert (right["state"], right["amount_minor"], right["currency"]) == ("settled", 1250, "CNY")
    trouble(own_bank, "say", transfer=transfer, amount=99)
    other = state(own_bank, message)["payments"][0]
    assert (other["state"], other["amount_minor"]) == ("settled", 99)


def test_the_transfers_of_another_file_are_answered(own_bank: Sandbox) -> None:
    (message, _), (other, others) = settled(own_bank), settled(own_bank)

    trouble(own_bank, "answer_for_other", file=message, other=other)

    assert state(own_bank, other)["payments"][0]["end_to_end_id"] == others
    found = state(own_bank, message)
    assert (found["message_id"], found["payments"][0]["end_to_end_id"]) == (message, others)
    assert state(own_bank, message)["payments"][0]["end_to_end_id"] != others
    assert trouble(own_bank, "answer_for_other", other="M-none").status_code == 404


def test_one_transfer_is_left_out_contradicted_or_unreadable_beside_its_neighbour(own_bank: Sandbox) -> None:
    file = good()
    put(own_bank, file.message_id, file.xml())
    for _ in range(2):
        state(own_bank, file.message_id)
    transfer, neighbour = (each.end_to_end_id for each in file.transfers)

    for do in ("leave_out", "contradict", "garble"):
        trouble(own_bank, do, transfer=transfer, times=1)
    answers = [state(own_bank, file.message_id)["payments"] for _ in range(4)]

    of_one = [[each for each in answer if each is None or neighbour not in str(each)] for answer in answers]
    assert [len(each) for each in of_one] == [0, 2, 1, 1]
    assert [each["state"] for each in of_one[1]] == ["settled", "rejected"]
    whole = of_one[3][0]
    assert whole["state"] == "settled"
    assert of_one[2][0] != whole
    assert all(neighbour in str(answer) for answer in answers)


def test_an_answer_is_cut_off(own_bank: Sandbox) -> None:
    message, _ = settled(own_bank)
    trouble(own_bank, "garble", file=message, times=1)

    cut, whole = answered(own_bank, message), answered(own_bank, message)

    assert cut.status_code == 200
    with pytest.raises(ValueError, match=r".+"):
        cut.json()
    assert whole.json()["state"] == "settled"


def test_one_file_is_answered_slowly(own_bank: Sandbox) -> None:
    message, _ = settled(own_bank)
    trouble(own_bank, "slow", file=message, times=1)
    began = time.monotonic()

    state(own_bank, message)

    assert time.monotonic() - began >= 1  # JOEY_SANDBOX_SLOW_SECONDS of the tests


def test_the_truth_holds_what_was_never_paid(own_bank: Sandbox) -> None:
    file = good()
    put(own_bank, file.message_id, file.xml())
    transfer = file.transfers[0].end_to_end_id
    say(own_bank, transfer, "rejected")
    say(own_bank, transfer, "settled")

    kept = truth(own_bank, transfer)

    assert by_transfer(state(own_bank, file.message_id), file)[0]["state"] == "settled"
    assert (kept["state"], kept["times_paid"], kept["amount_minor"], kept["currency"]) == ("rejected", 0, 1250, "CNY")


def test_the_page_of_the_bank_shows_what_is_wrong_and_what_came_back(own_bank: Sandbox) -> None:
    message, transfer = settled(own_bank)
    trouble(own_bank, "pay_twice", transfer=transfer)
    say(own_bank, transfer, "returned")
    trouble(own_bank, "forget", file=message, times=3)

    text = own_bank.get("/bank", headers={"accept-language": "en"}).text

    assert BANNER in text
    for shown in ("Came back", "Paid × 2", "<span>forget</span>", f"{message} × 3"):
        assert shown in text


def test_an_unknown_transfer_is_404(sandbox: Sandbox) -> None:
    assert trouble(sandbox, "say", transfer="P-none", state="settled").status_code == 404
    assert trouble(sandbox, "pay_twice", transfer="P-none").status_code == 404


def test_other_sites_read_and_break_nothing_at_the_bank(sandbox: Sandbox) -> None:
    stranger = {"origin": "https://example.com"}

    for path in ("/control/bank/transfers", "/control/bank/truth", "/control/bank/statement"):
        assert sandbox.get(path, headers=stranger).status_code == 403
    assert sandbox.post("/control/bank", {"do": "forget"}, headers=stranger).status_code == 403
