"""The disclosure label: a shared recommendation with a link to buy begins by saying that it is an advert.

CN-A1: a personal recommendation with a purchase route carries a prominent 广告.
US-A1: a material connection is disclosed clearly, near the claim, hard to miss; a possible commission counts.
"""

import re

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid

_CHINESE = "广告"
_ENGLISH = "Ad - I may earn a commission"
_OPENING = r"[\s\[(【（「《〔#＃*]*"


class CaptionWithoutLabel(Invalid):
    """The caption does not begin with the disclosure label."""

    code = "caption_without_label"


def label(language: str) -> str:
    """The label for a language code such as zh-hans or en; every other language gets the English one."""
    return _CHINESE if language.lower().replace("_", "-").split("-")[0] == "zh" else _ENGLISH


def labelled(text: str, language: str) -> str:
    """`text` with the label in front, unless it begins with it already."""
    return text if _begins_with_label(text, language) else f"{label(language)} | {text}"


def check_caption(text: str, language: str) -> str:
    """Return `text` unchanged, or raise CaptionWithoutLabel.

    The label must open the caption and be a word of its own: "广告公司…" or a 广告 in the last line discloses nothing.
    """
    if not _begins_with_label(text, language):
        raise CaptionWithoutLabel(
            _("The caption must begin with its advert label (CN-A1, US-A1). Put it back in front."),
            field="caption",
            label=label(language),
        )
    return text


def _begins_with_label(text: str, language: str) -> bool:
    return re.match(rf"{_OPENING}{re.escape(label(language))}(?!\w)", text) is not None
