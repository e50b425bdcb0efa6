"""A folded text holds the letters that a reader sees, and knows where each was written."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joey.rules.fold import fold


@pytest.mark.parametrize(
    ("written", "letters"),
    [
        ("ＶＡＰＥ", "vape"), ("v\u200ba\xadp e", "vap e"), ("電.子 煙", "电-子 烟"), ("World’s", "worlds"),
        ("№1", "no1"),
        ("100% #1", "100% #1"), ("a % b # c", "a b c"), ("v@pe", "vape"), ("me@ home", "me home"),
        ("最，佳", "最,佳"),
        ("a. , b", "a,b"), ("𝐛𝐞𝐬𝐭 ⓑⓔⓢⓣ", "best best"), ("ＢЕЅТ", "best"), ("第①", "第1"), ("\ud800x", "x"),
        ("...", ""),
        ("\u3164a\u2800b", "a b"), ("🇻🇦🇵🇪", "vape"),
    ],
)  # fmt: skip
def test_what_a_reader_sees_is_what_is_folded(written: str, letters: str) -> None:
    assert fold(written).letters == letters


@given(st.text())
def test_every_letter_knows_its_place_in_order(text: str) -> None:
    folded = fold(text)

    assert len(folded.letters) == len(folded.starts) == len(folded.ends)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))


@given(st.text())
def test_no_two_gaps_come_together_and_none_at_an_end(text: str) -> None:
    letters = fold(text).letters

    assert letters == letters.strip("- ,")
    assert not any(first in "- ," and second in "- ," for first, second in pairwise(letters))
