"""Call the TOP gateway: sign, and understand what it answers (joey/marketplaces/call_gateway.py does the rest).

No secret leaves this file but inside the signed call itself: not in a message, a log line, an exception or a repr.
"""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from django.utils.translation import gettext_noop as _

from joey.kit.json import read_json
from joey.kit.json_rows import read_json_rows
from joey.kit.sentences import Sentence
from joey.marketplaces import beijing
from joey.marketplaces.call_gateway import Gateway, Retryable, without_secrets
from joey.marketplaces.pace import ALL_METHODS, Pace
from joey.marketplaces.port import MarketplaceRefused
from joey.marketplaces.sign_form import SignMethod, sign

log = logging.getLogger(__name__)

_UNAVAILABLE = _("Taobao is unavailable (%(why)s). Nothing was lost; try again a little later.")
_WRONG_ADDRESS = _("Taobao's gateway answered HTTP %(status)s. Check the gateway's address in the configuration.")

# Codes after which the same call may work: busy, upload broken; or limited. 15 and 50 depend on the sub-code.
RETRYABLE = frozenset({3, 10})
LIMITED = frozenset({4, 5, 6, 7, 8})
REMOTE = frozenset({15, 50})  # the method itself refused, and says why by a sub-code
# Sub-codes of passing trouble: of the order report (3001), of searches (the next three; 50002 is "too often"), of
# conversions (25). The account-wide throttles of a report last until tomorrow.
PASSING = frozenset({"3001", "40001", "1201", "719", "25"})
TOO_OFTEN = frozenset({"50002"})
NO_RESULT = "50001"  # a search found nothing (unverified.py: nothing_found)
THROTTLED_NUMBERS = frozenset({"3000", "9100"})
YESTERDAYS_HOURS = 6
# "isp." is the platform's own fault, but for these, which are the caller's: unchanged, they never work.
CALLERS_FAULT = frozenset({
    "isp.relation-id-not-corrent", "isp.special-id-not-corrent", "isp.rebate-id-not-match", "isp.url_item_get_error",
    "isp.url_xid_not_match", "isp.param-error", "isp.pid-check-error",
})  # fmt: skip
OF_ALL_CALLS = "limited-by-app-access-count"  # other limits are of one method, or do not say: then of the one asked
WINDOW_TOO_LONG = "2007"

_BAN = re.compile(r"last for (\d{1,6}) more second", re.IGNORECASE)


def as_json(value: object) -> str:
    """A parameter of a call that is more than one text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class UnionAccount:
    """How the operator's union account is reached. Its repr shows no secret."""

    gateway: str
    app_key: str
    secret: str = field(repr=False)
    session: str = field(default="", repr=False)
    sign_method: SignMethod = "hmac-sha256"


class Client:
    """One account at one gateway; safe to share between threads."""

    def __init__(self, account: UnionAccount, pace: Pace) -> None:
        self._account = account
        self._gateway = Gateway(account.gateway, pace, unavailable=_UNAVAILABLE, wrong_address=_WRONG_ADDRESS)

    def call(
        self, method: str, parameters: Mapping[str, object], *, with_session: bool = False, for_rows: bool = False
    ) -> dict[str, Any]:
        """What the method answered, without the root key. Empty parameters are left out.

        `for_rows`: the answer is asked for its rows, and one that is broken loses no other (joey/kit/json_rows.py).

        Raises MarketplaceUnavailable after bounded tries, MarketplaceRefused at once; the facts hold `method`,
        `top_code`, `sub_code` and where known `retry_after` in seconds.
        """
        return self._gateway.call(
            method,
            lambda: self._signed(method, parameters, with_session=with_session),
            lambda body: self._understood(method, body, for_rows=for_rows),
        )

    def _understood(self, method: str, body: bytes, *, for_rows: bool) -> dict[str, Any]:
        try:
            # No float: amounts stay the text that they were.
            answer = read_json_rows(body) if for_rows else read_json(body)
        except ValueError:
            raise Retryable("an answer that is not JSON") from None
        if not isinstance(answer, dict):
            raise Retryable("an answer without a root key")
        if "error_response" in answer:
            self._raise_error(method, answer["error_response"])
        found = answer.get(method.removeprefix("taobao.").replace(".", "_") + "_response")
        if not isinstance(found, dict):
            raise Retryable("an answer without its root key")
        return found

    def _signed(self, method: str, parameters: Mapping[str, object], *, with_session: bool) -> dict[str, str]:
        account = self._account
        form = {name: str(value) for name, value in parameters.items() if value is not None and str(value) != ""}
        form |= {
            "method": method,
            "app_key": account.app_key,
            "timestamp": beijing.write(datetime.now(UTC)),
            "format": "json",
            "v": "2.0",
            "sign_method": account.sign_method,
        }
        if with_session and account.session:
            form["session"] = account.session
        form["sign"] = sign(form, account.secret, account.sign_method)
        return form

    def _raise_error(self, method: str, error: object) -> None:
        found = error if isinstance(error, dict) else {}
        code = str(found.get("code", ""))
        sub_code = self._clean(found.get("sub_code", ""))
        words = self._clean(found.get("sub_msg") or found.get("msg") or "")
        facts = {"top_code": code, "sub_code": sub_code}
        because = words or f"code {code}"
        level = logging.DEBUG if sub_code == NO_RESULT else logging.INFO  # that nothing is found is an answer
        log.log(level, "%s answered %s %s: %s", method, code, sub_code, words)
        match _kind_of(int(code) if code.isascii() and code.isdigit() else 0, sub_code, words):
            case "again":
                raise Retryable(because, facts=facts)
            case "wait":
                named = _BAN.search(words)
                limited = ALL_METHODS if OF_ALL_CALLS in sub_code else method
                seconds = self._gateway.pace.throttle(float(named[1]) if named else None, because, limited)
                raise Retryable(because, seconds, facts)
            case "tomorrow":
                seconds = self._gateway.pace.throttle(_until_tomorrow(datetime.now(beijing.ZONE)), because, method)
                raise Retryable(because, seconds, facts)
        text = _("Taobao refused: %(words)s (%(code)s).")
        both = "/".join(part for part in (code, sub_code) if part)
        raise MarketplaceRefused(Sentence(text, {"words": words or "—", "code": both}), method=method, **facts)

    def _clean(self, words: object) -> str:
        return without_secrets(words, self._account.secret, self._account.session)


def _until_tomorrow(now: datetime) -> float:
    """Seconds until the day in Beijing is over; in its first hours one hour, since the throttle may be yesterday's."""
    if now.hour < YESTERDAYS_HOURS:
        return 3600.0
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    return max((midnight - now).total_seconds(), 60.0)


def _kind_of(code: int, sub_code: str, words: str) -> Literal["again", "wait", "tomorrow", "no"]:
    if sub_code in THROTTLED_NUMBERS or str(code) in THROTTLED_NUMBERS:
        return "tomorrow"
    if code in LIMITED or "limited-by" in sub_code or _BAN.search(words):
        return "wait"
    if code in REMOTE and sub_code in TOO_OFTEN:
        return "wait"
    if code in RETRYABLE or (code in REMOTE and sub_code in PASSING):
        return "again"
    if sub_code.startswith("isp.") and sub_code not in CALLERS_FAULT:
        return "again"
    return "no"  # "isv." is the caller's fault, and so is every number that is not named above
