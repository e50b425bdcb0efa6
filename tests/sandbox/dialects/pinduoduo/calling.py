"""A caller of the simulated Pinduoduo that signs by itself."""

import json
import time
from dataclasses import dataclass
from functools import cached_property
from hashlib import md5
from typing import Any

import httpx

from tests.sandbox.conftest import Sandbox, utc

SEARCH, LOOK_UP = "pdd.ddk.goods.search", "pdd.ddk.goods.detail"
GENERATE, CONVERT = "pdd.ddk.goods.promotion.url.generate", "pdd.ddk.goods.zs.unit.url.gen"
SHORT_PARSE = "pdd.ddk.url.short.parse"
NEW_PIDS, PIDS, BIND = "pdd.ddk.goods.pid.generate", "pdd.ddk.goods.pid.query", "pdd.ddk.pid.mediaid.bind"
FILING_LINK, FILED = "pdd.ddk.rp.prom.url.generate", "pdd.ddk.member.authority.query"
BY_UPDATE, BY_PAYMENT = "pdd.ddk.order.list.increment.get", "pdd.ddk.order.list.range.get"
ORDER = "pdd.ddk.order.detail.get"
# As the documents print them: none can be derived from the name of its call.
ROOTS = {
    SEARCH: "goods_search_response",
    LOOK_UP: "goods_detail_response",
    GENERATE: "goods_promotion_url_generate_response",
    CONVERT: "goods_zs_unit_generate_response",
    NEW_PIDS: "p_id_generate_response",
    PIDS: "p_id_query_response",
    BIND: "p_id_bind_response",
    FILING_LINK: "rp_promotion_url_generate_response",
    FILED: "authority_query_response",
    BY_UPDATE: "order_list_get_response",
    BY_PAYMENT: "order_list_get_response",
    ORDER: "order_detail_response",
}
LINK_PARTS = ("url", "short_url", "mobile_url", "mobile_short_url")


def sign(secret: str, parameters: dict[str, str]) -> str:
    """The signature, written once more for the tests alone."""
    text = "".join(name + value for name, value in sorted(parameters.items()))
    return md5((secret + text + secret).encode(), usedforsecurity=False).hexdigest().upper()


@dataclass
class PddCaller:
    """The account of the sandbox, and calls that are right unless an argument says otherwise."""

    sandbox: Sandbox

    @cached_property
    def account(self) -> dict[str, str]:
        """The credentials that the sandbox gives out."""
        found: dict[str, str] = self.sandbox.get("/control/marketplaces").json()["pinduoduo"]["credentials"]
        return found

    def signed(self, method: str, /, **arguments: Any) -> dict[str, str]:
        """All parameters of a good call; None leaves one out, also a system one. Lists go out as JSON text."""
        parameters: dict[str, Any] = {
            "type": method,
            "client_id": self.account["client_id"],
            "timestamp": int(time.time()),
            "data_type": "JSON",
            "version": "V1",
        } | arguments
        kept = {name: written(value) for name, value in parameters.items() if value is not None}
        if "sign" not in arguments:
            kept["sign"] = sign(self.account["client_secret"], kept)
        return kept

    def send(self, **request: Any) -> httpx.Response:
        """One request to the gateway as it is."""
        return self.sandbox.client.post(self.sandbox.url + "/api/router", **request)

    def call(self, method: str, /, **arguments: Any) -> Any:
        """The body of an answer, whatever it says."""
        answer = self.send(data=self.signed(method, **arguments))
        assert answer.status_code == 200
        return answer.json()

    def ask(self, method: str, /, **arguments: Any) -> Any:
        """What is under the root key of a good answer."""
        body = self.call(method, **arguments)
        assert "error_response" not in body, body
        return body[ROOTS[method]] if method in ROOTS else body

    def refusal(self, method: str, /, **arguments: Any) -> tuple[int, str]:
        """Code and words of a refusal."""
        body = self.call(method, **arguments)
        assert "error_response" in body, body
        return body["error_response"]["error_code"], body["error_response"]["sub_msg"]

    def search(self, **arguments: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ask(SEARCH, **arguments)["goods_list"]
        return rows

    def pid(self) -> str:
        """A new pid, not filed."""
        return str(self.ask(NEW_PIDS, number=1)["p_id_list"][0]["p_id"])

    def filing_link(self, pid: str, custom: str | None = None, **arguments: Any) -> str:
        answer = self.ask(FILING_LINK, channel_type=10, p_id_list=[pid], custom_parameters=custom, **arguments)
        return str(answer["url_list"][0]["url"])

    def filed_pid(self, custom: str | None = None) -> str:
        """A new pid whose link a person opened."""
        pid = self.pid()
        assert self.sandbox.client.get(self.filing_link(pid, custom)).status_code == 200
        return pid

    def links(self, sign: str, pid: str, custom: str | None = None, **arguments: Any) -> dict[str, Any]:
        """The entry of one promoted item, with every kind of link."""
        asked = {"generate_short_url": True, "generate_schema_url": True, "generate_we_app": True} | arguments
        answer = self.ask(GENERATE, p_id=pid, goods_sign_list=[sign], custom_parameters=custom, **asked)
        entry: dict[str, Any] = answer["goods_promotion_url_list"][0]
        return entry

    def page_of_orders(self, start: float, end: float, **arguments: Any) -> dict[str, Any]:
        window = {"start_update_time": int(start), "end_update_time": int(end)}
        found: dict[str, Any] = self.ask(BY_UPDATE, **window | arguments)
        return found

    def all_orders(self, start: float, end: float, size: int = 100) -> list[dict[str, Any]]:
        """Every row of a window, from the last page to the first, in their order."""
        count = self.page_of_orders(start, end, page_size=size)["total_count"]
        rows: list[dict[str, Any]] = []
        for page in range(-(-count // size), 0, -1):
            rows = [*self.page_of_orders(start, end, page=page, page_size=size)["order_list"], *rows]
        return rows

    def row(self, order: str, start: float, seconds: float = 3600) -> dict[str, Any]:
        """The row of one order that changed within an hour of a moment."""
        (found,) = [row for row in self.all_orders(start, start + seconds) if row["order_sn"] == order]
        return found

    def bulk(self, item: str, paid_at: float, *do: Any, **more: Any) -> str:
        """One order of an item by its goods_id, through the account's first pid."""
        line = {"marketplace": "pinduoduo", "item": item, "position": self.account["pid"]}
        (order,) = self.sandbox.bulk([line | {"paid_at": utc(paid_at), "do": list(do)} | more])
        return order


def written(value: Any) -> str:
    """As JSON writes it, but for texts."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
