"""Every sentence of Joey can be read in Chinese, and says the same."""

import re

from tests.site.words import chinese, sentences, untranslated

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


def test_the_collector_finds_sentences_in_python_and_on_pages() -> None:
    found = {sentence.text for sentence in sentences()}

    assert "Put in my shop" in found
    assert "This item is in your shop already." in found
