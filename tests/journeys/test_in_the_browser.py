"""The same thread as a person goes it: on a phone, in Chinese and in English, with a thumb."""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.at_the_counter import CODE, Sandbox
from tests.journeys.browser import HEIGHT, Phone, launch
from tests.journeys.misfits import misfits_of
from tests.journeys.running import RunningJoey

SHOP_NAMES = {"zh": "窗边的小铺", "en": "Window shop"}
SEARCHES = {"zh": "茶", "en": "tea"}
YUAN = {"zh": "(?<!N)¥", "en": "CN¥"}
AS_OF = {"zh": r"(截至|更新于)\s*.*\d\d:\d\d", "en": r"as of .*\d\d:\d\d"}
AD = {"zh": "广告", "en": "Ad"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed with this file: an open one leaves an event loop behind that other tests would trip over."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.long)])
def test_from_the_home_page_to_earnings_with_a_thumb(
    joey: RunningJoey, sandbox: Sandbox, browser: Browser, language: str
) -> None:
    slug = f"window-{language}-{uuid.uuid4().hex[:6]}"
    keeper = Phone(browser, language)
    page = keeper.page

    # Home, and from there to a shop of one's own.
    page.goto(joey.url)
    keeper.looks_right("home")
    page.locator("main a[href='/studio/']").first.click()
    sign_in(keeper, f"{slug}@example.com")
    page.wait_for_url("**/studio/open")
    keeper.looks_right("open-shop")
    page.fill("[name=name]", SHOP_NAMES[language])
    page.fill("[name=slug]", slug)
    page.locator("main form button").click()
    page.wait_for_url(f"**/studio/{slug}/")
    keeper.looks_right("studio-home")

    # Pick and add.
    tab(page, "pick")
    page.fill("[name=q]", SEARCHES[language])
    page.locator("form[role=search] button").click()
    page.locator("a.chip[href*='marketplace=tmall']").click()
    offer = page.locator("li:has(.tag-good):has(form[action$='/pick/add'])").first
    title = offer.locator("p.clamp").inner_text()
    keeper.looks_right("pick")
    mark = offer.get_attribute("id")
    offer.locator("button").click()
    added = page.locator(f"#{mark} a[href*='/share/']")
    expect(added).to_be_visible()
    keeper.looks_right("pick-added")

    # Share: link, words, poster.
    added.click()
    page.locator("button[name=channel][value=wechat]").click()
    page.wait_for_url("**/share/*?link=*")
    keeper.looks_right("share")
    address = page.locator("#link-text").inner_text()
    words = page.locator("#caption").input_value()
    assert words.startswith(AD[language])
    assert address in words
    poster = page.locator("img.poster")
    poster.scroll_into_view_if_needed()
    assert until_drawn(poster.evaluate, "img => img.complete && img.naturalWidth") >= 1000

    # A buyer far away opens the link.
    buyer = Phone(browser, language)
    buyer.page.goto(address)
    expect(buyer.page.locator("h1")).to_have_text(title)
    buyer.looks_right("listing")
    said = buyer.page.locator("main").inner_text()
    assert AD[language] in said
    assert re.search(rf"{YUAN[language]}\d", said)
    assert re.search(AS_OF[language], said)
    go_on = buyer.page.locator(".bar a[href^='/go/']")
    box = go_on.bounding_box()
    assert box
    within_reach(box["y"], box["height"])
    number = buy(buyer.page, go_on.click, sandbox)
    order = sandbox.truth(number)
    assert order["position"], "the sale can be attributed"

    # The shop as others see it.
    buyer.page.goto(f"{joey.url}/s/{slug}")
    expect(buyer.page.locator("h1")).to_have_text(SHOP_NAMES[language])
    buyer.looks_right("shop")

    # Orders, the way from click to money, earnings.
    row = f"a.order-row[href*='/studio/{slug}/orders/']"
    synced(joey, page, slug, row)
    keeper.looks_right("orders")
    page.goto(f"{joey.url}/studio/{slug}/orders")
    page.locator("a[href$='/lost-orders']").click()
    page.fill("[name=order]", number)
    page.fill("[name=ordered_at]", datetime.now(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M"))
    page.locator("main form button").click()
    expect(page.locator("main li .tag")).to_be_visible()  # found at once: it is among the orders
    keeper.looks_right("lost-orders")
    tab(page, "orders")
    page.locator(row).first.click()
    page.wait_for_url("**/orders/*-*")
    assert page.locator(".trace li").count() >= 2
    keeper.looks_right("trace", titles=(order["title"],))
    tab(page, "earnings")
    figure = page.locator(".figure.is-pending b").first.inner_text()
    assert re.fullmatch(rf"{YUAN[language]}\d[\d,]*\.\d\d", figure.strip()), figure
    assert page.locator(row).count() == 1
    keeper.looks_right("earnings")
    tab(page, "share")
    keeper.looks_right("links")
    tab(page, "shelves")
    keeper.looks_right("shelves")

    assert keeper.complaints == []
    assert buyer.complaints == []
    keeper.context.close()
    buyer.context.close()


def test_buying_works_without_scripts(joey: RunningJoey, sandbox: Sandbox, browser: Browser) -> None:
    buyer = Phone(browser, "zh", scripts=False)

    buyer.page.goto(f"{joey.url}/s/mei")
    card = buyer.page.locator("li.card:has-text('天猫') a").first
    card.click()
    buyer.page.wait_for_url(f"{joey.url}/s/mei/*-*")
    assert AD["zh"] in buyer.page.locator("main").inner_text()
    number = buy(buyer.page, buyer.page.locator(".bar a[href^='/go/']").click, sandbox)

    assert sandbox.truth(number)["position"]
    assert buyer.complaints == []
    buyer.context.close()


def test_every_page_fits_any_phone_and_screen_and_twice_the_text(joey: RunningJoey, browser: Browser) -> None:
    """Case P17: each page is visited once, then made narrow and wide. The shop's name is one long word."""
    keeper = Phone(browser, "en")
    page, slug = keeper.page, f"wide-{uuid.uuid4().hex[:6]}"
    page.goto(f"{joey.url}/studio/")
    sign_in(keeper, f"{slug}@example.com")
    page.fill("[name=name]", "W" * 40)
    page.fill("[name=slug]", slug)
    page.locator("main form button").click()
    page.wait_for_url(f"**/studio/{slug}/")
    page.goto(f"{joey.url}/s/mei")
    item = page.locator("li.card a").first.get_attribute("href")
    own = [f"/studio/{slug}/{tab}" for tab in ("", "pick", "shelves", "earnings")]

    misfits = misfits_of(page, joey.url, ["/", "/s/mei", item, f"{item}/way-out", f"{item}/report", f"/s/{slug}", *own])
    mei = Phone(browser, "en")
    mei.page.goto(f"{joey.url}/studio/")
    sign_in(mei, "mei@example.com")
    mei.page.goto(f"{joey.url}/studio/mei/orders")
    order = mei.page.locator("a.order-row").last.get_attribute("href")
    full = ["", "shelves", "share", "share/shop", "visits", "orders", "earnings", "payout", "settings"]
    misfits += misfits_of(mei.page, joey.url, [order, "/studio/sessions", *(f"/studio/mei/{each}" for each in full)])

    assert misfits == []
    keeper.context.close()
    mei.context.close()


# ── The steps, by name ────────────────────────────────────────────────────────────────────────────────────


def sign_in(person: Phone, contact: str) -> None:
    """With a code that is read in the outbox, in another tab."""
    page = person.page
    page.wait_for_url("**/studio/sign-in?*")
    person.looks_right("sign-in")
    page.fill("[name=contact]", contact)
    page.locator("main form button").click()
    page.wait_for_url("**/studio/sign-in/code*")
    person.looks_right("enter-code")
    with person.context.expect_page() as opened:
        page.locator("a[href$='/outbox']").click()
    outbox = opened.value
    message = outbox.locator("li", has_text=contact).first.locator(".text").inner_text()
    outbox.close()
    code = CODE.search(message)
    assert code, message
    page.fill("[name=code]", code.group())
    page.locator("main form button").click()


def tab(page: Page, name: str) -> None:
    page.locator(f"nav.tabs a[href$='/{name}']").click()
    page.wait_for_url(f"**/{name}")


def within_reach(top: float, height: float) -> None:
    """A thumb gets at it without scrolling: in the lower half, wholly visible, and large enough."""
    assert top > HEIGHT / 2
    assert top + height <= HEIGHT
    assert height >= 44


def buy(page: Page, go_on: Callable[[], None], sandbox: Sandbox) -> str:
    """Continue to the marketplace and pay there; the order's number."""
    go_on()
    page.wait_for_url(f"{sandbox.url}/item/**")
    page.locator(".thumb a.button").click()
    page.wait_for_url(f"{sandbox.url}/buy?**")
    page.locator("form .thumb button").click()
    page.wait_for_url(f"{sandbox.url}/orders/*")
    return page.url.rsplit("/", 1)[1]


def synced(joey: RunningJoey, page: Page, slug: str, row: str) -> None:
    """Sync until the studio's order page shows a row."""
    for _ in range(6):
        joey.run("sync")
        page.goto(f"{joey.url}/studio/{slug}/orders")
        if page.locator(row).count():
            return
        time.sleep(1)
    raise AssertionError("six syncs did not bring the order")


def until_drawn(evaluate: Callable[[str], int], script: str) -> int:
    """A picture's width, once it has come."""
    for _ in range(100):
        width = evaluate(script)
        if width:
            return int(width)
        time.sleep(0.1)
    raise AssertionError("the picture did not come")
