"""Text from outside: kept as evidence, cleaned, or refused with a reason; always the same characters."""

import pytest

from joey.kit.refusals import Invalid
from joey.kit.text import (
    clean_line,
    is_clean,
    is_storable,
    loggable_path,
    printable,
    read_line,
    storable,
    storable_json,
    without_invisible,
)

HIDDEN = {
    "NUL": "\x00", "bell": "\x07", "delete": "\x7f", "soft hyphen": "\xad", "grapheme joiner": "\u034f",
    "Arabic mark": "\u061c", "Hangul filler": "\u3164", "half-width filler": "\uffa0", "zero-width space": "\u200b",
    "zero-width non-joiner": "\u200c", "zero-width joiner": "\u200d", "left-to-right mark": "\u200e",
    "right-to-left override": "\u202e", "isolate": "\u2066", "word joiner": "\u2060", "Braille blank": "\u2800",
    "byte order mark": "\ufeff", "language tag": "\U000e0041", "lone surrogate": "\ud83d",
}  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_what_cannot_be_seen_is_taken_out_of_files_and_refused_from_people(name: str) -> None:
    text = f"保{HIDDEN[name]}温杯"

    assert not is_clean(text)
    assert without_invisible(text) == "保温杯"
    assert clean_line(text, 100) == ("保 温杯" if HIDDEN[name] in "\x00\x07\x7f\ud83d" else "保温杯")
    with pytest.raises(Invalid) as refused:
        read_line(text, field="name", at_most=40)
    assert refused.value.field == "name"


def test_a_joiner_does_not_hide_between_others_that_cannot_be_seen() -> None:
    assert without_invisible("保\u200b\u200d\u200b温杯") == "保温杯"
    assert clean_line("保\u2060\u200d\u2060温杯", 100) == "保温杯"


@pytest.mark.parametrize("name", HIDDEN)
def test_what_cannot_be_seen_shows_as_a_question_mark_beside_our_own_text(name: str) -> None:
    assert printable(f"A{HIDDEN[name]}B", at_most=9) == "A?B"


def test_shown_text_keeps_its_length_up_to_the_most_and_blanks_for_white_space() -> None:
    assert printable("好\u3000的\n是\xa0", at_most=9) == "好 的 是 "
    assert printable(["x" * 9], at_most=4) == "['xx"


@pytest.mark.parametrize("selector", ["\ufe00", "\U000e0100"])
def test_selectors_that_can_carry_a_hidden_message_are_refused_from_people(selector: str) -> None:
    with pytest.raises(Invalid):
        read_line(f"好物{selector}", field="name", at_most=40)


@pytest.mark.parametrize("text", ["👩‍🚀 小店", "❤️ 好物", "👨‍👩‍👧", "👩🏽‍🚀", "🫨🪿 新的", "Ümläut Café", "ラーメン"])
def test_pictures_and_accents_stay_whole(text: str) -> None:
    assert clean_line(text, 100) == text
    assert read_line(text, field="name", at_most=40) == text


def test_white_space_of_any_kind_becomes_one_blank() -> None:
    assert clean_line("  a\t\n b\u3000c\u00a0d\u2028e ", 100) == "a b c d e"
    assert read_line(" a\r\n b ", field="name", at_most=40) == "a b"


def test_a_text_is_cut_without_a_blank_at_its_end() -> None:
    assert clean_line("abc def", 4) == "abc"


@pytest.mark.parametrize("text", [7, None, "", "\u3000", "a" * 41, "a\ue000"])
def test_what_people_cannot_mean_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_line(text, field="name", at_most=40, needed=True)


def test_evidence_is_kept_as_it_came_but_for_what_cannot_be_stored() -> None:
    assert storable("a\x00b\u200b") == "ab\u200b"
    assert storable("杯\ud83d") == "杯\ufffd"
    assert is_storable("杯\u200b")
    assert storable_json({"a\x00": ["\ud83d", 1, None]}) == {"a": ["\ufffd", 1, None]}
    assert storable_json([1.5, True, float("nan"), float("inf"), {1}]) == [1.5, True, "nan", "inf", "{1}"]


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/studio/mei/orders", "/studio/mei/orders"),
        ("/l/mei2345 给张三 13800000000", "/l/…"),
        ("/go/019ac0de-0000-7000-8000-000000000001", "/go/…"),
        ("/s/mei，张三收 13800000000", "/s/mei…"),
    ],
)
def test_a_log_has_of_a_path_what_an_address_of_ours_consists_of(path: str, logged: str) -> None:
    """Story 45: a link that was pasted with the message around it."""
    assert loggable_path(path) == logged
