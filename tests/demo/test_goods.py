"""The demo's goods are what people see first: enough of them, truly different, and honest in both languages."""

import re
from collections import Counter

import pytest

from joey.demo import catalogue, read_goods

CHINESE = re.compile(r"[\u3400-\u9fff]")
ABSOLUTE_ZH = (
    "最|第一|唯一|首选|首家|首位|独家|独一无二|顶级|顶尖|极致|至尊|一流|领先|领导品牌|国家级|世界级|万能|绝对|永久|"
    "百分百|百分之百|100%|零风险|全网|史上|无双|绝佳|完美|革命性|颠覆|王牌|冠军"
)
ABSOLUTE_EN = (
    r"\b(best|no\.? ?1|number one|#1|most|ultimate|perfect|top-rated|finest|guaranteed|100%|miracle|unrivalled)\b"
)
MEDICAL_ZH = (
    "治|疗效|疗程|药|抗癌|杀菌|消炎|排毒|抗菌|抑菌|降血|减肥|瘦身|"
    "美白|祛斑|祛痘|生发|丰胸|壮阳|增高|免疫|失眠|止痛|防癌"
)
MEDICAL_EN = r"\b(cures?|heals?|therapeutic|medicine|antibacterial|detox|slimming|whitening|immunity|insomnia)\b"

COLOURS_ZH = "红|橙|黄|绿|青|蓝|紫|黑|白|灰|粉|棕|米色|卡其|咖色|裸色|藏|彩色|纯色|素色|本色|色"
UNITS_ZH = (
    "毫升|千克|公斤|厘米|毫米|升|克|斤|两|只|个|件|条|双|片|"
    "包|袋|盒|瓶|支|套|对|色|码|寸|米|枚|罐|本|卷|张|组|装|大|中|小|号|款|加"
)
COUNTS_ZH = "零|一|二|三|四|五|六|七|八|九|十|百|半"
COLOURS_EN = (
    "red|orange|yellow|green|blue|purple|black|white|grey|gray|pink|brown|beige|navy|khaki|cream|silver|gold|"
    "brick|nude|clear|indigo|tan"
)
UNITS_EN = (
    "ml|l|oz|fl|g|kg|lb|cm|mm|in|inch|inches|m|ft|pack|packs|piece|pieces|pcs|set|sets|pair|count|small|medium|"
    "large|mini|big|extra|xs|s|xl|xxl|size|of"
)
COUNTS_EN = "one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|forty|dozen|double|single"


def _bare(title: str, brand: str, language: str) -> str:
    """What is left of a title when brand, numbers, units, sizes and colours are taken away."""
    rest = title.replace(brand, "").lower()
    rest = re.sub(r"\d+(\.\d+)?", "", rest)
    if language == "zh":
        return re.sub(rf"{COLOURS_ZH}|{UNITS_ZH}|{COUNTS_ZH}|[\s\W]", "", rest)
    words = re.findall(r"[a-z]+", rest)
    return " ".join(word for word in words if not re.fullmatch(f"{COLOURS_EN}|{UNITS_EN}|{COUNTS_EN}", word))


def test_there_are_at_least_250_goods_in_twelve_categories() -> None:
    per_category = Counter(good.category for good in catalogue.goods())

    assert len(catalogue.goods()) >= 250
    assert set(per_category) == set(catalogue.categories())
    assert len(per_category) == 12
    assert min(per_category.values()) >= 20
    assert all(names["zh"] and names["en"] for names in catalogue.categories().values())


def test_slugs_are_unique_and_fit_into_an_address() -> None:
    slugs = [good.slug for good in catalogue.goods()]

    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_two_titles_differ_only_by_brand_number_unit_size_or_colour(language: str) -> None:
    bare = Counter(_bare(good.title[language], good.brand[language], language) for good in catalogue.goods())

    assert [title for title, count in bare.items() if count > 1] == []
    assert all(bare)


def test_titles_that_differ_by_number_size_or_colour_are_recognised_as_the_same() -> None:
    assert _bare("半窑 红色马克杯 350毫升", "半窑", "zh") == _bare("半窑 蓝色马克杯 500毫升 两只装", "半窑", "zh")
    assert _bare("Halfkiln Red Mug, 12 oz", "Halfkiln", "en") == _bare(
        "Halfkiln Mug in Blue, Set of 2", "Halfkiln", "en"
    )
    assert _bare("半窑 马克杯", "半窑", "zh") != _bare("半窑 饭碗", "半窑", "zh")


def test_every_text_is_there_in_its_own_language() -> None:
    for good in catalogue.goods():
        assert set(good.brand) == set(good.title) == set(good.about) == {"zh", "en"}, good.slug
        for text in (good.brand["zh"], good.title["zh"], good.about["zh"]):
            assert CHINESE.search(text), good.slug
        for text in (good.brand["en"], good.title["en"], good.about["en"]):
            assert not CHINESE.search(text), good.slug
            assert not re.search("[，。！？《》、]", text), good.slug


def test_titles_name_the_brand_and_have_the_length_that_marketplaces_print() -> None:
    for good in catalogue.goods():
        assert good.brand["zh"] in good.title["zh"], good.slug
        assert good.brand["en"] in good.title["en"], good.slug
        assert 10 <= len(good.title["zh"]) <= 60, good.slug
        assert 15 <= len(good.title["en"]) <= 120, good.slug


def test_one_brand_has_one_name_in_each_language() -> None:
    pairs = {(good.brand["zh"], good.brand["en"]) for good in catalogue.goods()}

    assert len({zh for zh, _ in pairs}) == len(pairs)
    assert len({en for _, en in pairs}) == len(pairs)


def test_no_text_uses_absolute_words_or_claims_to_heal() -> None:
    for good in catalogue.goods():
        zh = f"{good.title['zh']} {good.about['zh']}"
        en = f"{good.title['en']} {good.about['en']}"
        assert not re.search(ABSOLUTE_ZH, zh), (good.slug, re.findall(ABSOLUTE_ZH, zh))
        assert not re.search(ABSOLUTE_EN, en, re.IGNORECASE), (good.slug, re.findall(ABSOLUTE_EN, en, re.IGNORECASE))
        assert not re.search(MEDICAL_ZH, zh.replace("不作医疗用途", "")), (good.slug, re.findall(MEDICAL_ZH, zh))
        assert not re.search(MEDICAL_EN, en, re.IGNORECASE), (good.slug, re.findall(MEDICAL_EN, en, re.IGNORECASE))
        assert "!" not in en, good.slug
        assert "！" not in zh, good.slug


def test_a_line_out_of_shape_is_refused_with_its_file_and_line(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("goods")
    (folder / "01-broken.txt").write_text(
        "category broken | 坏 | Broken\n\nmug | mug sky | 4900\n  zh 甲 | 杯 | 好\n  en A | Cup | Good\n", "utf-8"
    )
    monkeypatch.setattr(read_goods, "FOLDER", folder)

    with pytest.raises(ValueError, match=r"01-broken\.txt line 3"):
        read_goods.read_all.__wrapped__()
