"""Whatever the simulated bank does, no transfer leaves it twice because of Joey, and the books end as its truth is."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from joey.payouts.models import PayoutAttempt
from joey.payouts.send_due import send_due
from joey.payouts.take_answers import take_answers
from tests.cast import NOW
from tests.payouts.stage import approved, held, lulus_ready_shop, money, ready_shop
from tests.proof import prove
from tests.sandbox.conftest import Sandbox, running_sandbox
from tests.slow import but_every

pytestmark = pytest.mark.django_db

# What the bank does while a file is handed over, and what it does when it is asked about it. "FILE" and "TRANSFER" are
# Mei's; Lulu's transfer is beside hers in the same file.
Calls = list[dict[str, Any]]
CASES: dict[str, tuple[Calls, Calls]] = {
    "it refuses the file once": ([{"do": "refuse_files", "times": 1}], []),
    "it refuses the file that it keeps and pays": ([{"do": "refuse_after_accepting"}], []),
    "it pays and does not answer": ([{"do": "pay_then_time_out"}], []),
    "it forgets the file": ([], [{"do": "forget", "file": "FILE"}]),
    "it forgets the file but not one transfer": (
        [], [{"do": "say", "transfer": "TRANSFER", "state": "settled"}, {"do": "forget", "file": "FILE"}],
    ),
    "it refuses to answer": ([], [{"do": "refuse_answers", "file": "FILE"}]),
    "its answer is cut off": ([], [{"do": "garble", "file": "FILE"}]),
    "one transfer cannot be read": ([], [{"do": "garble", "transfer": "TRANSFER"}]),
    "one transfer is not in the answer": ([], [{"do": "leave_out", "transfer": "TRANSFER"}]),
    "one transfer is settled and rejected": ([], [{"do": "contradict", "transfer": "TRANSFER"}]),
    "it answers for another bank": ([], [{"do": "answer_for_other", "file": "FILE", "times": 3}]),
    "it says a word that no document names": ([], [{"do": "say", "transfer": "TRANSFER", "state": "on_the_moon"}]),
    "it says another amount": (
        [], [{"do": "say", "transfer": "TRANSFER", "state": "settled", "amount": 1, "currency": "KWD"}],
    ),
    "it is slow": ([{"do": "slow", "times": 1}], [{"do": "slow", "file": "FILE", "times": 1}]),
}  # fmt: skip


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("bank")) as running:
        yield running


@pytest.fixture
def bank(process: Sandbox, settings: Settings) -> Iterator[Sandbox]:
    """The bank that Joey's settings name. It keeps no promise about repeated files: the same bytes are paid again."""
    settings.JOEY_RAILS = {"bank": process.get("/control/marketplaces").json()["bank"]}
    call(process, {"do": "forget_keys"})
    yield process
    call(process, {"do": "recover"})


@pytest.mark.parametrize("case", but_every(3, CASES))
def test_nothing_is_paid_twice_and_the_books_end_as_the_bank_says(bank: Sandbox, case: str) -> None:
    sending, asking = CASES[case]
    shops = [ready_shop(), lulus_ready_shop()]
    for shop, minor in zip(shops, (10_000, 4_000), strict=True):
        approved(shop, minor)
    for each in sending:
        call(bank, each)
    send_due(now=NOW)
    mine = PayoutAttempt.objects.select_related("file").get(shop=shops[0])
    for each in asking:
        call(bank, each | {name: value for name, value in named(mine).items() if each.get(name) == name.upper()})

    for _ in range(4):
        take_answers(now=NOW, all_files=True)
        send_due(now=NOW)
    prove()
    assert set(times_paid(bank).values()) <= {0, 1}, case

    call(bank, {"do": "recover"})
    for _ in range(3):
        take_answers(now=NOW, all_files=True)
        send_due(now=NOW)

    paid = times_paid(bank)
    for shop, minor in zip(shops, (10_000, 4_000), strict=True):
        attempt = PayoutAttempt.objects.filter(shop=shop).latest("id")
        if paid.get(attempt.rail_key):
            assert held(shop.pk) == money(paid=minor), (case, attempt.state)
        else:  # it never reached the bank: an operator decides, and until then nothing is free to be paid again
            assert held(shop.pk) == money(in_transit=minor), (case, attempt.state)
            assert attempt.state == "unknown"
    prove()


def named(attempt: PayoutAttempt) -> dict[str, str]:
    assert attempt.file is not None
    return {"file": attempt.file.message_id, "transfer": attempt.rail_key}


def call(bank: Sandbox, body: dict[str, Any]) -> None:
    answer = bank.post("/control/bank", body)
    assert answer.status_code == 200, answer.text


def times_paid(bank: Sandbox) -> dict[str, int]:
    """How often each transfer of this test really left the bank."""
    keys = set(PayoutAttempt.objects.values_list("rail_key", flat=True))
    items = bank.get("/control/bank/truth").json()["items"]
    return {each["transfer"]: each["times_paid"] for each in items if each["transfer"] in keys}
