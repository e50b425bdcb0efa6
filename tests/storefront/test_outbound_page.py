"""The page between an app's own browser and the marketplace: anyone may open it, so it must cost nothing."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from joey.kit import clock
from joey.sharing.models import Position, PositionLease, TrackedUrl
from joey.storefront.in_app import app_of, opens_here
from tests.cast import leased, listed, meis_shop
from tests.storefront.goods import fresh_flask

pytestmark = pytest.mark.django_db
WECHAT = {"user-agent": "Mozilla/5.0 (iPhone) MicroMessenger/8.0.50", "accept-language": "en"}


@pytest.fixture(autouse=True)
def _connected(settings: Settings) -> None:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {
        "app_key": "1", "app_secret": "s", "adzone_id": "1"}}}  # fmt: skip


def test_opening_the_outbound_click_page_leases_no_position_and_calls_no_marketplace(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())
    Position.objects.create(marketplace="taobao", key="110000000001", free_from=clock.now())

    answer = client.get(f"/s/mei/{listing.pk}/way-out", headers=WECHAT)

    assert answer.status_code == 200
    assert not PositionLease.objects.exists()


def test_the_outbound_click_page_shows_the_copy_code_that_the_marketplace_gave(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask())
    TrackedUrl.objects.create(
        shop=meis_shop(), listing=listing, lease=leased(meis_shop()), url="https://s.click.taobao.com/x",
        copy_code="￥AbCdEfGh1￥", made_at=clock.now(),
    )  # fmt: skip

    assert "￥AbCdEfGh1￥" in client.get(f"/s/mei/{listing.pk}/way-out", headers=WECHAT).content.decode()


PIXEL = "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile "
APPLE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "


def test_each_app_is_known_by_its_browser_and_no_browser_is_taken_for_an_app() -> None:
    """Case P11: who is inside an app, as it names itself."""
    apps = {
        "wechat": PIXEL + "MMWEBID/5678 MicroMessenger/8.0.50.2701 WeChat/arm64 Weixin",
        "qq": APPLE + "QQ/9.0.25.617 V1_IPH_SQ",
        "weibo": APPLE + "Weibo (iPhone14,5__weibo__14.6.0__iphone__os17.5)",
        "douyin": PIXEL + "aweme_300500 JsSdk/1.0 NetType/WIFI AppName/aweme BytedanceWebview/d8a21c6",
        "tiktok": APPLE + "musical_ly_34.5.0 BytedanceWebview/d8a21c6",
        "xiaohongshu": PIXEL + "xhsdiscover/8.40.0 XhsUid",
        "alipay": APPLE + "NebulaSDK/1.8 AliApp(AP/10.5.96) AlipayClient/10.5.96",
        "dingtalk": PIXEL + "AliApp(DingTalk/7.5.20) com.alibaba.android.rimet",
        "telegram": PIXEL + "Telegram-Android/10.14.5 (Google Pixel 8; Android 14)",
        "line": APPLE + "Safari Line/14.9.0",
        "instagram": APPLE + "Instagram 334.0.0.30.108 (iPhone14,5; iOS 17_5)",
        "facebook": PIXEL + "[FB_IAB/FB4A;FBAV/468.0.0.49.94;]",
        "messenger": APPLE + "[FBAN/MessengerForiOS;FBAV/460.0]",
        "whatsapp": APPLE + "WhatsApp/24.12.78",
    }
    browsers = (
        APPLE + "Version/17.5 Safari/604.1",
        PIXEL + "MQQBrowser/15.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 10; LINEAGE) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
        "",
    )

    assert {name: getattr(app_of(agent), "code", "") for name, agent in apps.items()} == {name: name for name in apps}
    assert [app_of(agent) for agent in browsers] == [None] * len(browsers)
    assert [name for name, agent in apps.items() if not opens_here(agent, "taobao")] == [
        "wechat", "qq", "douyin", "xiaohongshu",
    ]  # fmt: skip


def test_the_page_has_the_item_its_price_and_the_steps_for_this_app(client: Client) -> None:
    """Case P12."""
    listing = listed(meis_shop(), fresh_flask(picture_urls=["https://img.alicdn.com/flask.jpg"]))
    TrackedUrl.objects.create(
        shop=meis_shop(), listing=listing, lease=leased(meis_shop()), url="https://s.click.taobao.com/x",
        copy_code="39￥ CZ3457 AbCdEfGh1￥ 不锈钢保温杯", made_at=clock.now(),
    )  # fmt: skip
    token = "01a22e8d-3305-7665-88f0-e714fa0ab4cb"
    at = f"/s/mei/{listing.pk}/way-out?t={token}"

    pages = {
        app: client.get(at, headers={"user-agent": agent, "accept-language": "en"}).content.decode()
        for app, agent in (("WeChat", WECHAT["user-agent"]), ("LINE", APPLE + "Safari Line/14.9.0"), ("", APPLE))
    }

    for html in pages.values():
        assert f"/pictures/{listing.offer_id}.webp" in html
        assert "69<small>.00" in html
        assert 'lang="zh-Hans">39￥ CZ3457' in html
        assert '<svg class="way-picture"' in html
        assert html.count("button-main") == 1
        assert token not in html  # an address could bring another shop's
    assert "In WeChat, tap the dots at the top right." in pages["WeChat"]
    assert "Open in browser" in pages["WeChat"]
    assert "In LINE, tap the dots at the bottom right." in pages["LINE"]
    assert "Open in default browser" in pages["LINE"]
    assert "In the app you are in" in pages[""]


@pytest.mark.parametrize("gives", [True, False])
def test_every_listing_has_a_way_to_the_page_that_also_brings_the_first_copy_code(client: Client, gives: bool) -> None:
    """Case P11: what opens nothing and is no app that we know (Telegram, TikTok …) is no dead end."""
    changes = {} if gives else {"marketplace": "jd"}
    listing = listed(meis_shop(), fresh_flask(**changes))

    html = client.get(f"/s/mei/{listing.pk}", headers=WECHAT).content.decode()

    (way,) = set(re.findall(r'href="(/go/[^"?]+)"', html))
    assert f'href="{way}?ways=1"' in html
    assert ("A line to copy" in html) == gives
