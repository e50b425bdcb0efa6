"""The people of the journeys, without a browser: a shopkeeper at forms and API, a buyer, and the simulated world."""

import re
import uuid
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.journeys.running import RunningJoey

PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1"
)
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; V2307A Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Version/4.0 Chrome/126.0.6478.188 Mobile Safari/537.36 XWEB/1260213 MMWEBSDK/20240501 MMWEBID/5678"
    " MicroMessenger/8.0.50.2701(0x28003256) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64"
)
WECHAT_PREVIEW = "WeChatShareExtension/8.0.49.31 CFNetwork/1494.0.7 Darwin/23.4.0"
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
TIME_LIMIT = httpx.Timeout(60)
NO_KEEPING = httpx.Limits(max_keepalive_connections=0)  # so that no connection stays open

Json = dict[str, Any]


def client(url: str, headers: Mapping[str, str] | None = None) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=TIME_LIMIT, trust_env=False, limits=NO_KEEPING, headers=headers)


class Sandbox:
    """The simulated world's control calls."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = client(url)

    def buy(self, url: str, quantity: int = 1) -> str:
        """Follow `url` as a browser would and pay; the order's number."""
        answer = self.http.post("/control/purchase", json={"url": url, "quantity": quantity})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["order"])

    def move(self, order: str, *steps: str, **more: Any) -> Json:
        """Let `steps` happen to an order, one after the other; the truth afterwards."""
        truth: Json = {}
        for step in steps:
            answer = self.http.post(f"/control/orders/{order}", json={"do": step} | more)
            assert answer.status_code == 200, answer.text
            truth = answer.json()
        return truth

    def truth(self, order: str) -> Json:
        answer = self.http.get(f"/control/orders/{order}")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def newest_code(self, contact: str) -> str:
        """The six digits last sent to this contact."""
        messages = self.http.get("/control/messages", params={"to": contact}).json()["items"]
        assert messages, f"nothing was sent to {contact}"
        found = CODE.search(messages[0]["text"])
        assert found, messages[0]["text"]
        return found.group()


class Visitor:
    """A person with a browser: cookies, a language, forms that carry what the page gave them."""

    def __init__(self, url: str, language: str = "en", agent: str = PHONE) -> None:
        self.http = client(url, {"Accept-Language": language, "User-Agent": agent, "Accept": "text/html,*/*;q=0.8"})

    def see(self, path: str, **more: Any) -> httpx.Response:
        """Open a page that must be there."""
        answer = self.http.get(path, follow_redirects=True, **more)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer

    def send(self, page: str, given: Mapping[str, str], to: str = "") -> httpx.Response:
        """Open `page`, fill its form in and send it (to `to` when the form names another address)."""
        return self.http.post(to or page, data={"csrfmiddlewaretoken": self._form_token(page), **given})

    def send_bytes(self, page: str, given: Mapping[str, str | bytes]) -> httpx.Response:
        """The same from a browser that encodes in its own way."""
        fields = {"csrfmiddlewaretoken": self._form_token(page), **given}
        return self.http.post(
            page, content=urlencode(fields), headers={"Content-Type": "application/x-www-form-urlencoded"}
        )

    def _form_token(self, page: str) -> str:
        found = CSRF.search(self.see(page).text)
        assert found, f"no form on {page}"
        return found.group(1)

    def sign_in(self, contact: str, sandbox: Sandbox) -> None:
        """By a code that arrives in the outbox."""
        asked = self.send("/studio/sign-in", {"contact": contact})
        assert asked.status_code == 302, asked.text
        entered = self.send("/studio/sign-in/code", {"code": sandbox.newest_code(contact)})
        assert entered.status_code == 302, entered.text

    def open_shop(self, slug: str, name: str) -> httpx.Response:
        """One screen, three fields."""
        return self.send("/studio/open", {"slug": slug, "name": name, "intro": ""})


class Api:
    """The REST interface with one token."""

    def __init__(self, url: str, token: str, language: str = "en") -> None:
        self.http = client(f"{url}/api/v1", {"Authorization": f"Bearer {token}", "Accept-Language": language})

    def get(self, path: str, expect: int = 200, **query: Any) -> Any:
        return self._read(self.http.get(path, params=query), expect)

    def post(self, path: str, body: Any = None, expect: int = 201, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        return self._read(self.http.post(path, json=body, headers=headers), expect)

    def put(self, path: str, body: Any, expect: int = 200) -> Any:
        return self._read(self.http.put(path, json=body), expect)

    @staticmethod
    def _read(answer: httpx.Response, expect: int) -> Any:
        assert answer.status_code == expect, (
            f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:800]}"
        )
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", answer.headers
        return answer.json()


class Keeper:
    """A shopkeeper with a shop of their own: signed in at the studio, with a token for the API."""

    def __init__(self, joey: RunningJoey, sandbox: Sandbox, slug: str, *, language: str = "en") -> None:
        self.slug = slug
        self.contact = f"{slug}-{uuid.uuid4().hex[:6]}@example.com"
        self.visitor = Visitor(joey.url, language)
        self.visitor.sign_in(self.contact, sandbox)
        opened = self.visitor.open_shop(slug, f"Shop {slug}")
        assert opened.status_code == 302, unescape(opened.text)
        self.api = Api(joey.url, joey.token("--shop", slug), language)

    def list(self, offer_id: str, **more: Any) -> Json:
        """Put an offer into the shop."""
        listing: Json = self.api.post(f"/shops/{self.slug}/listings", {"offer_id": offer_id, **more})
        return listing

    def share(self, listing_id: str, channel: str = "wechat") -> Json:
        link: Json = self.api.post(f"/shops/{self.slug}/links", {"listing_id": listing_id, "channel": channel})
        return link
