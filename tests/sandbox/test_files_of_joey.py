"""The files that Joey writes, in currencies of none, two and three decimals, as the simulated bank reads them."""

from datetime import UTC, datetime

import pytest

from joey.money.money import Money
from joey.payouts.rails.bank.rail import connect_bank
from joey.payouts.rails.port import Transfer
from tests.sandbox.conftest import Sandbox
from tests.sandbox.test_bank import CSV, XML, fresh, put, state

AMOUNTS = {"JPY": 1, "KRW": 20_640, "VND": 999_999_999_999_999, "KWD": 1_975, "BHD": 10, "CNY": 105}
KINDS = {"pain001": XML, "csv": CSV}


@pytest.mark.parametrize("currency", AMOUNTS)
@pytest.mark.parametrize("form", KINDS)
def test_the_bank_reads_every_amount_as_joey_means_it(sandbox: Sandbox, form: str, currency: str) -> None:
    amounts = [Money(AMOUNTS[currency], currency), Money(7, currency)]
    transfers = [
        Transfer(
            key=fresh("T"), amount=amount, holder_name="李小美", account_number="6222020200112243445", bank_code="",
            reference="Joey",
        )
        for amount in amounts
    ]  # fmt: skip
    bank = sandbox.get("/control/marketplaces").json()["bank"]
    message = fresh("F")

    file = connect_bank(bank | {"format": form}).prepare(message, transfers, made_at=datetime.now(UTC))

    answer = put(sandbox, message, file.content, KINDS[form])
    assert answer.json()["sums"] == {currency: sum(amount.minor for amount in amounts)}, answer.text
    payments = {each["end_to_end_id"]: each["amount_minor"] for each in state(sandbox, message)["payments"]}
    assert payments == {transfer.key: transfer.amount.minor for transfer in transfers}
