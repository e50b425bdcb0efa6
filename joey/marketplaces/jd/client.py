"""Call JD's gateway: sign, and understand what it answers, which is wrapped twice (call_gateway.py does the rest).

No secret leaves this file but inside the signed call itself: not in a message, a log line, an exception or a repr.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_noop as _

from joey.kit.json import read_json
from joey.kit.json_rows import read_json_rows
from joey.kit.sentences import Sentence
from joey.marketplaces import beijing
from joey.marketplaces.call_gateway import Gateway, Retryable, without_secrets
from joey.marketplaces.pace import Pace
from joey.marketplaces.port import MarketplaceRefused
from joey.marketplaces.sign_form import sign

log = logging.getLogger(__name__)

_UNAVAILABLE = _("JD is unavailable (%(why)s). Nothing was lost; try again a little later.")
_WRONG_ADDRESS = _("JD's gateway answered HTTP %(status)s. Check the gateway's address in the configuration.")
THROTTLED = "2"  # of the gateway's own codes
PASSING = frozenset({"67"})
OK, NOT_GRANTED = "200", "403"  # of the union's codes, inside


@dataclass(frozen=True)
class JdAccount:
    """How the operator's union account is reached. Its repr shows no secret."""

    gateway: str
    app_key: str
    secret: str = field(repr=False)
    access_token: str = field(default="", repr=False)
    union_key: str = field(default="", repr=False)  # the authorisation key with which positions are made


class JdClient:
    """One account at one gateway; safe to share between threads."""

    def __init__(self, account: JdAccount, pace: Pace) -> None:
        self._account = account
        self._gateway = Gateway(account.gateway, pace, unavailable=_UNAVAILABLE, wrong_address=_WRONG_ADDRESS)

    def call(self, method: str, arguments: Mapping[str, object]) -> dict[str, Any]:
        """What the method answered, both envelopes taken off; its rows are under `data`.

        `arguments` is the whole of `360buy_param_json`: its one name is that of the method's argument.
        Raises MarketplaceUnavailable after bounded tries, MarketplaceRefused at once; the facts hold `method`, `code`
        and where known `retry_after` in seconds. Code NOT_GRANTED: the account may not make this call.
        """
        return self._gateway.call(
            method, lambda: self._signed(method, arguments), lambda body: self._understood(method, body)
        )

    def _signed(self, method: str, arguments: Mapping[str, object]) -> dict[str, str]:
        account = self._account
        form = {
            "method": method,
            "app_key": account.app_key,
            "timestamp": beijing.write(datetime.now(UTC)),
            "format": "json",
            "v": "1.0",
            "sign_method": "md5",
            # The very text that is signed is sent.
            "360buy_param_json": json.dumps(arguments, ensure_ascii=False, separators=(",", ":")),
        }
        if account.access_token:
            form["access_token"] = account.access_token
        form["sign"] = sign(form, account.secret, "md5")
        return form

    def _understood(self, method: str, body: bytes) -> dict[str, Any]:
        answer = _as_object(body, "an answer that is not JSON")
        if "error_response" in answer:
            self._raise_of_gateway(method, answer["error_response"])
        outer = answer.get(method.replace(".", "_") + "_responce")  # so spelled
        if not isinstance(outer, dict):
            raise Retryable("an answer without its root key")
        # The inner answer is a text. Some samples lack the code beside it, so the text tells whether there is one.
        inner = next((text for name, text in outer.items() if name.endswith("Result") and isinstance(text, str)), None)
        if inner is None:
            raise Retryable("an answer without a result")
        found = _as_object(inner.encode(), "a result that is not JSON", for_rows=True)
        code = str(found.get("code", ""))
        if code != OK:
            self._raise_of_union(method, code, found)
        return found

    def _raise_of_gateway(self, method: str, error: object) -> None:
        found = error if isinstance(error, dict) else {}
        code = str(found.get("code", ""))
        words = self._clean(found.get("zh_desc") or found.get("en_desc") or "")
        log.info("%s answered %s: %s", method, code, words)
        if code == THROTTLED:
            raise Retryable(words or "too many calls", self._gateway.pace.throttle(None, words, method), {"code": code})
        if code in PASSING:
            raise Retryable(words or f"code {code}", facts={"code": code})
        self._refuse(method, code, words)

    def _raise_of_union(self, method: str, code: str, found: Mapping[str, Any]) -> None:
        words = self._clean(found.get("message", ""))
        log.info("%s answered %s: %s (request %s)", method, code, words, self._clean(found.get("requestId", "")))
        if len(code) == 3 and code.startswith("5"):
            raise Retryable(words or f"code {code}", facts={"code": code})
        self._refuse(method, code, words)

    def _refuse(self, method: str, code: str, words: str) -> None:
        text = _("JD refused: %(words)s (%(code)s).")
        if code == NOT_GRANTED:
            text = _("JD has not granted this account the call %(method)s: %(words)s (%(code)s). Apply for it there.")
        facts = {"words": words or "—", "code": code or "—", "method": method}
        raise MarketplaceRefused(Sentence(text, facts), method=method, code=code)

    def _clean(self, words: object) -> str:
        account = self._account
        return without_secrets(words, account.secret, account.access_token, account.union_key)


def _as_object(body: bytes, otherwise: str, *, for_rows: bool = False) -> dict[str, Any]:
    try:
        found = read_json_rows(body) if for_rows else read_json(body)
    except ValueError:
        raise Retryable(otherwise) from None
    if not isinstance(found, dict):
        raise Retryable(otherwise)
    return found
