"""A phone's browser that notices what a person would complain about: errors, sideways scrolling, foreign words."""

import os
import re
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response

from tests.journeys.at_the_counter import PHONE

WIDTH, HEIGHT = 390, 844
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
LOCALES = {"zh": "zh-CN", "en": "en-US"}
PAGE_LANGUAGES = {"zh": "zh-Hans", "en": "en"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH_WORDS = re.compile(r"[A-Za-z][a-z']+(?:[ ,]+[A-Za-z'][a-z']*){3,}")

# Visible texts of a page with the language of the nearest element that names one; typed values are not prose.
TEXTS = """
() => [...document.querySelectorAll('main, nav, .bar, .demo')].flatMap(root => {
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    const text = node.textContent.replace(/\\s+/g, ' ').trim();
    if (!text || parent.closest('script, style, textarea, output, option, [hidden]')) continue;
    if (!parent.checkVisibility()) continue;
    const heading = !!parent.closest('h1, h2, button, summary, label, th, dt');
    found.push({text, lang: parent.closest('[lang]').lang, heading});
  }
  return found;
})
"""

# What a thumb taps and is lower than that, but for links within a sentence and those that a whole card is the area of.
LEAST = 44
TOO_LOW = """
least => [...document.querySelectorAll('main a, main button, main summary')].filter(each =>
  each.checkVisibility() && each.getBoundingClientRect().height < least
  && getComputedStyle(each, '::after').position !== 'absolute'
  && ![...each.parentElement.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.textContent.trim())
).map(each => each.outerHTML.slice(0, 200))
"""


def launch(playwright: Playwright) -> Browser:
    """Debian's Chromium, with nothing that calls home."""
    return playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)


class Phone:
    """One person's browser; `complaints` gathers everything that went wrong on any page they saw."""

    def __init__(self, browser: Browser, language: str, *, scripts: bool = True) -> None:
        self.language = language
        self.complaints: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT},
            is_mobile=True,
            has_touch=True,
            locale=LOCALES[language],
            user_agent=PHONE,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(20_000)
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self.complaints.append(f"script error: {error.error}"))
        self.context.on("response", self._response)
        self.page: Page = self.context.new_page()
        self._scripts = scripts

    def looks_right(self, name: str, *, titles: tuple[str, ...] = ()) -> None:
        """The page as it is now: its language, its width, its words, what a thumb gets at, and what axe finds.

        `titles` are there as their marketplace wrote them, whatever the page's language.
        """
        shown = self.page
        self._keep_picture(shown, name)
        if not self._scripts:
            return
        wide = shown.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{name}: scrolls sideways by {wide} px"
        lang = shown.evaluate("() => document.documentElement.lang")
        assert lang == PAGE_LANGUAGES[self.language], f"{name}: lang is {lang!r}"
        foreign = [each for each in self._foreign_words(shown) if each not in titles]
        assert foreign == [], f"{name}: words of another language: {foreign}"
        low = shown.evaluate(TOO_LOW, LEAST)
        assert low == [], f"{name}: less than {LEAST} px high: {low}"
        found = serious(shown)
        assert found == [], f"{name}: {found}"

    def _foreign_words(self, page: Page) -> list[str]:
        texts: list[dict[str, Any]] = page.evaluate(TEXTS)
        assert texts, "the page says nothing"
        own = [each for each in texts if each["lang"].startswith(self.language)]
        if self.language == "zh":
            return [each["text"] for each in own if not CHINESE.search(each["text"]) and foreign_to_chinese(each)]
        return [each["text"] for each in own if each["heading"] and CHINESE.search(each["text"])]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text} ({message.location.get('url', '')})")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")

    def _keep_picture(self, page: Page, name: str) -> None:
        folder = os.environ.get("JOURNEY_PICTURES")
        if folder:
            page.screenshot(path=Path(folder) / f"{name}-{self.language}.png", full_page=True)


def foreign_to_chinese(text: dict[str, Any]) -> bool:
    """An English sentence, or a heading or button without a Chinese sign that is more than a name or a number."""
    words = re.findall(r"[A-Za-z]{2,}", text["text"])
    return bool(ENGLISH_WORDS.search(text["text"])) or (text["heading"] and len(words) > 1)


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical, each with the first element it found it on."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{each['id']} ({each['impact']}): {each['help']}: {each['nodes'][0]['html'][:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
