"""Payout details: how they are read, the pause after a change, the notice, and what a payout keeps of them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob
from stdnum.iso7064 import mod_97_10

from joey.kit import clock
from joey.kit.refusals import Invalid
from joey.payouts.account_number import read_account_number, read_bank_code, read_holder_name
from joey.payouts.jobs import notify_payee_changed
from joey.payouts.models import Payee
from joey.payouts.payee import set_payee
from joey.payouts.payee_details import PayeeDetails
from joey.payouts.queries import payee_of
from joey.record.queries import events_of
from tests.cast import NOW, lulus_shop, mei, meis_shop
from tests.payouts.stage import ACCOUNT, details_of, ready_shop, requested
from tests.people.outbox import running_outbox

PAUSE = timedelta(hours=72)
GOOD = {"rail": "bank", "holder_name": "李小美", "account_number": ACCOUNT, "bank_code": ""}


@pytest.mark.django_db
def test_the_first_details_pause_payouts_for_72_hours_too() -> None:
    payee = set_payee(meis_shop(), **GOOD, now=NOW)

    assert payee.usable_from == NOW + PAUSE
    row = payee_of(meis_shop())
    assert row is not None
    assert row.account == "•••• 3445"
    assert payee_of(lulus_shop()) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [{"holder_name": "李大美"}, {"account_number": "6222020200112233446"}, {"bank_code": "DEUTDEFF"}],
)
def test_every_change_starts_the_pause_again(change: dict[str, str]) -> None:
    set_payee(meis_shop(), **GOOD, now=NOW)

    payee = set_payee(meis_shop(), **(GOOD | change), now=NOW + timedelta(days=9))

    assert payee.usable_from == NOW + timedelta(days=9) + PAUSE
    assert (payee.version, Payee.objects.count()) == (2, 2)


@pytest.mark.django_db
def test_the_same_details_in_another_spelling_change_nothing() -> None:
    first = set_payee(meis_shop(), **GOOD, now=NOW)

    same = set_payee(
        meis_shop(),
        rail="bank",
        holder_name=" 李小美 ",
        account_number="6222 0202-0011 2243 445",
        bank_code=" ",
        now=NOW + timedelta(days=9),
    )

    assert same.usable_from == first.usable_from
    assert len(events_of([f"payee:{first.id}"])) == 1


@pytest.mark.django_db
def test_a_change_is_recorded_without_the_account_number() -> None:
    payee = set_payee(meis_shop(), **GOOD, now=NOW)

    (event,) = events_of([f"payee:{payee.id}"])

    assert event.kind == "payee.changed"
    assert event.facts["account"] == "3445"
    assert ACCOUNT not in str(event.facts)
    assert "李小美" not in str(event.facts)


@pytest.mark.django_db
def test_the_owner_is_notified_of_a_change(settings: object) -> None:
    payee = set_payee(meis_shop(), **GOOD, now=NOW)
    job = ProcrastinateJob.objects.get()
    assert job.task_name == "joey.payouts.notify_payee_changed"
    person = mei()
    person.language, person.phone = "en", "+8613800138000"
    person.save()

    with running_outbox() as outbox:
        settings.NOTICE_URL = outbox.url  # type: ignore[attr-defined]
        notify_payee_changed(**job.args)

    assert [message["to"] for message in outbox.messages] == ["mei@example.com", "+8613800138000"]
    assert all("•••• 3445" in message["text"] for message in outbox.messages)
    assert job.args["payee_id"] == str(payee.id)


@pytest.mark.django_db
@pytest.mark.parametrize("hours_ago", [1, 100])  # delivered at once, or late
def test_the_first_details_were_saved_and_later_ones_changed(settings: object, hours_ago: int) -> None:
    at = clock.now() - timedelta(hours=hours_ago)
    for account in (ACCOUNT, "4111111111111111"):
        set_payee(meis_shop(), **(GOOD | {"account_number": account}), now=at)
    person = mei()
    person.language = "en"
    person.save()

    with running_outbox() as outbox:
        settings.NOTICE_URL = outbox.url  # type: ignore[attr-defined]
        for job in ProcrastinateJob.objects.order_by("id"):
            notify_payee_changed(**job.args)

    first, second = outbox.messages
    assert (first["kind"], second["kind"]) == ("first_payout_details", "payout_details")
    assert "were saved; they end in •••• 3445" in first["text"]
    assert "were changed; they now end in •••• 1111" in second["text"]
    assert ["72 hours" in each["text"] for each in (first, second)] == [hours_ago < 72] * 2


@pytest.mark.django_db
def test_a_promise_keeps_the_details_it_was_made_to() -> None:
    shop = ready_shop()
    payout = requested(shop)

    set_payee(shop, **(GOOD | {"account_number": "4111111111111111"}), now=NOW)

    payout.refresh_from_db()
    assert details_of(payout) == PayeeDetails("李小美", ACCOUNT, "102100099996")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("6222 0202 0011 2243 445", "6222020200112243445"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("de89370400440532013000", "DE89370400440532013000"),
        ("GB29NWBK60161331926819", "GB29NWBK60161331926819"),
        ("NO93 8601 1117 947", "NO9386011117947"),
        ("MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"),
        ("BE68 5390 0754 7034", "BE68539007547034"),
        ("4111 1111 1111 1111", "4111111111111111"),
        ("4000 0212 0902 0123 456", "4000021209020123456"),  # an account, no card: 19 digits with a 4
        ("0200 0033 0900 4617 890", "0200003309004617890"),
        ("FTN 1234 5678", "FTN12345678"),
        ("１２３４５６", "123456"),
    ],
)
def test_account_numbers_are_read_as_people_type_them(typed: str, number: str) -> None:
    assert read_account_number(typed) == number


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "12345",
        "1" * 35,
        "ABCDEFGH",
        "=1+1234567",
        "123456\n",
        "12345六",
        "123456;--",
        "6222,0202,0011",
        "<b>123456</b>",
    ],
)
def test_what_is_no_account_number_is_refused_by_name(hostile: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_account_number(hostile)

    assert refused.value.field == "account_number"


@pytest.mark.parametrize(
    "mistyped",
    [
        "DE65 3704 0044 0532 0130 0012",  # check digits right, two characters too many
        "DE86 3704 0044 0532 0130",  # check digits right, two characters too few
        "DE8937040044053201300",
        "DE12",
        "GB33 BUKB 2020 1555 5555 55 55",
        "XX00 1234 5678 9012 34",  # no such country
        "US64 SVBK US6S 3300 9588 79",  # right by its check digits, but the country has no IBANs
        "NO93 8601 1117 948",
        "ES91 2100 0418 4502 0005 1333",
        "0000 0000 0000 0000",
        "6222 0212 3456 7890 129",  # UnionPay, case P14
        "6222 0212 3456 7890",
        "4111 1111 1111 1112",  # Visa
        "5555 5555 5555 4443",  # Mastercard
        "2223 0031 2200 3221",
    ],
)
def test_an_iban_or_card_that_no_bank_can_have_given_out_is_refused(mistyped: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_account_number(mistyped)

    assert refused.value.field == "account_number"


@pytest.mark.parametrize(
    ("number", "code", "bank"),
    [
        (ACCOUNT, "", "ICBC"),
        ("6228480402564890018", "", "Agricultural Bank of China"),
        ("6216600000000000000", "", "Bank of China"),
        ("6214830000000000", "", "China Merchants Bank"),
        ("6200000000000000", "", ""),  # a range that is not known
        ("12345678", "105100000017", "China Construction Bank"),
        ("12345678", "DEUTDEFF", ""),
        ("4111111111111111", "", ""),
    ],
)
def test_the_bank_of_a_card_or_a_code_is_named(number: str, code: str, bank: str) -> None:
    """Case P14."""
    assert str(PayeeDetails("李小美", number, code).bank) == bank


def test_a_mistyped_card_names_its_bank() -> None:
    with pytest.raises(Invalid, match="card number of ICBC has a typing error"):
        read_account_number("6222 0212 3456 7890 129")


def test_every_country_in_the_registry_has_its_own_length() -> None:
    right = ["AT611904300234573201", "FR1420041010050500013M02606", "NL91ABNA0417164300", "CH9300762011623852957"]
    for number in right:
        assert read_account_number(number) == number
        country, bban = number[:2], number[4:]
        for other in (bban[:-1], bban + "0"):
            with pytest.raises(Invalid):
                read_account_number(f"{country}{mod_97_10.calc_check_digits(other + country)}{other}")


@given(st.integers(4, 21), st.sampled_from("0123456789"))
def test_one_wrong_digit_in_an_iban_is_noticed(place: int, digit: str) -> None:
    iban = "DE89370400440532013000"
    if iban[place] == digit:
        return

    with pytest.raises(Invalid):
        read_account_number(iban[:place] + digit + iban[place + 1 :])


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "6222 0202",
        "…!",
        "x" * 71,
        "Mei\0",
        "Mei\u202eil",
        "\u200b",
        "Mei\ud800",
        "<b>Mei</b>",
        "&lt;b&gt;Mei",
        "李 雷 13800138000",
        "Mei 6222 0202",
        "mei@example.com",
        "http://x.cn/李",
    ],
)
def test_a_name_no_bank_would_print_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_holder_name(name)

    assert refused.value.field == "holder_name"


@pytest.mark.parametrize("name", ["北京3D科技有限公司", "7-Eleven (China) Ltd.", "上海（集团）1998 号", "O'Neil-李"])
def test_a_name_may_have_digits_and_signs(name: str) -> None:
    assert read_holder_name(name)


@pytest.mark.django_db
def test_an_iban_and_a_bic_are_of_one_country() -> None:
    iban = "GB33 BUKB 2020 1555 5555 55"
    with pytest.raises(Invalid, match="bank in DE") as refused:
        set_payee(meis_shop(), **GOOD | {"account_number": iban, "bank_code": "COBADEFF"}, now=NOW)
    assert refused.value.field == "bank_code"

    for right in ("BUKBGB22", "BUKBJE22", ""):
        assert set_payee(meis_shop(), **GOOD | {"account_number": iban, "bank_code": right}, now=NOW)


def test_a_name_is_read_on_one_line_as_every_other_text() -> None:
    assert read_holder_name(" 李\u3000小美\n") == "李 小美"


@pytest.mark.parametrize(
    "code",
    [
        "1",
        "DEUTDEF",
        "DEUTDEFFXXXX",
        "DEUTZZFF",
        "D3UTDEFF",
        "10210009999",
        "102100099997",
        "=cmd|' /C calc'!A0",
        "DEUT DE\0FF",
    ],
)
def test_what_is_neither_bic_nor_cnaps_is_refused(code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_bank_code(code)

    assert refused.value.field == "bank_code"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", ""), ("deutdeff", "DEUTDEFF"), ("DEUTDEFF500", "DEUTDEFF500"), ("1021 0009 9996", "102100099996")],
)
def test_a_banks_code_is_optional(typed: str, code: str) -> None:
    assert read_bank_code(typed) == code


@pytest.mark.parametrize(
    "head_office",
    [
        "102100099996", "103100000026", "104100000004", "105100000017", "301290000007", "302100011000", "303100000006",
        "305100000013", "306581000003", "307584007998", "308584000013", "309391000011", "310290000013", "403100000004",
    ],
)  # fmt: skip
def test_the_cnaps_codes_of_fourteen_banks_are_read(head_office: str) -> None:
    assert read_bank_code(head_office) == head_office


@pytest.mark.django_db
def test_only_the_bank_rail_is_open() -> None:
    with pytest.raises(Invalid) as refused:
        set_payee(meis_shop(), **(GOOD | {"rail": "wechat"}), now=NOW)

    assert refused.value.field == "rail"
    assert not Payee.objects.exists()
