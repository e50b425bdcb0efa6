"""Stories 23 and 24: banned goods and absolute words are stopped however they are spelled, and little else is."""

import base64
import json
import time
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joey.rules.audit_listing import ListingFacts, audit_listing, audit_text
from tests.slow import but_every

SHARED = Path(__file__).resolve().parents[3] / "shared"


def test_the_finding_quotes_what_was_written_and_says_what_to_do() -> None:
    verdict = audit_text("caption", "超好吸！电.子\u200b.煙 一次性")

    (finding,) = verdict.findings
    assert finding.matched == "电.子\u200b.煙"
    assert (finding.rule_id, finding.field) == ("CN-G1", "caption")
    message = str(finding.message)
    assert finding.matched in message
    assert "CN-G1" in message


@pytest.mark.parametrize(
    "category",
    [
        "烟草", "电子烟/雾化器", "Food, Beverages & Tobacco > Tobacco Products > Cigars", "tobacco",
        "e-cigarettes",
        "Vaporizers & Electronic Cigarettes",
    ],
)  # fmt: skip
def test_an_item_of_a_tobacco_category_is_stopped_whatever_its_title(category: str) -> None:
    verdict = audit_listing(ListingFacts(titles=("一次性 清爽 薄荷",), category=category))

    assert not verdict.publish
    assert {(finding.rule_id, finding.field) for finding in verdict.findings} == {("CN-G1", "category")}


@pytest.mark.parametrize("category", ["Food, Beverages & Tobacco > Food Items", "油烟机", "水具酒具", "home"])
def test_a_category_that_only_mentions_tobacco_among_others_passes(category: str) -> None:
    assert audit_listing(ListingFacts(titles=("茶",), category=category)).publish


def test_every_field_that_a_buyer_reads_is_checked() -> None:
    facts = ListingFacts(titles=("茶", "Tea"), note="全网最低", shop_name="最佳小店", brand="万宝路")

    verdict = audit_listing(facts)

    found = [(finding.field, finding.rule_id) for finding in verdict.findings]
    assert found == [("note", "CN-A2"), ("shop_name", "CN-A2"), ("brand", "CN-G1")]


def test_a_registered_name_passes_where_it_is_written_whole_and_excuses_nothing_else() -> None:
    named = frozenset({"第一坊"})

    assert not audit_listing(ListingFacts(titles=("第一坊 酱油 500ml",))).publish
    assert audit_listing(ListingFacts(titles=("第一坊 酱油 500ml",), registered_names=named)).publish
    assert audit_listing(ListingFacts(titles=("第一坊酱油",), brand="第一坊")).publish
    assert audit_text("shop_name", "第一坊", registered_names=named).publish
    assert not audit_listing(ListingFacts(titles=("第一坊 销量第一",), registered_names=named)).publish
    assert not audit_listing(ListingFacts(titles=("第一坊",), registered_names=frozenset({"第"}))).publish
    assert not audit_listing(ListingFacts(titles=("悦刻 电子烟",), brand="悦刻 电子烟")).publish


def test_a_rank_with_year_and_source_is_a_fact_and_without_them_a_claim() -> None:
    assert audit_text("note", "2025 年天猫面膜类目销量第一（数据来源：某某咨询 2026-01）").publish
    assert not audit_text("note", "2025 年天猫面膜类目销量第一").publish
    assert not audit_text("note", "销量第一（数据来源：某某咨询）").publish
    assert not audit_text("note", "2025 年最佳面膜（数据来源：某某咨询）").publish


def test_comparison_within_the_own_range_passes_and_with_the_world_does_not() -> None:
    assert audit_text("note", "本店最低价").publish
    assert audit_text("note", "我家最畅销的一款").publish
    assert not audit_text("note", "全国最低价").publish


def test_absolute_words_are_a_rule_of_china_and_tobacco_is_refused_everywhere() -> None:
    assert audit_listing(ListingFacts(titles=("The best tea",), country="DE")).publish
    assert not audit_listing(ListingFacts(titles=("Cuban cigars",), country="DE")).publish


@given(
    word=st.sampled_from(["电子烟", "全网最低价", "独一无二", "国家级", "加热不燃烧", "vape", "best", "cigar"]),
    gaps=st.lists(st.sampled_from([" ", ".", "-", "，", "\u200b", "*", "🔥", "】【", "\xad", "~ "]), min_size=8),
    around=st.sampled_from([("", ""), ("好物 ", " 推荐"), ("【", "】"), ("3", "！")]),
)  # fmt: skip
def test_separators_between_all_letters_hide_nothing(word: str, gaps: list[str], around: tuple[str, str]) -> None:
    if word.isascii():  # an invisible character among blanks reads as two words: va pe
        gaps = [gap for gap in gaps if gap not in "\u200b\xad"] or ["."]
    spelled = word[0] + "".join(gap + letter for gap, letter in zip(cycle(gaps), word[1:], strict=False))

    verdict = audit_text("title", around[0] + spelled + around[1])

    assert not verdict.publish


@given(
    word=st.sampled_from(["电子烟", "全网最低", "香烟", "雪茄", "最佳", "顶级", "烟草"]),
    gaps=st.lists(st.sampled_from(["", "", " ", ".", "-", "\u200b", "*", "🔥", "_", "/", "·"]), min_size=6),
    before=st.sampled_from(["", "正品", "好物 "]),
    after=st.sampled_from(["", "，推荐", " 包邮"]),
)
def test_signs_put_here_and_there_hide_nothing(word: str, gaps: list[str], before: str, after: str) -> None:
    spelled = word[0] + "".join(gap + letter for gap, letter in zip(gaps, word[1:], strict=False))

    assert not audit_text("title", before + spelled + after).publish


@given(st.text(max_size=300) | st.text(alphabet="最佳第一烟草电子 .,-vapebest\ud800\u200b100%#@$", max_size=300))
def test_any_string_gets_a_verdict_and_every_quote_is_a_part_of_it(text: str) -> None:
    verdict = audit_listing(ListingFacts(titles=(text,), note=text, shop_name=text, category=text, brand=text))

    assert verdict.publish == (verdict.findings == ())
    assert all(finding.matched == text[finding.start : finding.end] for finding in verdict.findings)


@pytest.mark.parametrize(
    "bait",
    but_every(
        4,
        [
            "最", "v a ", "最佳赏味期", "电子烟", "a", "第一次", "电 子 ", "\ud800", "100%", "最,", "驱蚊",
            "加微信", "旗舰店", "a.", "诊断",
        ],
    ),
)  # fmt: skip
def test_a_long_bait_is_judged_in_linear_time(bait: str) -> None:
    short, long = (bait * (size // len(bait)) for size in (25_000, 250_000))

    started = time.process_time()
    audit_text("note", short)
    between = time.process_time()
    audit_text("note", long)
    ended = time.process_time()

    assert ended - between < 40 * (between - started) + 0.5


def test_naughty_strings_are_judged_without_an_error() -> None:
    source = SHARED / "vectors" / "blns.base64.json"
    if not source.exists():
        pytest.skip("the naughty strings are not beside this checkout")

    strings = [base64.b64decode(text).decode(errors="surrogateescape") for text in json.loads(source.read_text())]

    assert len(strings) > 400
    for text in strings:
        verdict = audit_listing(ListingFacts(titles=(text,), note=text, shop_name=text, category=text, brand=text))
        assert verdict.pack_version
