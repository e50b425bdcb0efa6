"""Every sentence of Joey can be read in Chinese, and says the same."""

import re

from tests.site.words import JOEY, chinese, sentences, untranslated

PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


def test_every_sentence_has_a_chinese_translation() -> None:
    missing = [f"{sentence.place}: {sentence.text}" for sentence in untranslated()]

    assert not missing, "`python -m tests.site.words` prints these, ready to be translated:\n" + "\n".join(missing)


def test_translations_keep_the_places_that_are_filled_in() -> None:
    wrong = []
    for message in chinese():
        source = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
        strings = message.string if isinstance(message.string, (tuple, list)) else [message.string or ""]
        if source and any(sorted(PLACES.findall(source)) != sorted(PLACES.findall(each)) for each in strings):
            wrong.append(source)

    assert not wrong


def test_the_catalogue_holds_nothing_unused() -> None:
    said = {sentence.text for sentence in sentences()}

    kept = [message.id[0] if isinstance(message.id, (tuple, list)) else message.id for message in chinese()]
    assert [source for source in kept if source and source not in said] == []


def test_platform_is_one_word_for_one_thing_in_chinese() -> None:
    """Case P10: 平台 is a marketplace; this site and its fee are Joey, or 本站."""
    assert [each.id for each in chinese() if "Joey 平台" in str(each.string) or "本平台" in str(each.string)] == []


def test_the_collector_finds_sentences_in_python_and_on_pages() -> None:
    found = {sentence.text for sentence in sentences()}

    assert "Put in my shop" in found
    assert "This item is in your shop already." in found


def test_no_sentence_is_translated_by_a_name_that_the_collector_does_not_know() -> None:
    """`gettext as _now` hid a dozen sentences of the office and the API from the tests above."""
    renamed = re.compile(r"import n?gettext(?:_lazy|_noop)? as (?!_$)\w+", re.MULTILINE)

    assert [path for path in JOEY.rglob("*.py") if renamed.search(path.read_text("utf-8"))] == []
