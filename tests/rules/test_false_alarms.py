"""Real product titles and shop searches: the rules stop few that are honest. The files lie beside the checkout."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from joey.rules.audit_listing import audit_text

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def lines(name: str) -> Iterator[str]:
    source = DATA / name
    if not source.exists():
        pytest.skip(f"{name} is not beside this checkout")
    with gzip.open(source, "rt", encoding="utf-8-sig") as opened:
        yield from opened


def stopped(texts: set[str]) -> list[tuple[str, str]]:
    return [(finding.matched, text) for text in sorted(texts) for finding in audit_text("title", text).findings[:1]]


def test_fewer_than_three_titles_in_a_thousand_are_stopped() -> None:
    titles = {str(json.loads(line)["name"]) for line in lines("zh_yanxuan_goods.jsonl.gz")}
    titles |= {str(json.loads(line)["title"]) for line in lines("zh_jd_phones_sku.jsonl.gz")}
    titles |= {row["title"] for row in csv.DictReader(lines("zh_tmall_beauty_2016_daily.csv.gz"))}

    found = stopped(titles)

    assert len(titles) > 2_000
    assert len(found) < 0.003 * len(titles), found


def test_fewer_than_two_searches_in_a_thousand_are_stopped() -> None:
    searches = {line.rstrip("\n").split("\t")[1] for line in lines("zh_ec_queries_train.tsv.gz") if "\t" in line}

    found = stopped(searches)

    assert len(searches) > 90_000
    assert 20 < len(found) < 0.002 * len(searches), found


def test_words_that_lists_call_absolute_are_stopped_unless_they_are_mere_degree() -> None:
    rows = list(csv.DictReader(lines("zh_adlaw_words_a.csv.gz")))
    words = {row["word"] for row in rows if row["group"] == "absolute"}

    passed = words - {text for _, text in stopped(words)}

    assert len(words) > 60
    assert passed == MERE_DEGREE


def test_words_that_lists_call_medical_are_stopped_unless_other_goods_may_say_them() -> None:
    rows = list(csv.DictReader(lines("zh_adlaw_words_a.csv.gz")))
    words = {row["word"].partition("(")[0] for row in rows if row["group"] == "efficacy"}

    passed = {word for word in words if not audit_text("note", word).findings}

    assert len(words) > 30
    assert passed == {
        "治愈",  # 治愈系: soothing to look at
        "生发", "增高", "排毒", "消炎", "杀菌", "修复受损",  # of hair, insoles, soap, cleaners
    }  # fmt: skip


# Left out on purpose: degree without a rank, facts that a seller can prove, and claims of other rules.
MERE_DEGREE = {
    "100%", "百分百", "百分之百", "绝对", "绝对安全", "绝对有效", "极致", "至尊", "一流", "领先", "永久", "永久有效",
    "万能", "全覆盖", "唯一", "独家", "首家", "首位", "无双", "领导者", "中国驰名商标", "零风险", "无任何风险",
    "万无一失", "一劳永逸", "轻松达到",
}  # fmt: skip
