"""Call Pinduoduo's gateway: sign, and understand what it answers (joey/marketplaces/call_gateway.py does the rest).

No secret leaves this file but inside the signed call itself: not in a message, a log line, an exception or a repr.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _

from joey.kit.json_rows import read_json_rows
from joey.kit.sentences import Sentence
from joey.marketplaces.call_gateway import Gateway, Retryable, without_secrets
from joey.marketplaces.pace import Pace
from joey.marketplaces.port import MarketplaceRefused
from joey.marketplaces.sign_form import sign

log = logging.getLogger(__name__)

_UNAVAILABLE = _("Pinduoduo is unavailable (%(why)s). Nothing was lost; try again a little later.")
_WRONG_ADDRESS = _("Pinduoduo's gateway answered HTTP %(status)s. Check the gateway's address in the configuration.")

PASSING = frozenset({"50000", "50001", "50002", "52001", "52002", "52102", "52103", "70033"})
THROTTLED = frozenset({"52101", "70031"})
NOT_GRANTED = frozenset({"20031", "30000", "30001"})
WRONG_PARAMETER = frozenset({"10000", "21001"})
OF_ALL_CALLS = frozenset({"10001", "10016", "20004", "20005", "20032"})  # the account, its address, its signature
NOT_FILED = "60001"  # unverified.py: unfiled_code

# The key under which each method answers: it cannot be derived from its name.
ROOTS: Mapping[str, str] = {
    "pdd.ddk.goods.search": "goods_search_response",
    "pdd.ddk.goods.detail": "goods_detail_response",
    "pdd.ddk.goods.promotion.url.generate": "goods_promotion_url_generate_response",
    "pdd.ddk.goods.pid.generate": "p_id_generate_response",
    "pdd.ddk.goods.pid.query": "p_id_query_response",
    "pdd.ddk.order.list.increment.get": "order_list_get_response",
    "pdd.ddk.order.list.range.get": "order_list_get_response",
    "pdd.ddk.order.detail.get": "order_detail_response",
    "pdd.ddk.rp.prom.url.generate": "rp_promotion_url_generate_response",
    "pdd.ddk.member.authority.query": "authority_query_response",
}


@dataclass(frozen=True)
class JinbaoAccount:
    """How the operator's account is reached. Its repr shows no secret."""

    gateway: str
    client_id: str
    secret: str = field(repr=False)


class JinbaoClient:
    """One account at one gateway; safe to share between threads."""

    def __init__(self, account: JinbaoAccount, pace: Pace) -> None:
        self._account = account
        self._gateway = Gateway(account.gateway, pace, unavailable=_UNAVAILABLE, wrong_address=_WRONG_ADDRESS)

    def call(self, method: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        """What the method answered, without the root key. Empty parameters are left out; lists come as JSON text.

        Raises MarketplaceUnavailable after bounded tries, MarketplaceRefused at once; the facts hold `method`, `code`
        and where known `retry_after` in seconds.
        """
        return self._gateway.call(
            method, lambda: self._signed(method, parameters), lambda body: self._understood(method, body)
        )

    def _signed(self, method: str, parameters: Mapping[str, object]) -> dict[str, str]:
        form = {name: _written(value) for name, value in parameters.items() if value not in (None, "")}
        form |= {
            "type": method,
            "client_id": self._account.client_id,
            "timestamp": str(int(time.time())),
            "data_type": "JSON",
            "version": "V1",
        }
        form["sign"] = sign(form, self._account.secret, "md5")
        return form

    def _understood(self, method: str, body: bytes) -> dict[str, Any]:
        try:
            answer = read_json_rows(body)
        except ValueError:
            raise Retryable("an answer that is not JSON") from None
        if not isinstance(answer, dict):
            raise Retryable("an answer without a root key")
        if "error_response" in answer:
            self._raise_error(method, answer["error_response"])
        found = answer.get(ROOTS[method])
        if not isinstance(found, dict):
            raise Retryable("an answer without its root key")
        return found

    def _raise_error(self, method: str, error: object) -> None:
        found = error if isinstance(error, dict) else {}
        code = str(found.get("error_code", ""))
        words = self._clean(found.get("sub_msg") or found.get("error_msg") or "")
        log.info("%s answered %s: %s (request %s)", method, code, words, self._clean(found.get("request_id", "")))
        if code in THROTTLED:
            raise Retryable(words or "too many calls", self._gateway.pace.throttle(None, words, method), {"code": code})
        if code in PASSING:
            raise Retryable(words or f"code {code}", facts={"code": code})
        text = _("Pinduoduo refused: %(words)s (%(code)s).")
        facts = {"words": words or "—", "code": code or "—"}
        raise MarketplaceRefused(Sentence(text, facts), method=method, code=code)

    def _clean(self, words: object) -> str:
        return without_secrets(words, self._account.secret)


def _written(value: object) -> str:
    """Booleans are signed, and sent, as words."""
    return str(value).lower() if isinstance(value, bool) else str(value)
