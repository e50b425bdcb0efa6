"""Payout details over the API: every field that says where money goes is checked when it is typed."""

import json
from pathlib import Path

import pytest

from joey.insight.erase_subject import erase_subject
from joey.payouts.models import Payee
from tests.api.client import Caller, assert_problem
from tests.cast import NOW, mei, meis_shop

pytestmark = pytest.mark.django_db
CASES = Path(__file__).resolve().parent.parent / "payouts/cases"
GOOD = {"holder_name": "Erika Beispiel", "account_number": "DE89 3704 0044 0532 0130 00", "bank_code": "COBADEFF"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, "account_number"),  # case C12: right check digits, 24 characters
        ({"account_number": "DE86 3704 0044 0532 0130"}, "account_number"),  # case B6: 20 characters
        ({"account_number": "DE65 3704 0044 0532 0130 00"}, "account_number"),
        ({"account_number": "6222 0212 3456 7890 129"}, "account_number"),  # case P14
        ({"account_number": "DE89 3704 0044 0532 0130 00", "bank_code": "COBAZZFF"}, "bank_code"),
        ({"account_number": "DE89 3704 0044 0532 0130 00", "bank_code": "102100099997"}, "bank_code"),
    ],
)
def test_details_that_no_bank_can_have_are_refused_when_typed(change: dict[str, str], field: str) -> None:
    meis_shop()
    typed = json.loads((CASES / "iban-too-long.json").read_text()) | change

    refused = Caller(mei()).put("/shops/mei/payout-details", typed)

    assert_problem(refused, 422, "invalid", field)
    assert not Payee.objects.exists()


def test_details_that_are_right_are_kept_on_the_usual_rail() -> None:
    meis_shop()

    kept = Caller(mei()).put("/shops/mei/payout-details", GOOD)

    assert kept.status_code == 200, kept.content
    assert (kept.json()["account"], kept.json()["rail"]) == ("•••• 3000", "bank")


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("en", "The payout details of this shop were erased. Add them again before the next payout."),
        ("zh-hans", "本店的收款信息已被清除。下次提现前请重新填写。"),
    ],
)
def test_details_that_were_erased_are_said_to_be_erased_until_new_ones_are_given(language: str, detail: str) -> None:
    meis_shop()
    me = Caller(mei(), language=language)
    assert me.put("/shops/mei/payout-details", GOOD).status_code == 200

    erase_subject(f"payee:{Payee.objects.get().pk}", reason="She asked for it", now=NOW)

    refused = me.get("/shops/mei/payout-details")
    assert assert_problem(refused, 404, "payee_erased")["detail"] == detail
    assert me.put("/shops/mei/payout-details", GOOD).status_code == 200
    assert me.get("/shops/mei/payout-details").json()["account"] == "•••• 3000"
