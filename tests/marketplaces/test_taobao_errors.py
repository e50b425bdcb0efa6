"""Every refusal that the union's documents name, over HTTP: what is tried again, waited for, handed on, or nothing."""

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import stamina

from joey.marketplaces import pace
from joey.marketplaces.call_gateway import ATTEMPTS
from joey.marketplaces.port import MarketplaceRefused, MarketplaceUnavailable
from tests.marketplaces.conftest import Script
from tests.marketplaces.test_taobao_client import EMPTY_SEARCH, error

BAN = "This ban will last for 3600 more seconds"

# Of the gateway itself.
AGAIN = [3, 10]
LIMITED = [4, 5, 6, 7, 8]
NO = [9, 11, 12, 13, *range(21, 35), 40, 41, 42, 43]
LIMITED_BY = [
    f"accesscontrol.limited-by-{what}-access-count" for what in ("app", "api", "app-api", "dynamic")
]  # fmt: skip

# Of the methods, under 15 or 50, in the order of the documents: search, conversion, the order report, all of them.
SUB_AGAIN = [
    "40001", "1201", "719", "isp.entry-sys-error", "isp.sys-error", "25", "3001", "isp.pubrpt-service-unavailable",
    "isp.tbkapi-service-unavailable", "isp.top-remote-connection-timeout",
]  # fmt: skip
SUB_LATER = ["50002", *LIMITED_BY]
SUB_TOMORROW = ["3000", "9100"]
SUB_NO = [
    "2", "5", "4", "30001", "30002", "10000", "1001", "1911", "isp.pid-check-error",
    "11", "33", "35", "36", *map(str, range(20008, 20017)), "-4003", "isv.item-not-exist", "isv.pid-not-correct",
    "isv.coupon_not_exist", "isv.parse-result-invalid",
    "1005", "1006", "1008", "2000", "2001", "2002", "2004", "2007",
    "isv.invalid-parameter", "isv.permission-api-package-limit", "isp.relation-id-not-corrent",
    "isp.special-id-not-corrent", "isp.rebate-id-not-match", "isp.url_item_get_error", "isp.url_xid_not_match",
    "isp.param-error", "a code that no document names",
]  # fmt: skip


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Retries happen as they do, without their pauses; for how many seconds each call would have waited."""
    seconds: list[int] = []

    def sleep(wait: float) -> None:
        seconds.append(round(wait))

    monkeypatch.setattr(pace, "time", SimpleNamespace(sleep=sleep, monotonic=time.monotonic))
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield seconds


def under(sub_codes: list[str]) -> list[tuple[int, str]]:
    """A method's own refusal comes under either of two codes."""
    return [(code, sub_code) for sub_code in sub_codes for code in (15, 50)]


def outcome(script: Script, code: int, sub_code: str = "", words: str = "") -> Any:
    """What becomes of a search that is refused once and answered then."""
    script.answers = [error(code, sub_code, words), EMPTY_SEARCH]
    found = script.connector().search("杯")
    return found.offers, len(script.asked)


@pytest.mark.parametrize(("code", "sub_code"), [*((code, "") for code in AGAIN), *under(SUB_AGAIN)])
def test_passing_trouble_is_tried_again(script: Script, code: int, sub_code: str) -> None:
    assert outcome(script, code, sub_code) == ([], 2)


@pytest.mark.parametrize(
    ("code", "sub_code"),
    [*((code, "") for code in LIMITED), *((code, by) for code in (*LIMITED, 15) for by in LIMITED_BY)],
)
def test_a_limit_is_waited_for_as_long_as_it_says_or_handed_on(script: Script, code: int, sub_code: str) -> None:
    assert outcome(script, code, sub_code, "This ban will last for 1 more seconds") == ([], 2)

    script.asked.clear()
    with pytest.raises(MarketplaceUnavailable) as refused:
        outcome(script, code, sub_code, BAN)
    assert (refused.value.facts["retry_after"], len(script.asked)) == (3600, 1)


@pytest.mark.parametrize(("code", "sub_code"), [*((code, "") for code in LIMITED), *under(SUB_LATER)])
def test_a_limit_that_says_no_time_is_waited_for_too(
    script: Script, waits: list[int], code: int, sub_code: str
) -> None:
    assert outcome(script, code, sub_code) == ([], 2)
    assert waits == [0, 5]


def test_too_many_requests_are_a_limit(script: Script, waits: list[int]) -> None:
    script.answers = [(429, ""), EMPTY_SEARCH]

    assert script.connector().search("杯").offers == []
    assert waits == [0, 5]


@pytest.mark.parametrize(
    ("code", "sub_code"), [*under(SUB_TOMORROW), *((int(code), "") for code in SUB_TOMORROW)]
)  # fmt: skip
def test_a_throttled_account_is_not_asked_again_at_once(script: Script, code: int, sub_code: str) -> None:
    with pytest.raises(MarketplaceUnavailable):
        outcome(script, code, sub_code)

    assert len(script.asked) == 1


@pytest.mark.parametrize(
    ("code", "sub_code"), [*((code, "") for code in NO), *under(SUB_NO), (40, "25"), (41, "40001")]
)
def test_a_no_is_not_tried_again_and_says_its_code(script: Script, code: int, sub_code: str) -> None:
    with pytest.raises(MarketplaceRefused) as refused:
        outcome(script, code, sub_code, "why")

    assert len(script.asked) == 1
    assert (refused.value.facts["top_code"], refused.value.facts["sub_code"]) == (str(code), sub_code)
    assert "why" in str(refused.value)


@pytest.mark.parametrize("code", [15, 50])
def test_nothing_found_is_an_empty_list(script: Script, code: int) -> None:
    script.answers = [error(code, "50001", "no result")]

    assert script.connector().search("没有的东西").offers == []
    assert len(script.asked) == 1


def test_a_code_counts_as_a_number_and_as_a_text(script: Script) -> None:
    status, body = error(10)
    body["error_response"]["code"] = "10"
    script.answers = [(status, body), EMPTY_SEARCH]

    assert script.connector().search("杯").offers == []
