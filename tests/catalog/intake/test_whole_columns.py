"""Looking at a whole column at once says the same as looking at each value, whatever it holds."""

from hypothesis import given
from hypothesis import strategies as st

from joey.catalog.intake.clean_facts import are_clean
from joey.catalog.intake.files import values
from joey.kit.refusals import Invalid
from joey.kit.text import clean_line

LETTERS = st.text(alphabet="aB 0 1.9\u3000\u00a0\u00ad\u200b\u2502\n\t&;保|,-", max_size=8)
TEXTS = st.lists(st.one_of(LETTERS, st.text(max_size=6), st.just(""), st.just("12.90")), min_size=1, max_size=6)


@given(TEXTS)
def test_what_is_clean_together_is_clean_alone(texts: list[str]) -> None:
    if are_clean(texts, longest=7):
        assert [clean_line(text, 7) for text in texts] == texts


@given(TEXTS)
def test_amounts_that_are_plain_together_are_read_the_same_alone(texts: list[str]) -> None:
    if values.are_amounts(texts):
        minor = list(map(int, "\n".join(texts).replace(".", "").split("\n")))
        assert [values.price_of(text, "CNY", "") for text in texts] == [(each, "CNY") for each in minor]


@given(TEXTS)
def test_counts_that_are_whole_together_are_read_the_same_alone(texts: list[str]) -> None:
    if values.are_counts(texts):
        assert [values.count_of(text) for text in texts] == list(map(int, texts))


@given(st.lists(st.one_of(LETTERS.map(lambda text: "https://a.example/" + text), LETTERS), min_size=1, max_size=5))
def test_addresses_that_are_plain_together_stay_as_they_are_alone(texts: list[str]) -> None:
    if values.are_addresses(texts, ("https://a.example/",)):
        assert [values.address_of(text) for text in texts] == texts


@given(st.text(max_size=12))
def test_whatever_is_written_as_a_price_is_read_or_refused(text: str) -> None:
    try:
        minor, currency = values.price_of(text, "CNY", "")
    except Invalid:
        return
    assert minor >= 0
    assert len(currency) == 3


def test_an_empty_amount_or_one_with_two_lines_is_not_plain() -> None:
    assert values.are_amounts(["12.90", "1.00"])
    for odd in ([""], ["12.90", ""], ["", "12.90"], ["12.90\n1.00"], ["12.90", None], ["12.9"], ["12.90 "]):
        assert not values.are_amounts(odd)
