"""The calls of JD that are refused, each beside the good one that it differs from by one thing."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import httpx

from joey.demo import catalogue
from joey.sandbox.dialects.jd.demo_account import SOCIAL_MEDIA_ID
from tests.sandbox.dialects.jd.conftest import (
    ARGUMENT,
    BY_SUB_UNION,
    CHANNEL,
    COMMON,
    CREATE,
    GOODS,
    OFFER,
    ORDERS,
    POSITIONS,
    JdUnion,
    page_of,
)  # fmt: skip
from tests.sandbox.dialects.jd.good_calls import FREE, GONE, GOOD, WRONG, ago

When = Callable[[JdUnion], AbstractContextManager[None]]


def usually(_: JdUnion) -> AbstractContextManager[None]:
    return nullcontext()


@contextmanager
def throttled(jd: JdUnion) -> Iterator[None]:
    jd.sandbox.post("/control/outage", {"seconds": 60, "kind": "throttle", "where": "jd"})
    yield
    jd.sandbox.post("/control/outage", {"seconds": 0, "kind": "throttle", "where": "jd"})


def without(name: str) -> When:
    """While it is withheld."""

    @contextmanager
    def withheld(jd: JdUnion) -> Iterator[None]:
        jd.withhold(name)
        yield
        jd.withhold()

    return withheld


@dataclass(frozen=True)
class Twin:
    """A call that differs from the good one by `changed`, or around it by `system`, and is refused. A code that is a
    text is the gateway's, a number the union's.
    """

    method: str
    code: int | str
    says: str
    changed: dict[str, Any] = field(default_factory=dict)
    system: dict[str, Any] = field(default_factory=dict)
    when: When = usually

    def __str__(self) -> str:
        return f"{self.method.removeprefix('jd.union.open.')} {self.code} {', '.join(self.changed | self.system)}"


def around(code: str, says: str, **system: Any) -> Twin:
    return Twin(GOODS, code, says, {}, system)


TEXT = "360buy_param_json"
NOT_GRANTED = "无访问权限"
WINDOW = "startTime and endTime are at most one hour apart"
TWINS: tuple[Twin, ...] = (
    # the gateway
    around("14", "Missing method", method=None),
    around("15", "Invalid method jd.union.open.no.such", method="jd.union.open.no.such"),
    around("20", "Missing app_key", app_key=None),
    around("21", "Invalid app_key", app_key="6720FCC04EAB1CCC9C101D4E9F3AC305"),
    around("4", "Missing version", v=None),
    *(around("5", "Unsupported version", v=bad) for bad in ("3.0", "1", "two")),
    around("7", "Missing timestamp", timestamp=None),
    *(
        around("8", "Invalid timestamp, it looks like 2026-11-22 09:01:12", timestamp=bad)
        for bad in (
            "yesterday", "2026-11-22T10:00:00Z", "2026-13-45 00:00:00", "1795309200000", "2026-11-22 10:00:00.1234",
            "2026-11-22 10:00:00+8", "2026-11-22 10:00:00 +0800",
        )
    ),
    *(
        around("8", "Invalid timestamp, it is more than 6 minutes off", timestamp=bad)
        for bad in (ago(420), ago(-420), ago(8 * 3600))
    ),
    around("11", "Missing signature", sign=""),
    *(around("12", "Invalid signature", sign=bad) for bad in ("0" * 32, "签名")),
    around("12", "Invalid signature, sign_method can only be md5", sign_method="hmac"),
    around("19", "Invalid access_token", access_token="6100another"),
    around("28", "Invalid format, only json is spoken here", format="xml"),
    around("28", f"Missing {TEXT}", **{TEXT: None}),
    *(around("28", f"Invalid {TEXT}, it must be JSON", **{TEXT: bad}) for bad in ("{", "[" * 3000)),
    *(around("28", f"Invalid {TEXT}, it must be a JSON object", **{TEXT: bad}) for bad in ("[]", "3", "null")),
    Twin(GOODS, "2", "App call limited", when=throttled),
    # what is not granted, and what is for other accounts
    *(Twin(method, 403, NOT_GRANTED, when=without(method)) for method in GOOD),
    Twin(GOODS, 403, NOT_GRANTED, {"sceneId": 2}, when=without("sceneId2")),
    *(Twin(method, 403, NOT_GRANTED, {"ext1": "c1"}, when=without("ext1")) for method in (COMMON, BY_SUB_UNION)),
    *(
        Twin(method, 403, NOT_GRANTED, {name: bad})
        for method in (GOODS, CHANNEL, COMMON, BY_SUB_UNION)
        for name, bad in (("pid", "1_2_3"), ("channelId", 7), ("giftCouponKey", "abc"))
    ),
    *(Twin(ORDERS, 403, NOT_GRANTED, {name: "7"}) for name in ("childUnionId", "key")),
    Twin(ORDERS, WRONG, "childUnionId and key exclude each other", {"childUnionId": 7, "key": "abc"}),
    *(
        Twin(method, WRONG, f"the object {name} is needed", {}, {TEXT: bad})
        for method, name in ARGUMENT.items() if name for bad in ("{}", '{"goods": {}}', f'{{"{name}": [1]}}')
    ),
    # goods
    Twin(GOODS, WRONG, "skuIds needs sceneId 2", {"skuIds": [1]}),
    Twin(GOODS, WRONG, "itemIds needs sceneId 1", {"sceneId": 2, "itemIds": ["x"]}),
    Twin(GOODS, WRONG, "only the first 10000 goods can be reached", {"pageIndex": 334, "pageSize": 30}),
    Twin(GOODS, WRONG, "owner is g or p", {"owner": "x"}),
    *(
        Twin(method, WRONG, "sortName is one of price, commissionShare, commission, inOrderCount30Days,"
             " inOrderComm30Days", {"sortName": "sales"})
        for method in (GOODS, CHANNEL)
    ),
    *(Twin(method, WRONG, "sort is asc or desc", {"sort": "down"}) for method in (GOODS, CHANNEL)),
    Twin(CHANNEL, WRONG, "eliteId is one of 1, 2, 10, 22 in this sandbox", {"eliteId": 3}),
    # links
    *(Twin(COMMON, 1_002_024, "siteId is empty", {"siteId": bad}) for bad in (None, "", 0)),
    Twin(COMMON, 2_001_701, "this siteId is of social media and may not be used for this call",
         {"siteId": SOCIAL_MEDIA_ID}),
    Twin(COMMON, WRONG, "positionId is not a registered position of this account", {"positionId": FREE}),
    *(
        Twin(method, WRONG, "materialId is not the address of an item", {"materialId": bad})
        for method in (COMMON, BY_SUB_UNION)
        for bad in ("https://item.jd.com/1.html", "https://example.com/", OFFER.external_id, "http://[")
    ),
    *(
        Twin(method, WRONG, "materialId is of an item that is no longer sold", {"materialId": page_of(GONE)})
        for method in (COMMON, BY_SUB_UNION)
    ),
    *(
        Twin(method, WRONG, "couponUrl is not the unmodified address of a coupon that runs for this item",
             {"couponUrl": "https://coupon.m.jd.com/coupons/show.action?key=abc"})
        for method in (COMMON, BY_SUB_UNION)
    ),
    # orders
    *(Twin(ORDERS, WRONG, "startTime and endTime are needed", {name: None}) for name in ("startTime", "endTime")),
    *(Twin(ORDERS, WRONG, "a time looks like 2026-11-22 09:00:00", {"endTime": bad})
      for bad in ("2026-11-22", "2026-13-45 00:00:00", "2026-11-22T09:00:00Z", "20261122090000")),
    *(Twin(ORDERS, WRONG, "startTime must be before endTime", {"startTime": bad, "endTime": "2026-11-22 09:00:00"})
      for bad in ("2026-11-22 09:00:00", "2026-11-22 09:00:01")),
    Twin(ORDERS, WRONG, WINDOW, {"startTime": ago(61 * 60)}),
    Twin(ORDERS, WRONG, WINDOW, {"startTime": "2026-11-22 09:00:00", "endTime": "2026-11-22 10:00:01"}),
    *(Twin(ORDERS, WRONG, "orderId is asked for alone, without type and times", {"orderId": 1} | more)
      for more in ({"type": None}, {"startTime": None, "endTime": None})),
    # positions
    Twin(CREATE, WRONG, "siteId is not a site of this account", {"siteId": 1}),
    Twin(CREATE, WRONG, "a name in spaceNameList is longer than 64 characters", {"spaceNameList": ["店" * 65]}),
    *(Twin(method, WRONG, "unionId is not this account", {"unionId": 1}) for method in (CREATE, POSITIONS)),
    *(Twin(method, WRONG, "key is not the key of this account", {"key": "x"}) for method in (CREATE, POSITIONS)),
)  # fmt: skip


@dataclass(frozen=True)
class Elsewhere:
    """What is no call of a method: raw requests, pages behind links, control calls. `code` may be HTTP's."""

    code: int | str
    says: str
    send: Callable[[JdUnion], httpx.Response]

    def __str__(self) -> str:
        return f"{self.code} {self.says}"


def raw(content: bytes) -> Callable[[JdUnion], httpx.Response]:
    form = {"content-type": "application/x-www-form-urlencoded"}
    return lambda jd: jd.sandbox.client.post(jd.gateway, content=content, headers=form)


def got(path: str) -> Callable[[JdUnion], httpx.Response]:
    return lambda jd: jd.sandbox.get(path)


def posted(path: str, body: Any) -> Callable[[JdUnion], httpx.Response]:
    return lambda jd: jd.sandbox.post(path, body)


def bought_on(**tracking: str) -> Callable[[JdUnion], httpx.Response]:
    return posted("/control/bulk", [{"marketplace": "jd", "item": OFFER.external_id, **tracking}])


def bought_twice_together(jd: JdUnion) -> httpx.Response:
    orders = jd.bulk(time.time() - 9, time.time() - 8, time.time() - 7)
    assert jd.sandbox.post("/control/jd/baskets", {"orders": orders[:2]}).status_code == 200
    return jd.sandbox.post("/control/jd/baskets", {"orders": orders[1:]})


def of_another_marketplace(jd: JdUnion) -> httpx.Response:
    item = next(each for each in catalogue.offers() if each.marketplace == "amazon" and each.in_stock)
    order = jd.sandbox.buy(f"{jd.sandbox.url}/item/amazon/{item.external_id}")
    return jd.sandbox.post("/control/jd/codes", {"order": order, "validCode": 25})


CODES = (
    "-1, 15, 16, 24, 3, 4, 5, 6, 7, 8, 9, 11, 13, 14, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30, 31, 33, 34, 35, 36"
)
GRANTS = ", ".join([*GOOD, "sceneId2", "subUnionId", "ext1", "jCommand", "jShortCommand"])
TWINS_ELSEWHERE: tuple[Elsewhere, ...] = (
    *(Elsewhere("28", "Invalid parameters, they must be UTF-8 form text", raw(bad)) for bad in (b"v=%ff", b"\xff")),
    Elsewhere("28", "Invalid parameters, the body is larger than 1,000,000 bytes", raw(b"q=" + b"a" * 1_100_000)),
    Elsewhere(405, "Method Not Allowed", lambda jd: jd.sandbox.client.put(jd.gateway)),
    *(Elsewhere(404, "this link was not given out by JD, or it was changed", got(path))
      for path in ("/jdc?e=AAAAAAAAAAAAAAAAAA", "/jdc")),
    Elsewhere(404, "there is no such short link, or it ended after 60 days", got("/u/AAAAAAA")),
    *(Elsewhere(404, "JD has no item at this address", got(path))
      for path in ("/100000000001.html", "/detail/AAAAAAAAAAAAAAAAAAAA.html", "/coupons/show.action?key=abc",
                   "/coupons/show.action")),
    Elsewhere(422, "a position of JD is a number", bought_on(position="x")),
    Elsewhere(422, "every link of JD carries a position, which may be 0", bought_on(sub_id="shop_42")),
    *(Elsewhere(422, "up to 80 letters, digits and underscores", bought_on(position="1", sub_id=bad))
      for bad in ("a" * 81, "shop-42", "")),
    Elsewhere(422, f"one of {GRANTS}", posted("/control/jd/grants", {"withheld": ["x"]})),
    *(Elsewhere(422, f"one of {CODES}", lambda jd, code=code: jd.void(jd.bulk(time.time() - 9)[0], code))  # type: ignore[misc]
      for code in (2, 10, 12, 17, 18, 32, 99)),
    Elsewhere(404, "there is no such order at JD", of_another_marketplace),
    Elsewhere(404, "there is no such order", posted("/control/jd/codes", {"order": "1", "validCode": 25})),
    Elsewhere(422, "a time needs its offset", lambda jd: jd.sandbox.post("/control/jd/codes", {
        "order": jd.bulk(time.time() - 9)[0], "validCode": 25, "at": "2026-11-22T10:00:00"})),
    *(Elsewhere(422, "between 1 and 3650", posted("/control/jd/short-links", {"days": bad})) for bad in (0, 3651)),
    *(Elsewhere(422, "two orders or more, each once",
                lambda jd, times=times: jd.sandbox.post(  # type: ignore[misc]
                    "/control/jd/baskets", {"orders": jd.bulk(time.time() - 9) * times}))
      for times in (1, 2)),
    Elsewhere(422, "two orders or more, each once", posted("/control/jd/baskets", {"orders": []})),
    Elsewhere(409, "one of these was bought with others already", bought_twice_together),
)  # fmt: skip
