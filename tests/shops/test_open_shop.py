"""Opening a shop: one screen, no fee, no inviter, and an address that cannot be mistaken."""

from collections.abc import Callable

import pytest
from django.db import models
from pytest_django import Settings

from joey.kit.refusals import Conflict, Invalid
from joey.record.erasable import TextRef, text_of
from joey.record.models import ErasableText
from joey.record.queries import events_of
from joey.shops.add_listing import shelf_named
from joey.shops.arrange import add_shelf, set_note
from joey.shops.ask_rules import WordsRefused
from joey.shops.models import Listing, Shelf, Shop
from joey.shops.open_shop import SlugReserved, SlugTaken, describe_shop, describe_shop_and_keeper, open_shop
from tests.cast import NOW, flask, listed, lulu, mei, meis_shop

pytestmark = pytest.mark.django_db


def test_a_shop_opens_at_its_address_and_the_record_says_so() -> None:
    shop = open_shop(mei(), slug="mei-home", name="  小美的\u3000好物铺 ", intro="挑自己用过的", now=NOW)

    kept = Shop.objects.get(slug="mei-home")
    assert (kept.name, kept.intro, kept.owner_id) == ("小美的 好物铺", "挑自己用过的", mei().id)
    (event,) = events_of([f"shop:{shop.id}"])
    assert event.kind == "shop.opened"
    name = ErasableText.objects.get(pk=TextRef.from_fact(event.facts["name"]).id)
    assert name.shop_id == shop.id, "erased with all that is the shop's"


@pytest.mark.parametrize(
    "slug",
    ["", "ab", "a" * 31, "Mei", "-mei", "mei-", "mei home", "mei/home", "小美", "mei.home", "xn--abc", "mei\n", "mêi"],
)
def test_an_address_that_cannot_be_in_a_link_is_refused_by_name(slug: str) -> None:
    with pytest.raises(Invalid) as refused:
        open_shop(mei(), slug=slug, name="Mei", now=NOW)

    assert refused.value.field == "slug"
    assert not Shop.objects.exists()


@pytest.mark.parametrize("slug", ["abc", "a" * 30, "1-2-3", "mei2026"])
def test_letters_digits_and_hyphens_make_an_address(slug: str) -> None:
    assert open_shop(mei(), slug=slug, name="Mei", now=NOW).slug == slug


def test_an_address_that_looks_official_is_reserved() -> None:
    """L9: also with words around it, glued to it, and with digits for letters."""
    for slug in (
        "taobao", "joey", "office", "12315", "wechat", "open", "taobao-official", "taobaoofficial", "ta0bao", "off1ce",
        "tmall-shop", "arnazon", "joey-support", "j0ey", "jd-mall", "official-tmall", "1688shop", "tao-kefu",
        "official-shop", "wechatpay", "the-taobao-store", "customer-service", "joey-admin",
    ):  # fmt: skip
        with pytest.raises(SlugReserved) as refused:
            open_shop(mei(), slug=slug, name="Mei", now=NOW)
        assert refused.value.field == "slug"
    assert not Shop.objects.exists()

    for slug in (
        "tao-shop", "duoduo-shop", "joey-wang", "jdk-books", "amazonia", "knee-support-socks", "joeys-kitchen",
        "the-tea-shop", "adminton-club", "visage",
    ):  # fmt: skip
        assert open_shop(mei(), slug=slug, name="Mei", now=NOW).slug == slug


def test_names_that_pass_for_a_marketplace_or_this_site_are_refused_everywhere_a_keeper_writes(
    settings: Settings,
) -> None:
    """Case P7: shop, keeper, shelf and note, by the names in the manifests and in the settings."""
    shop = meis_shop()
    listing = listed(shop, flask())
    settings.JOEY_NAMES = frozenset({"Koala"})
    tried: list[Callable[[], object]] = [
        lambda: describe_shop_and_keeper(shop, mei(), name="Mei", intro="", keeper="Koala 客服", now=NOW),
        lambda: describe_shop(shop, name="Tаobao Official", intro="", now=NOW),
        lambda: describe_shop(shop, name="Mei", intro="加微信 abc123", now=NOW),
        lambda: add_shelf(shop, name="稳赚不赔"),
        lambda: shelf_named(shop, "微信客服"),
        lambda: set_note(shop, listing.id, note="治疗痘痘三天见效", now=NOW),
    ]

    found = []
    for each in tried:
        with pytest.raises(WordsRefused) as refused:
            each()
        found.append((refused.value.field, refused.value.facts["rule_id"]))

    assert found == [
        ("keeper", "CN-A9"), ("name", "CN-A9"), ("intro", "JOEY-1"), ("shelf", "CN-A5"), ("shelf", "CN-A9"),
        ("note", "CN-A3"),
    ]  # fmt: skip
    assert (mei().name, Shop.objects.get(pk=shop.pk).name) == ("Mei", "小美的好物铺")


def test_a_taken_address_is_a_conflict_that_names_it() -> None:
    open_shop(mei(), slug="corner", name="Mei", now=NOW)

    with pytest.raises(SlugTaken) as refused:
        open_shop(lulu(), slug="corner", name="Lulu", now=NOW)

    assert isinstance(refused.value, Conflict)
    assert refused.value.field == "slug"
    assert Shop.objects.get().owner_id == mei().id


@pytest.mark.parametrize("field", ["name", "intro"])
def test_what_a_shop_says_of_itself_is_judged_by_the_country_it_is_in(settings: Settings, field: str) -> None:
    words = {"name": "Mei", field: "The best tea"}
    with pytest.raises(WordsRefused) as refused:
        open_shop(mei(), slug="tea", now=NOW, **words)
    assert refused.value.field == field

    settings.JOEY_COUNTRY = "DE"

    shop = open_shop(mei(), slug="tea", now=NOW, **words)
    assert describe_shop(shop, now=NOW, **{"intro": "", **words}).slug == "tea"


@pytest.mark.parametrize(
    ("name", "rule"), [("全网最低价小店", "CN-A2"), ("电 子 烟 专卖", "CN-G1"), ("The best vape corner", "CN-G1")]
)
def test_words_that_the_rules_forbid_cannot_be_a_name(name: str, rule: str) -> None:
    with pytest.raises(WordsRefused) as refused:
        open_shop(mei(), slug="corner", name=name, now=NOW)

    assert refused.value.field == "name"
    assert refused.value.facts["rule_id"] == rule
    assert not Shop.objects.exists()


@pytest.mark.parametrize(
    ("name", "intro", "field"),
    [
        ("", "", "name"),
        ("   ", "", "name"),
        ("a" * 41, "", "name"),
        ("Mei", "x" * 201, "intro"),
        ("Mei\u202eiem", "", "name"),
        ("Mei\x00", "", "name"),
        ("Mei\ud800", "", "name"),
        ("Me\u200bi", "", "name"),
    ],
)
def test_text_that_cannot_be_read_is_refused_by_field(name: str, intro: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        open_shop(mei(), slug="corner", name=name, intro=intro, now=NOW)

    assert refused.value.field == field


def test_a_new_name_is_read_by_the_same_rules() -> None:
    shop = open_shop(mei(), slug="corner", name="Mei", now=NOW)

    describe_shop(shop, name="Mei's corner", intro="tea", now=NOW)
    with pytest.raises(WordsRefused):
        describe_shop(shop, name="全国第一小店", intro="", now=NOW)

    assert Shop.objects.get().name == "Mei's corner"


def test_no_column_of_a_shop_holds_a_price_a_fee_stock_or_an_inviter() -> None:
    names = {field.name for model in (Shop, Shelf, Listing) for field in model._meta.get_fields()}

    assert not {
        name for name in names for word in ("price", "fee", "stock", "invite", "parent", "cost") if word in name
    }
    assert not any(isinstance(field, models.DecimalField) for field in Listing._meta.get_fields())


def test_the_record_keeps_what_was_stored_and_not_what_was_typed() -> None:
    """Case B7."""
    shop = open_shop(mei(), slug="mei-2", name="  小美\u3000的  店 ", intro="Cafe\u0301\t在这里", now=NOW)
    describe_shop(shop, name=" 小美 ", intro="e\u0301", now=NOW)

    events = events_of([f"shop:{shop.id}"])
    kept = [
        text_of(TextRef.from_fact(str(event.facts[name])).id)
        for event in events
        for name in ("name", "intro")
        if name in event.facts
    ]
    assert {"小美 的 店", "小美", "é"} <= set(kept)
    assert not any("  " in (text or "") or "e\u0301" in (text or "") for text in kept)
