"""Story 26, the caption: the disclosure label comes first, where it is not missed."""

import pytest

from joey.kit.refusals import Invalid
from joey.rules.caption import CaptionWithoutLabel, check_caption, label, labelled


def test_the_label_speaks_the_language_of_the_caption() -> None:
    assert label("zh-hans") == label("zh-CN") == label("zh") == label("ZH_TW") == "广告"
    assert label("en") == label("en-GB") == label("fr") == "Ad - I may earn a commission"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("广告 | 好茶一杯", "zh-hans"), ("【广告】好茶", "zh-hans"), ("#广告 好茶", "zh"), ("\n广告", "zh"),
        ("Ad - I may earn a commission | Good tea", "en"), ("[Ad - I may earn a commission] Good tea", "en"),
    ],
)  # fmt: skip
def test_a_caption_that_opens_with_its_label_is_returned_unchanged(text: str, language: str) -> None:
    assert check_caption(text, language) == text
    assert labelled(text, language) == text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "zh"), ("好茶一杯", "zh"), ("好茶一杯\n\n广告", "zh"), ("广告公司推荐的茶", "zh"),
        ("这不是广告", "zh"), ("广\u200b告 茶", "zh"),
        ("Good tea. Ad - I may earn a commission", "en"), ("Ad", "en"), ("广告 Good tea", "en"),
        ("Ad - I may earn a commission", "zh"), ("Ad - I may earn a commissioned tea", "en"),
    ],
)  # fmt: skip
def test_a_caption_without_a_label_in_front_is_refused(text: str, language: str) -> None:
    with pytest.raises(CaptionWithoutLabel) as refused:
        check_caption(text, language)

    assert isinstance(refused.value, Invalid)
    assert refused.value.field == "caption"
    assert refused.value.facts["label"] == label(language)
    assert check_caption(labelled(text, language), language).endswith(text)
