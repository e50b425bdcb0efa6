"""Putting an offer into a shop: judged first, listed once, never with a price of its own."""

import pytest
from django.utils.translation import override
from pytest_django import Settings

from joey.kit.refusals import Conflict, Invalid, NotFound
from joey.sharing.make_link import make_link
from joey.shops.add_listing import ListedAlready, NotListable, add_listing
from joey.shops.arrange import (
    add_shelf,
    hide_listing,
    move_listing,
    move_shelf,
    put_on_shelf,
    remove_listing,
    remove_shelf,
    rename_shelf,
    set_note,
    show_listing,
)
from joey.shops.ask_rules import WordsRefused
from joey.shops.listing_card import card_of
from joey.shops.models import Listing, Shelf
from joey.shops.open_shop import describe_shop
from tests.cast import NOW, flask, listed, lulus_shop, meis_shop

pytestmark = pytest.mark.django_db


def test_an_offer_goes_onto_a_shelf_that_is_made_when_missing() -> None:
    shop = meis_shop()

    listing = add_listing(shop, offer_id=flask().id, shelf_name="厨房", note="早上装的水到傍晚还烫", now=NOW)

    assert (listing.state, listing.rule_id) == ("published", "")
    assert listing.pack_version
    assert listing.shelf is not None
    assert (listing.shelf.name, listing.shelf.shop_id) == ("厨房", shop.id)


def test_the_same_offer_twice_is_a_conflict_that_names_the_first() -> None:
    first = add_listing(meis_shop(), offer_id=flask().id, now=NOW)

    with pytest.raises(ListedAlready) as refused:
        add_listing(meis_shop(), offer_id=flask().id, now=NOW)

    assert refused.value.field == "offer_id"
    assert refused.value.facts["listing_id"] == str(first.id)
    assert Listing.objects.count() == 1


def test_two_shops_may_list_one_offer() -> None:
    add_listing(meis_shop(), offer_id=flask().id, now=NOW)
    add_listing(lulus_shop(), offer_id=flask().id, now=NOW)

    assert Listing.objects.count() == 2


@pytest.mark.parametrize(
    ("title", "category", "rule"),
    [
        ("电.子.烟 一次性", "digital", "CN-G1"),
        ("电 子 煙 小烟", "digital", "CN-G1"),
        ("ＶＡＰＥ disposable", "digital", "CN-G1"),
        ("打火石", "电子烟配件", "CN-G1"),
        ("补水面膜 全网最低价", "beauty", "CN-A2"),
        ("最佳面膜 10 片", "beauty", "CN-A2"),
    ],
)
def test_what_the_rules_refuse_is_kept_with_rule_and_reason(title: str, category: str, rule: str) -> None:
    offer = flask(title=title, translations={}, category=category)

    listing = add_listing(meis_shop(), offer_id=offer.id, now=NOW)

    kept = Listing.objects.get(id=listing.id)
    assert (kept.state, kept.rule_id) == ("refused", rule)
    assert rule in kept.why
    assert kept.pack_version


def test_an_offer_of_a_tobacco_brand_is_refused_whatever_its_title() -> None:
    """Case B1: the brand reaches the rules, in this direction and in the next test's."""
    listing = add_listing(meis_shop(), offer_id=flask(title="怀旧铁盒 收藏", brand="万宝路").id, now=NOW)

    assert (listing.state, listing.rule_id) == ("refused", "CN-G1")


def test_a_brand_that_sounds_like_a_rank_is_published_under_its_own_name() -> None:
    """Case B1, the other direction."""
    sauce = flask(title="第一坊酱油", translations={}, brand="第一坊")
    boast = flask(identity="2", external_id="2", title="第一坊酱油 销量第一", translations={}, brand="第一坊")

    assert add_listing(meis_shop(), offer_id=sauce.id, now=NOW).state == "published"
    assert add_listing(meis_shop(), offer_id=boast.id, now=NOW).state == "refused"


def test_names_that_the_operator_registered_may_be_said(settings: Settings) -> None:
    sauce = flask(title="第一坊酱油", translations={})
    assert add_listing(meis_shop(), offer_id=sauce.id, now=NOW).state == "refused"

    settings.JOEY_REGISTERED_NAMES = frozenset({"第一坊"})

    assert add_listing(lulus_shop(), offer_id=sauce.id, now=NOW).state == "published"
    assert add_shelf(lulus_shop(), name="第一坊的调料").name == "第一坊的调料"
    assert describe_shop(lulus_shop(), name="第一坊小店", intro="", now=NOW).name == "第一坊小店"


def test_absolute_words_are_refused_where_the_law_of_china_holds_and_tobacco_everywhere(
    settings: Settings,
) -> None:
    settings.JOEY_COUNTRY = "DE"
    tea = flask(title="The best tea", translations={})
    cigars = flask(identity="2", external_id="2", title="Cuban cigars", translations={})

    assert add_listing(meis_shop(), offer_id=tea.id, note="the best", now=NOW).state == "published"
    assert add_listing(meis_shop(), offer_id=cigars.id, now=NOW).state == "refused"
    assert add_shelf(meis_shop(), name="The best tea").name == "The best tea"

    settings.JOEY_COUNTRY = "CN"
    assert add_listing(lulus_shop(), offer_id=tea.id, now=NOW).state == "refused"
    with pytest.raises(WordsRefused):
        add_shelf(lulus_shop(), name="The best tea")


def test_the_rules_hear_how_the_shop_is_named(settings: Settings) -> None:
    """A name that was allowed when it was given: elsewhere, say, or as a registered one."""
    settings.JOEY_COUNTRY = "DE"
    shop = describe_shop(meis_shop(), name="The best tea", intro="", now=NOW)
    assert add_listing(shop, offer_id=flask().id, now=NOW).state == "published"

    settings.JOEY_COUNTRY = "CN"

    other = flask(identity="2", external_id="2")
    assert add_listing(shop, offer_id=other.id, now=NOW).state == "refused"


@pytest.mark.parametrize("title", ["坚果 最佳赏味期 2026-12", "本店最新款 棉拖鞋", "酱油 第一次也会用"])
def test_innocent_uses_of_the_same_words_are_published(title: str) -> None:
    offer = flask(title=title, translations={})

    assert add_listing(meis_shop(), offer_id=offer.id, now=NOW).state == "published"


def test_a_forbidden_translation_refuses_the_listing_too() -> None:
    offer = flask(title="保温杯", translations={"en": "Disposable vape pen"})

    assert add_listing(meis_shop(), offer_id=offer.id, now=NOW).rule_id == "CN-G1"


def test_the_reason_is_read_in_the_language_of_its_reader() -> None:
    listing = add_listing(meis_shop(), offer_id=flask(title="全网最低价 100% 杯子", translations={}).id, now=NOW)

    with override("en"):
        assert "“全网最低价” claims a rank above all others" in listing.why
        assert "claims a rank" in card_of(listing, meis_shop(), language="en", now=NOW).reason
    with override("zh-hans"):
        assert "“全网最低价”属于绝对化用语" in listing.why


def test_a_reason_that_was_stored_in_a_language_is_read_as_it_is() -> None:
    listing = add_listing(meis_shop(), offer_id=flask().id, now=NOW)
    listing.reason = "“全网最低价”属于绝对化用语，广告法不允许（CN-A2）。"

    with override("en"):
        assert listing.why == "“全网最低价”属于绝对化用语，广告法不允许（CN-A2）。"


def test_an_offer_without_a_known_price_cannot_be_listed() -> None:
    offer = flask(now_minor=None, coupon_minor=None, list_minor=None)

    with pytest.raises(NotListable) as refused:
        add_listing(meis_shop(), offer_id=offer.id, now=NOW)

    assert refused.value.field == "offer_id"
    assert not Listing.objects.exists()


@pytest.mark.parametrize("change", [{"withdrawn_at": NOW}, {"marketplace": "amazon"}])
def test_an_offer_that_is_gone_or_not_connected_cannot_be_listed(change: dict[str, object]) -> None:
    offer = flask(**change)

    with pytest.raises(NotListable):
        add_listing(meis_shop(), offer_id=offer.id, now=NOW)


def test_another_shops_shelf_is_not_found() -> None:
    shelf = add_shelf(lulus_shop(), name="Tea")

    with pytest.raises(NotFound) as refused:
        add_listing(meis_shop(), offer_id=flask().id, shelf_id=shelf.id, now=NOW)

    assert refused.value.field == "shelf_id"
    assert not Listing.objects.exists()


def test_a_note_that_is_too_long_or_forbidden_is_not_kept() -> None:
    listing = add_listing(meis_shop(), offer_id=flask().id, note="好用", now=NOW)

    with pytest.raises(Invalid) as too_long:
        set_note(meis_shop(), listing.id, note="长" * 201, now=NOW)
    with pytest.raises(WordsRefused) as forbidden:
        set_note(meis_shop(), listing.id, note="全网最低价", now=NOW)

    assert (too_long.value.field, forbidden.value.field) == ("note", "note")
    kept = Listing.objects.get()
    assert (kept.note, kept.state) == ("好用", "published")


def test_a_listing_refused_for_its_note_is_published_when_the_note_is_fixed() -> None:
    listing = add_listing(meis_shop(), offer_id=flask().id, note="全国第一好用", now=NOW)
    assert listing.state == "refused"

    set_note(meis_shop(), listing.id, note="我家天天用", now=NOW)

    kept = Listing.objects.get()
    assert (kept.state, kept.rule_id, kept.reason) == ("published", "", "")


def test_hidden_goods_come_back_only_through_the_rules() -> None:
    offer = flask()
    listing = add_listing(meis_shop(), offer_id=offer.id, now=NOW)
    hide_listing(meis_shop(), listing.id, now=NOW)
    offer.title = "电子烟 杯"
    offer.save()

    show_listing(meis_shop(), listing.id, now=NOW)

    assert Listing.objects.get().state == "refused"


def test_another_shops_listing_cannot_be_touched() -> None:
    listing = listed(lulus_shop(), flask())

    for act in (hide_listing, show_listing, remove_listing):
        with pytest.raises(NotFound):
            act(meis_shop(), listing.id, now=NOW)

    assert Listing.objects.get().state == "published"


def test_order_on_a_shelf_changes_by_one_step() -> None:
    shop = meis_shop()
    first, second, third = (
        add_listing(shop, offer_id=flask(identity=str(n), external_id=str(n)).id, shelf_name="A", now=NOW)
        for n in range(3)
    )

    move_listing(shop, third.id, way="up")
    move_listing(shop, first.id, way="up")

    rows = Listing.objects.order_by("position").values_list("id", flat=True)
    assert list(rows) == [first.id, third.id, second.id]


def test_shelves_move_get_names_and_leave_their_goods_behind() -> None:
    shop = meis_shop()
    tea, snacks = add_shelf(shop, name="茶"), add_shelf(shop, name="零食")
    listing = add_listing(shop, offer_id=flask().id, shelf_id=tea.id, now=NOW)

    move_shelf(shop, snacks.id, way="up")
    rename_shelf(shop, snacks.id, name="小零食")
    put_on_shelf(shop, listing.id, shelf_id=snacks.id)
    remove_shelf(shop, snacks.id)

    assert list(Shelf.objects.values_list("name", flat=True)) == ["茶"]
    assert Listing.objects.get().shelf_id is None


def test_a_second_shelf_of_the_same_name_is_refused() -> None:
    shop = meis_shop()
    shelf = add_shelf(shop, name="茶")
    add_shelf(shop, name="零食")

    with pytest.raises(Conflict) as twice:
        add_shelf(shop, name="茶")
    with pytest.raises(WordsRefused):
        rename_shelf(shop, shelf.id, name="全网最低价")

    assert twice.value.field == "shelf"


def test_what_was_shared_can_be_hidden_but_not_removed() -> None:
    shop = meis_shop()
    shared, unshared = (
        add_listing(shop, offer_id=flask(identity=str(n), external_id=str(n)).id, now=NOW) for n in range(2)
    )
    make_link(shop, listing_id=shared.id, channel="wechat", now=NOW)

    remove_listing(shop, unshared.id, now=NOW)
    with pytest.raises(Conflict):
        remove_listing(shop, shared.id, now=NOW)

    assert list(Listing.objects.values_list("id", flat=True)) == [shared.id]
