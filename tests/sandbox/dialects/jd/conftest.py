"""A caller of the simulated JD that signs by itself, and reads the text inside of an answer."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5
from typing import Any

import httpx
import pytest

from joey.demo import catalogue
from tests.sandbox.conftest import Sandbox, beijing

GOODS = "jd.union.open.goods.query"
CHANNEL = "jd.union.open.goods.jingfen.query"
PROMOTED = "jd.union.open.goods.promotiongoodsinfo.query"
COMMON = "jd.union.open.promotion.common.get"
BY_SUB_UNION = "jd.union.open.promotion.bysubunionid.get"
ORDERS = "jd.union.open.order.row.query"
CREATE, POSITIONS = "jd.union.open.position.create", "jd.union.open.position.query"
CATEGORIES = "jd.union.open.category.goods.get"

# What the documents call the one argument of a method, and the text in its answer.
ARGUMENT = {
    GOODS: "goodsReqDTO", CHANNEL: "goodsReq", PROMOTED: "", COMMON: "promotionCodeReq",
    BY_SUB_UNION: "promotionCodeReq", ORDERS: "orderReq", CREATE: "positionReq", POSITIONS: "positionReq",
    CATEGORIES: "req",
}  # fmt: skip
RESULT = dict.fromkeys(ARGUMENT, "queryResult") | {
    COMMON: "getResult", BY_SUB_UNION: "getResult", CREATE: "createResult", CATEGORIES: "getResult",
}  # fmt: skip

POSITION = "3000000001"
OFFER = next(
    each
    for each in catalogue.offers()
    if each.marketplace == "jd" and each.in_stock and not each.awkward and each.coupon_minor is None
)
HOUR = 3600


@dataclass
class JdUnion:
    """The union of one sandbox."""

    sandbox: Sandbox

    @property
    def gateway(self) -> str:
        return self.sandbox.url + "/routerjson"

    def credentials(self) -> dict[str, str]:
        found: dict[str, str] = self.sandbox.get("/control/marketplaces").json()["jd"]["credentials"]
        return found

    def signed(self, method: str, argument: dict[str, Any], /, **system: Any) -> dict[str, str]:
        """All parameters of a good call; None leaves one out."""
        account = self.credentials()
        arguments = {ARGUMENT[method]: argument} if ARGUMENT.get(method) else argument
        parameters: dict[str, Any] = {
            "method": method,
            "app_key": account["app_key"],
            "timestamp": beijing(time.time()),
            "v": "1.0",
            "format": "json",
            "sign_method": "md5",
            "360buy_param_json": json.dumps(arguments, ensure_ascii=False),
        } | system
        kept = {name: str(value) for name, value in parameters.items() if value is not None}
        if "sign" not in system:
            kept["sign"] = sign(account["app_secret"], kept)
        return kept

    def call(self, method: str, argument: dict[str, Any], /, **system: Any) -> dict[str, Any]:
        """The body of an answer, whatever it says."""
        answer = self.sandbox.client.post(self.gateway, data=self.signed(method, argument, **system))
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        return body

    def inner(self, method: str, argument: dict[str, Any], /, **system: Any) -> dict[str, Any]:
        """What the union says, inside of the gateway's answer."""
        return inner_of(self.call(method, argument, **system), method)

    def ask(self, method: str, argument: dict[str, Any], /, **system: Any) -> dict[str, Any]:
        """The same of a good answer."""
        found = self.inner(method, argument, **system)
        assert found["code"] == 200, found
        return found

    def search(self, **argument: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ask(GOODS, {"sceneId": 1} | argument).get("data", [])
        return rows

    def link(self, sku: str = OFFER.external_id, **argument: Any) -> dict[str, Any]:
        """What `promotion.common.get` answers for an item, on the first position of the registered site."""
        asked = {"materialId": page_of(sku), "siteId": self.credentials()["site_id"], "positionId": POSITION}
        found: dict[str, Any] = self.ask(COMMON, asked | argument)["data"]
        return found

    def social_link(self, sku: str = OFFER.external_id, **argument: Any) -> dict[str, Any]:
        """What `promotion.bysubunionid.get` answers for an item."""
        found: dict[str, Any] = self.ask(BY_SUB_UNION, {"materialId": page_of(sku)} | argument)["data"]
        return found

    def bulk(self, *moments: float, **line: Any) -> list[str]:
        """An order of the same item at each of these moments."""
        common = {"marketplace": "jd", "item": OFFER.external_id, "position": POSITION} | line
        return self.sandbox.bulk([common | {"paid_at": beijing(moment)} for moment in moments])

    def page(self, start: float, end: float, **argument: Any) -> dict[str, Any]:
        """One page of the order report."""
        asked = {"type": 3, "startTime": beijing(start), "endTime": beijing(end), "pageSize": 500}
        return self.ask(ORDERS, asked | argument)

    def rows(self, start: float, **argument: Any) -> list[dict[str, Any]]:
        """Every row of the hour that begins then, page by page."""
        found: list[dict[str, Any]] = []
        for number in range(1, 200):
            page = self.page(start, start + HOUR, pageIndex=number, **argument)
            found += page.get("data", [])
            if not page["hasMore"]:
                return found
        pytest.fail("more than two hundred pages")

    def row(self, order: str, **argument: Any) -> dict[str, Any]:
        """The row of an order, asked for by the order's number. It has to be an order of its own."""
        number = 280_000_000_000 + int(order) - 211_234_500_000
        found: list[dict[str, Any]] = self.ask(ORDERS, {"orderId": number, **argument})["data"]
        (row,) = [each for each in found if each["id"] == order]
        return row

    def move(self, order: str, do: str, **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The truth of an order after a step, and its row."""
        return self.sandbox.move(order, do, **fields), self.row(order)

    def withhold(self, *names: str) -> None:
        """Withhold these grants and no others."""
        answer = self.sandbox.post("/control/jd/grants", {"withheld": list(names)})
        assert answer.status_code == 200, answer.text

    def void(self, order: str, code: int) -> httpx.Response:
        return self.sandbox.post("/control/jd/codes", {"order": order, "validCode": code})


def sign(secret: str, parameters: dict[str, str]) -> str:
    """The signature, written once more for the tests alone."""
    text = secret + "".join(name + value for name, value in sorted(parameters.items())) + secret
    return md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def inner_of(body: dict[str, Any], method: str) -> dict[str, Any]:
    """What is in the text inside of an answer that is no refusal of the gateway."""
    around = body[method.replace(".", "_") + "_responce"]
    assert around.get("code", "0") == "0"
    text = around[RESULT[method]]
    assert isinstance(text, str)
    found: dict[str, Any] = json.loads(text)
    return found


def page_of(sku: str) -> str:
    """The address that the real JD has for an item."""
    return f"https://item.jd.com/{sku}.html"


@pytest.fixture(scope="session")
def jd(sandbox: Sandbox) -> JdUnion:
    return JdUnion(sandbox)


_THIS_HOUR = int(time.time()) // HOUR  # of when the tests began: a new hour gives none of them out again
_hours = iter(range(1, 2000))


@pytest.fixture
def quiet_hour() -> Callable[[], float]:
    """The start of an hour in the past that no other test of JD uses; those of other marketplaces do not matter."""
    return lambda: float((_THIS_HOUR - 2 - next(_hours)) * HOUR)
