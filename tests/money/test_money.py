"""Amounts are whole minor units of one currency, read strictly and split without losing any."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from joey.kit.refusals import Invalid
from joey.money.money import BIGINT_MAX, EXPONENTS, Money, parse_amount, read_amount
from joey.money.split import split


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("19.90", "CNY", 1990),
        ("19.9", "CNY", 1990),
        ("19", "CNY", 1900),
        ("0", "CNY", 0),
        ("-0.01", "CNY", -1),
        ("1990", "JPY", 1990),
        ("1.234", "KWD", 1234),
        ("19.900", "CNY", 1990),
    ],
)
def test_a_plain_decimal_is_read(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    [
        "19,90",
        "1,990.00",
        "1e3",
        "NaN",
        "Infinity",
        "",
        " 19.90",
        "19.90 ",
        "+1",
        "0x10",
        "19.905",
        "１９",
        "¥19",
        "--1",
        ".",
    ],
)
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_amount(text, "CNY", field="price")

    assert refused.value.field == "price"


@pytest.mark.parametrize(
    ("text", "currency", "example"),
    [("1.5", "JPY", "like 1990."), ("1.234", "CNY", "like 19.90."), ("1.2345", "KWD", "like 19.900.")],
)
def test_what_can_be_written_is_said_by_an_example_in_the_currency(text: str, currency: str, example: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_amount(text, currency)

    said = str(refused.value)
    assert said.endswith(example)
    assert parse_amount(said.rpartition("like ")[2].removesuffix("."), currency)


def test_an_amount_no_account_could_hold_is_refused() -> None:
    with pytest.raises(Invalid):
        parse_amount("9" * 16 + "99", "KWD")
    with pytest.raises(Invalid):
        Money(BIGINT_MAX + 1, "CNY")


def test_a_float_is_no_amount() -> None:
    with pytest.raises(TypeError):
        Money(19.9, "CNY")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Money(True, "CNY")


def test_currencies_never_mix() -> None:
    with pytest.raises(TypeError):
        Money(1, "CNY") + Money(1, "USD")
    with pytest.raises(Invalid):
        Money(1, "XXX")


@pytest.mark.parametrize(
    ("money", "text", "decimal"),
    [
        (Money(1990, "CNY"), "CN¥19.90", "19.90"),
        (Money(-5, "CNY"), "−CN¥0.05", "-0.05"),
        (Money(123456789, "USD"), "$1,234,567.89", "1234567.89"),
        (Money(1234, "JPY"), "JP¥1,234", "1234"),
        (Money(1, "KWD"), "KWD 0.001", "0.001"),
    ],
)
def test_people_and_protocols_read_it_their_way(money: Money, text: str, decimal: str) -> None:
    """Case P19: in English ¥ could be yen, whatever language the page is in on which an English text is made."""
    assert (money.text, money.decimal_text) == (text, decimal)
    with translation.override("zh-hans"):
        assert (money.text, money.text_in("en")) == (text.replace("CN¥", "¥"), text)
    assert money.text_in("zh-hans") == text.replace("CN¥", "¥")


@given(st.integers(-BIGINT_MAX, BIGINT_MAX).filter(lambda n: abs(n) < 10**15), st.sampled_from(sorted(EXPONENTS)))
def test_what_is_written_is_read_back(minor: int, currency: str) -> None:
    assert parse_amount(Money(minor, currency).decimal_text, currency) == Money(minor, currency)


@given(
    st.integers(0, BIGINT_MAX) | st.sampled_from([0, 1, 2**53 + 1, 2**63 - 1]),
    st.lists(st.integers(0, 250_000), max_size=4),
)
def test_parts_and_remainder_are_the_whole(amount: int, shares: list[int]) -> None:
    parts, rest = split(amount, shares)

    assert sum(parts) + rest == amount
    assert all(0 <= part * 1_000_000 <= amount * share for part, share in zip(parts, shares, strict=True))


def test_a_split_never_gives_more_than_the_whole() -> None:
    with pytest.raises(ValueError, match="parts per million"):
        split(100, [600_000, 500_000])
    with pytest.raises(ValueError, match="reversal"):
        split(-1, [500_000])


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        *[(typed, "CNY", 1000) for typed in ("10", "１０", "¥10", "￥10", "10元", "10 块", " 10.00 ", "10rmb")],
        *[(typed, "CNY", 100_000) for typed in ("1,000.00", "1，000.0", "１，０００．００元", "1 000", "1'000")],
        ("123,456,789.01", "CNY", 12_345_678_901),
        ("$10", "USD", 1000), ("US$1,000", "USD", 100_000), ("10€", "EUR", 1000), ("HK$10", "HKD", 1000),
        ("¥1,000", "JPY", 1000), ("1,000円", "JPY", 1000),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_people_type_it(typed: str, currency: str, minor: int) -> None:
    """Case P14."""
    assert read_amount(typed, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "typed", ["10,00", "1,00.00", "1,0000", "$10", "¥", "10元角", "1.5.5", "1.000,00", "٣", "1e3", ""]
)
def test_what_two_people_would_read_in_two_ways_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        read_amount(typed, "CNY")
