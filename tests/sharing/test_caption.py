"""Captions: the label first, the price with its time, no person's voice."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from joey.marketplaces import registry
from joey.money.money import Money
from joey.rules.caption import check_caption, label
from joey.sharing.caption import CaptionFacts, caption
from joey.sharing.make_link import CHANNELS, make_link
from joey.sharing.models import Link, Position, PositionLease, TrackedUrl
from joey.sharing.share import ShareEarns, link_by_code, no_earning_reason, poster_of, share_of
from joey.shops.models import Shop
from tests import cast

FACTS = CaptionFacts(
    title="316 不锈钢保温杯 500 毫升",
    place="淘宝",
    url="https://joey.example.com/l/bcdfghjkmn",
    pays=Money(6900, "CNY"),
    with_coupon=True,
    as_of=datetime(2026, 11, 23, 10, 5, tzinfo=UTC),
    copy_code="￥AbCdEf￥",
)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_caption_opens_with_its_label_and_leads_to_the_link(channel: str, language: str) -> None:
    text = caption(FACTS, channel=channel, language=language)

    assert text.startswith(label(language))
    assert check_caption(text, language) == text
    assert FACTS.url in text
    assert re.search(re.escape(FACTS.url) + r"(?=\s|$)", text), "nothing may stick to the address"


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_caption_speaks_in_no_persons_voice(channel: str) -> None:
    chinese = caption(FACTS, channel=channel, language="zh-hans")
    english = caption(FACTS, channel=channel, language="en").removeprefix(label("en"))

    assert not re.search("我|咱|本人|亲测", chinese)
    assert not re.search(r"\b(I|my|me|we|our)\b", english, re.IGNORECASE)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_price_never_comes_without_its_time(channel: str) -> None:
    chinese = caption(FACTS, channel=channel, language="zh-hans")

    assert "券后 ¥69.00" in chinese
    assert "18:05" in chinese
    assert re.search("11月23日|11-23", chinese)


def test_without_a_price_the_caption_names_none() -> None:
    text = caption(replace(FACTS, pays=None), channel="wechat", language="zh-hans")

    assert "¥" not in text
    assert "价格见淘宝页面" in text


def test_the_copy_code_is_on_a_line_of_its_own_where_there_is_room() -> None:
    wechat = caption(FACTS, channel="wechat", language="zh-hans")
    sms = caption(FACTS, channel="sms", language="zh-hans")

    assert wechat.splitlines()[-1].endswith("￥AbCdEf￥")
    assert "￥AbCdEf￥" not in sms


def test_a_title_is_not_cut_inside_a_letter() -> None:
    for before in range(18, 24):
        text = caption(
            replace(FACTS, title="长" * before + "🇨🇳👨\u200d👩\u200d👧" * 3), channel="sms", language="zh-hans"
        )

        assert re.search("长(🇨🇳|🇨🇳👨\u200d👩\u200d👧)?…", text), before


def test_a_text_message_stays_short() -> None:
    text = caption(replace(FACTS, title="长" * 200), channel="sms", language="zh-hans")

    assert "\n" not in text
    assert len(text.replace(FACTS.url, "")) < 70


def test_a_title_that_claims_the_label_for_itself_still_gets_one() -> None:
    text = caption(replace(FACTS, title="广告公司专用保温杯"), channel="wechat", language="zh-hans")

    assert text.startswith("广告 | 广告公司")


@pytest.fixture
def link(db: None) -> Link:
    listing = cast.listed(cast.meis_shop(), cast.flask())
    made = make_link(cast.meis_shop(), listing_id=listing.id, channel="wechat", now=cast.NOW)
    return link_by_code(cast.meis_shop(), made.code)


def test_a_stale_price_is_in_no_caption(link: Link) -> None:
    fresh = share_of(link, language="zh-hans", now=cast.NOW)
    stale = share_of(link, language="zh-hans", now=cast.NOW + timedelta(days=3))

    assert "¥69.00" in fresh.caption
    assert "¥" not in stale.caption


def test_the_caption_speaks_the_language_asked_for(link: Link) -> None:
    english = share_of(link, language="en", now=cast.NOW)

    assert "Stainless steel flask" in english.caption
    assert english.url.endswith(f"/l/{link.code}")
    assert "Taobao" in english.caption


def test_a_poster_of_a_link_is_a_picture(link: Link) -> None:
    assert poster_of(link, language="zh-hans", now=cast.NOW).png.startswith(b"\x89PNG")


def test_sharing_writes_nothing_when_the_marketplace_is_not_connected(link: Link) -> None:
    share_of(link, language="zh-hans", now=cast.NOW)

    assert not TrackedUrl.objects.exists()


def test_a_poster_prints_no_price_where_the_marketplace_forbids_it(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = poster_of(link, language="zh-hans", now=cast.NOW)
    manifest = registry.manifest_of(link.listing.offer.marketplace)
    strict = replace(manifest, allowed=replace(manifest.allowed, printed=frozenset({"title"})))
    monkeypatch.setattr(registry, "manifest_of", lambda marketplace: strict)

    without = poster_of(link, language="zh-hans", now=cast.NOW)

    assert without.until is None
    assert without.png != allowed.png


@pytest.fixture
def taobao_connected(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {
        "app_key": "1", "app_secret": "s", "session": "s", "publisher_id": "1", "site_id": "2"}}}  # fmt: skip


def test_sharing_leases_nothing_asks_no_marketplace_and_says_that_it_earns_from_the_first_click_on(
    link: Link, taobao_connected: None
) -> None:
    Position.objects.create(marketplace="taobao", key="1", free_from=cast.NOW)

    share = share_of(link, language="en", now=cast.NOW)  # no gateway answers at that address

    assert share.earns is ShareEarns.FROM_FIRST_CLICK
    assert "open Taobao" not in share.caption
    assert not PositionLease.objects.exists()


def test_the_caption_has_the_copy_code_once_the_tracked_address_exists_and_as_long_as_the_lease_is_open(
    link: Link, taobao_connected: None
) -> None:
    lease = cast.leased(cast.meis_shop())
    TrackedUrl.objects.create(
        shop=link.shop,
        listing=link.listing,
        lease=lease,
        url="https://m.tb.cn/x",
        copy_code="￥AbCd￥",
        made_at=cast.NOW,
    )

    leased = share_of(link, language="en", now=cast.NOW)
    PositionLease.objects.update(ended_at=cast.NOW, until=cast.NOW + timedelta(days=45))
    ended = share_of(link, language="en", now=cast.NOW)

    assert (leased.earns, "￥AbCd￥" in leased.caption) == (ShareEarns.YES, True)
    assert (ended.earns, "￥AbCd￥" in ended.caption) == (ShareEarns.FROM_FIRST_CLICK, False)


def test_a_share_that_earns_nothing_says_why(link: Link, taobao_connected: None, settings: Settings) -> None:
    none_free = share_of(link, language="en", now=cast.NOW).earns
    Position.objects.create(marketplace="taobao", key="2", free_from=cast.NOW)
    settings.JOEY_POSITIONS_PER_PERSON = 1
    cast.leased(Shop.objects.create(slug="second", owner=cast.mei(), name="Second"))
    full = share_of(link, language="en", now=cast.NOW).earns
    settings.JOEY_MARKETPLACES = {}
    not_connected = share_of(link, language="en", now=cast.NOW).earns

    assert (none_free, full, not_connected) == (
        ShareEarns.NO_POSITION,
        ShareEarns.TOO_MANY_POSITIONS,
        ShareEarns.NOT_REPORTED,
    )
    assert all(no_earning_reason(why) for why in (none_free, full, not_connected))
