"""The simulated bank, which reads the files with code of its own, agrees with what Joey writes."""

import time
from collections.abc import Iterator

import httpx
import pytest
from pytest_django import Settings

from joey.payouts.book_answers import AnswersTaken
from joey.payouts.models import PayoutAttempt
from joey.payouts.queries import payouts_of
from joey.payouts.send_due import Sent, send_due
from joey.payouts.take_answers import take_answers
from tests.cast import NOW
from tests.payouts.stage import approved, held, lulus_ready_shop, money, ready_shop, reason_of
from tests.proof import prove
from tests.sandbox.conftest import running_sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running sandbox."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running.url


@pytest.fixture
def known_bank(sandbox: str, settings: Settings) -> str:
    """Joey's settings name the sandbox's bank as the sandbox itself says it is reached."""
    settings.JOEY_RAILS = {"bank": httpx.get(sandbox + "/control/marketplaces").json()["bank"]}
    return sandbox


@pytest.mark.parametrize("form", ["pain001", "csv"])
def test_the_simulated_bank_takes_settles_and_rejects(known_bank: str, settings: Settings, form: str) -> None:
    settings.JOEY_RAILS["bank"]["format"] = form
    mine = ready_shop()
    hers = lulus_ready_shop(account_number="6222020200110030000", bank_code="")  # the sandbox rejects these by rule
    approved(mine)
    approved(hers, 4_000)

    assert send_due(now=NOW) == Sent(payouts=2, files=1, handed_over=1, waiting=0)
    taken = AnswersTaken()
    deadline = time.monotonic() + 20
    while taken != AnswersTaken(settled=1, rejected=1) and time.monotonic() < deadline:
        taken += take_answers(now=NOW)
        time.sleep(0.1)

    assert held(mine.pk) == money(paid=10_000)
    assert held(hers.pk) == money(available=4_000)
    assert reason_of(PayoutAttempt.objects.get(shop=hers)).startswith("AC01")
    assert payouts_of(hers)[0].state == "failed"
    prove()


def test_an_outage_of_the_bank_loses_and_doubles_nothing(known_bank: str) -> None:
    shop = ready_shop()
    approved(shop)
    outage = {"kind": "500", "seconds": 60, "where": "bank"}
    httpx.post(known_bank + "/control/outage", json=outage).raise_for_status()

    assert send_due(now=NOW).waiting == 1
    httpx.post(known_bank + "/control/outage", json=outage | {"seconds": 0}).raise_for_status()
    take_answers(now=NOW)  # the bank never had the file
    assert send_due(now=NOW).handed_over == 1

    key = PayoutAttempt.objects.get().rail_key
    settle = {"do": "say", "transfer": key, "state": "settled"}
    httpx.post(f"{known_bank}/control/bank", json=settle).raise_for_status()
    assert take_answers(now=NOW) == AnswersTaken(settled=1)
    credentials = httpx.get(known_bank + "/control/marketplaces").json()["bank"]["credentials"]
    statement = httpx.get(
        known_bank + "/bank/statement", headers={"Authorization": f"Bearer {credentials['key']}"}
    ).json()["items"]
    assert [line["amount_minor"] for line in statement if line["end_to_end_id"] == key] == [10_000]
    assert held(shop.pk) == money(paid=10_000)
    prove()
