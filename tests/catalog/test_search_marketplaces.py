"""What the catalogue lacks is asked of the marketplaces: over HTTP, by the page and the API, within bounds."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from html import unescape
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest
from django.test import Client
from pytest_django import Settings

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import AskedSearch, Offer
from joey.catalog.search import ask_marketplace, search_marketplaces
from joey.catalog.search.follow import rebuild
from joey.demo import catalogue
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock
from joey.kit.rate_limit import Limit
from joey.marketplaces import imported
from joey.marketplaces.models import CallTurn
from tests.api.client import Caller
from tests.api.live import running_server
from tests.at_once import outcomes
from tests.cast import lulu, mei, meis_shop, sam
from tests.catalog.offers import flask_facts, many
from tests.journeys.running import until
from tests.marketplaces.conftest import Sandbox, Script, script
from tests.slow import but_every, slow

__all__ = ["script"]

POTS = "锅"
SOLD = [each for each in catalogue.offers() if each.marketplace in ("taobao", "tmall") and each.in_stock]
OPEN = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' AND xact_start IS NOT NULL"
)


@pytest.fixture
def taobao(
    committed_db: EmbeddedPostgres,
    connected: Sandbox,
    index_folder: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Sandbox:
    """The sandbox's Taobao is connected, and the index of this host has what was in the catalogue at the start."""
    monkeypatch.setattr(search_marketplaces, "WAIT_SECONDS", 60.0)  # however busy the computer of the tests is
    settings.JOEY_MARKETPLACES = {"taobao": settings.JOEY_MARKETPLACES["taobao"]}
    settings.JOEY_SEARCHES_PER_DAY = 500
    rebuild()
    return connected


@pytest.fixture
def broken(taobao: Sandbox) -> Any:
    """Break it, until the test ends."""
    yield lambda kind: outage(taobao, kind, 60)
    outage(taobao, "500", 0)


def outage(sandbox: Sandbox, kind: str, seconds: int) -> None:
    assert sandbox.post("/control/outage", {"kind": kind, "seconds": seconds, "where": "taobao"}).status_code < 300


def found(q: str, *, by: Caller | None = None, **asked: Any) -> dict[str, Any]:
    answer = (by or Caller(mei())).get("/offers", q=q, **asked)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def titles(body: dict[str, Any]) -> list[str]:
    return [item["title"] for item in body["items"]]


def ids(body: dict[str, Any]) -> list[str]:
    return [item["id"] for item in body["items"]]


def state(body: dict[str, Any]) -> str:
    (searched,) = body["searched"]
    return str(searched["state"])


def keepers_browser() -> Client:
    meis_shop()
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(mei())
    return browser


def page_of(q: str, browser: Client | None = None) -> str:
    answer = (browser or keepers_browser()).get(f"/studio/mei/pick?q={quote(q)}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def test_what_the_catalogue_lacks_is_found_at_the_marketplace_and_is_an_offer_from_then_on(taobao: Sandbox) -> None:
    html = page_of(POTS)

    offers = {str(offer.id): offer for offer in Offer.objects.all()}
    assert offers
    assert {offer.marketplace for offer in offers.values()} == {"taobao", "tmall"}
    assert set(re.findall(r'<li id="o-([0-9a-f-]+)"', html)) == set(offers)
    assert html.count("found at Taobao just now") + html.count("found at Tmall just now") == len(offers)
    assert "¥" in html
    assert "as of" in html

    rebuild()
    again = page_of(POTS)

    assert again.count("from the catalogue") == len(offers)
    assert "just now" not in again
    assert AskedSearch.objects.count() == 1
    assert set(CallTurn.objects.values_list("kind", flat=True)) == {"people"}


def test_the_api_says_where_each_hit_came_from(taobao: Sandbox) -> None:
    take_offers([flask_facts(title="祖传老锅", translations={}, as_of=clock.now())], now=clock.now())
    rebuild()

    body = found(POTS)

    sources = [item["source"] for item in body["items"] if item["title"] != "祖传老锅"]
    assert [item["source"] for item in body["items"] if item["title"] == "祖传老锅"] == ["catalogue"]
    assert set(sources) == {"marketplace"}
    (searched,) = body["searched"]
    assert (searched["marketplace"], searched["state"], searched["message"]) == ("taobao", "answered", "")
    assert searched["hits"] == len(sources)
    assert body["items"][0]["as_of"]


@pytest.mark.parametrize("sort", ["relevance", "price", "sales", "earning", "newest"])
def test_a_list_keeps_its_order_from_page_to_page_while_the_index_takes_in_what_was_found(
    taobao: Sandbox, sort: str
) -> None:
    moment = clock.now()
    take_offers(many(3, title="锅 旧的", translations={}, as_of=moment), now=moment)
    rebuild()
    me = Caller(mei())

    whole = ids(found(POTS, by=me, sort=sort, limit=100))
    first = found(POTS, by=me, sort=sort, limit=4)
    rebuild()
    pages = [first]
    while pages[-1]["next"]:
        pages.append(found(POTS, by=me, sort=sort, limit=4, cursor=pages[-1]["next"]))

    assert len(whole) == len(set(whole)) == 8
    assert [each for page in pages for each in ids(page)] == whole
    assert ids(found(POTS, by=me, sort=sort, limit=100)) == whole


def test_what_a_marketplace_names_for_another_reason_comes_last_and_keeps_to_the_filters(
    taobao: Sandbox, script: Script, settings: Settings
) -> None:
    account = settings.JOEY_MARKETPLACES["taobao"]
    row = next(each for each in taobao.search(q=POTS) if each["item_basic_info"]["user_type"] == 0)
    other = {**row, "item_basic_info": {**row["item_basic_info"], "title": "不粘炊具"}, "item_id": "other"}
    other["item_basic_info"]["seller_id"] = 1
    script.answers = [(200, answer_of(other, row))]
    settings.JOEY_MARKETPLACES = {"taobao": account | {"gateway": script.url}}

    assert titles(found(POTS)) == [row["item_basic_info"]["title"], "不粘炊具"]
    rebuild()
    assert titles(found(POTS)) == [row["item_basic_info"]["title"], "不粘炊具"]
    assert titles(found(POTS, marketplace="tmall")) == []


def answer_of(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"tbk_dg_material_optional_upgrade_response": {"result_list": {"map_data": list(rows)}}}


def test_two_at_once_ask_once_and_no_transaction_is_open_meanwhile(
    taobao: Sandbox, script: Script, settings: Settings, committed_db: EmbeddedPostgres
) -> None:
    account = settings.JOEY_MARKETPLACES["taobao"]
    open_meanwhile: list[int] = []

    def answer(form: dict[str, str]) -> tuple[int, Any]:
        with psycopg.connect(committed_db.urls.owner, autocommit=True) as watcher:
            watcher.execute("SELECT pg_sleep(0.3)")  # the other one has claimed nothing and waits by now
            (count,) = watcher.execute(OPEN).fetchone() or (-1,)
        open_meanwhile.append(count)
        asked = httpx.post(account["gateway"], data=form)
        return asked.status_code, asked.content

    settings.JOEY_MARKETPLACES = {"taobao": account | {"gateway": script.url}}
    script.answers = [answer]
    callers = Caller(mei()), Caller(lulu())

    both = outcomes(*(lambda caller=caller: found(POTS, by=caller) for caller in callers))

    assert open_meanwhile == [0]
    assert [state(each) for each in both] == ["answered", "answered"]  # type: ignore[arg-type]
    assert titles(both[0]) == titles(both[1]) != []  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [slow("500"), "throttle", slow("garbage")])
def test_a_marketplace_that_fails_is_named_and_left_alone_for_a_while(
    taobao: Sandbox, broken: Callable[[str], None], kind: str
) -> None:
    take_offers([flask_facts(title="祖传老锅", translations={}, as_of=clock.now())], now=clock.now())
    rebuild()
    broken(kind)

    body, html, other = found(POTS), page_of(POTS), found("杯子")

    assert titles(body) == ["祖传老锅"]
    assert state(body) == state(other) == "unavailable"
    assert body["searched"][0]["message"].startswith("Taobao is not available. Only goods known here are shown")
    assert "Taobao is not available" in html
    assert "祖传老锅" in html
    assert AskedSearch.objects.count() == 1, "the other words were not asked"

    outage(taobao, kind, 0)
    AskedSearch.objects.update(rest_until=clock.now())

    assert state(found(POTS)) == state(found("杯子")) == "answered"


def test_a_slow_marketplace_is_not_waited_for_and_its_answer_is_kept(
    committed_db: EmbeddedPostgres,
    own_sandbox: Callable[..., Sandbox],
    index_folder: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search_marketplaces, "WAIT_SECONDS", 0.1)
    slow = own_sandbox(JOEY_SANDBOX_SLOW_SECONDS="1")
    settings.JOEY_MARKETPLACES = {"taobao": slow.get("/control/marketplaces").json()["taobao"]}
    settings.JOEY_SEARCHES_PER_DAY = 500
    rebuild()
    outage(slow, "slow", 60)

    body, meanwhile = found(POTS), found("杯子")
    until(lambda: AskedSearch.objects.get().answered_at, "the late answer")

    assert state(body) == "late"
    assert body["searched"][0]["message"].startswith("Taobao has not answered in time.")
    assert state(meanwhile) == "unavailable"
    assert state(found(POTS)) == "answered"
    assert {item["source"] for item in found(POTS)["items"]} == {"marketplace"}


def test_a_refusal_is_named(taobao: Sandbox, settings: Settings) -> None:
    account = settings.JOEY_MARKETPLACES["taobao"]
    wrong = account["credentials"] | {"app_secret": "wrong"}
    settings.JOEY_MARKETPLACES = {"taobao": account | {"credentials": wrong}}

    assert state(found(POTS)) == "refused"
    assert "Taobao refused this search." in page_of(POTS)


ODD = "odd words"


@pytest.fixture
def odd(taobao: Sandbox, script: Script, settings: Settings) -> Callable[[Callable[[], tuple[int, Any]]], None]:
    """Make the marketplace answer odd words in this way; other words it answers as ever."""
    account = settings.JOEY_MARKETPLACES["taobao"]

    def answer_odd_words(how: Callable[[], tuple[int, Any]]) -> None:
        def answer(form: dict[str, str]) -> tuple[int, Any]:
            if form.get("q", "").startswith(ODD):
                return how()
            asked = httpx.post(account["gateway"], data=form)
            return asked.status_code, asked.content

        script.answers = [answer]
        settings.JOEY_MARKETPLACES = {"taobao": account | {"gateway": script.url}}

    return answer_odd_words


def refused_words() -> tuple[int, Any]:
    return 200, {"error_response": {"code": 15, "msg": "Remote service error", "sub_code": "1911", "sub_msg": "no"}}


def test_a_refusal_is_kept_with_its_words_and_silences_no_others(odd: Callable[..., None], script: Script) -> None:
    odd(refused_words)
    me = Caller(mei())

    assert [state(found(ODD, by=Caller(person))) for person in (mei(), lulu())] == ["refused", "refused"]
    assert len(script.asked) == 1, "the same words are not asked at once again"
    assert state(found(POTS, by=me)) == "answered"
    assert state(found("杯子", by=Caller(lulu()))) == "answered"


@pytest.mark.parametrize("how", but_every(3, [lambda: (500, b""), lambda: (200, b"{"), lambda: (200, {"wrong": 1})]))
def test_one_persons_words_silence_a_marketplace_for_that_person_only(
    odd: Callable[..., None], how: Callable[[], tuple[int, Any]]
) -> None:
    odd(how)
    me, other = Caller(mei()), Caller(lulu())

    assert [state(found(words, by=me)) for words in (ODD, f"{ODD} 2", POTS)] == ["unavailable"] * 3
    assert state(found(POTS, by=other)) == "answered"
    assert state(found(ODD, by=other)) == "unavailable", "these words were asked just now"


def test_what_fails_for_a_second_person_too_is_asked_by_none(odd: Callable[..., None], script: Script) -> None:
    odd(lambda: (500, b""))
    for number, person in enumerate((mei(), lulu())):
        assert state(found(f"{ODD} {number}", by=Caller(person))) == "unavailable"
    asked = len(script.asked)

    assert state(found(POTS, by=Caller(sam()))) == "unavailable"
    assert len(script.asked) == asked


def test_a_throttle_silences_a_marketplace_for_everyone(taobao: Sandbox, broken: Callable[[str], None]) -> None:
    broken("throttle")
    assert state(found(POTS)) == "unavailable"

    assert state(found("杯子", by=Caller(lulu()))) == "unavailable"
    assert AskedSearch.objects.count() == 1


def test_words_that_a_marketplace_is_slow_to_answer_are_late_for_that_person_only(
    odd: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = Event()

    def when_it_may() -> tuple[int, Any]:
        answered.wait(30)
        return refused_words()

    odd(when_it_may)
    me, other = Caller(mei()), Caller(lulu())
    try:
        with monkeypatch.context() as hurried:
            hurried.setattr(search_marketplaces, "WAIT_SECONDS", 0.1)
            late = [state(found(words, by=me)) for words in (ODD, f"{ODD} 2")]
        assert late == ["late", "unavailable"]
        AskedSearch.objects.update(rest_until=clock.now())
        assert state(found(f"{ODD} 3", by=me)) == "late", "the first one is still under way"

        assert state(found(POTS, by=other)) == "answered"
    finally:
        answered.set()
        until(lambda: AskedSearch.objects.filter(trouble="refused").exists(), "the late answer")


def test_a_persons_searches_of_a_day_are_counted_and_another_persons_are_not_touched(
    taobao: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_marketplaces, "SEARCHES_OF_PERSON", Limit("searches of a test", 1, timedelta(days=1)))
    me = Caller(mei())

    assert [state(found(words, by=me)) for words in (POTS, POTS, "杯子")] == ["answered", "answered", "used_up"]
    assert state(found("杯子", by=Caller(lulu()))) == "answered"
    assert state(found("杯子", by=me)) == "answered", "what another one asked costs nothing"


def test_the_searches_of_the_instance_at_a_marketplace_are_counted_over_all_persons(
    taobao: Sandbox, settings: Settings
) -> None:
    settings.JOEY_SEARCHES_PER_DAY = 1

    bodies = [found(words, by=Caller(person)) for words, person in ((POTS, mei()), ("杯子", lulu()))]

    assert [state(body) for body in bodies] == ["answered", "used_up"]
    assert bodies[1]["searched"][0]["message"].startswith("Today's searches at Taobao are used up.")


def test_an_item_found_by_its_whole_title_comes_without_a_link_and_is_said_to_need_one(taobao: Sandbox) -> None:
    names = [each.good.title["zh"] for each in SOLD]
    alone = next(name for name in names if names.count(name) == 1)

    html, body = page_of(alone), found(alone)

    assert Offer.objects.count() == 0
    said = "Taobao sells an item with exactly this title and gives no link to it here."
    assert said in html
    (searched,) = body["searched"]
    assert (searched["state"], searched["hits"], searched["without_link"]) == ("answered", 1, 1)
    assert searched["message"].startswith(said)


@pytest.mark.parametrize(
    ("q", "asked"),
    [
        ("", {}),
        ("  ", {}),
        ("!!!", {}),
        ("a", {}),
        ("看 https://item.taobao.com/item.htm?id=1", {}),
        ("//item.taobao.com/item.htm?id=590141576510", {}),
        ("item.taobao.com/item.htm?id=590141576510", {}),
        ("￥zRmVdesjTCu￥", {}),
        (POTS, {"marketplace": "jd"}),
        (POTS, {"limit": 2}),
    ],
)
def test_nothing_is_asked_that_is_not_worth_a_call(
    taobao: Sandbox, settings: Settings, q: str, asked: dict[str, Any]
) -> None:
    moment = clock.now()
    take_offers(many(2, title=POTS, as_of=moment), now=moment)
    rebuild()

    assert found(q, **asked)["searched"] == []
    assert AskedSearch.objects.count() == 0


def test_a_stranger_asks_nothing_and_an_operator_may_allow_no_searches(taobao: Sandbox, settings: Settings) -> None:
    meis_shop()

    assert Caller(None).get("/offers", q=POTS).status_code == 401
    assert Client().get(f"/studio/mei/pick?q={quote(POTS)}").status_code == 302
    settings.JOEY_SEARCHES_PER_DAY = 0
    assert found(POTS)["searched"] == []
    assert AskedSearch.objects.count() == 0


def test_a_search_takes_one_query_more_for_what_was_asked(
    taobao: Sandbox, django_assert_num_queries: Any, settings: Settings
) -> None:
    me, browser = Caller(mei()), keepers_browser()
    found(POTS, by=me)
    rebuild()
    page_of(POTS, browser)
    imported.refresh()  # of ten seconds: a page that finds them old reads them once more

    with django_assert_num_queries(5):  # token, clock, what was asked, the offers, plan; and a COPY of what was named
        found(POTS, by=me)
    with django_assert_num_queries(
        11
    ):  # session, person, shop, the same but the token, listed, shelves, same, accounts
        page_of(POTS, browser)


def test_an_old_answer_is_asked_for_again_and_a_killed_process_is_replaced(taobao: Sandbox) -> None:
    found(POTS)
    known = AskedSearch.objects.get()
    AskedSearch.objects.update(answered_at=clock.now() - ask_marketplace.KEPT)

    found(POTS)
    renewed = AskedSearch.objects.get()
    AskedSearch.objects.update(answered_at=None, asked_at=clock.now() - ask_marketplace.CLAIMED)
    body = found(POTS)

    assert renewed.asked_at > known.asked_at
    assert renewed.offer_ids == known.offer_ids
    assert state(body) == "answered"


@pytest.mark.parametrize("typed", ["\u202e锅", "锅\u200b", "\u200b\u200d\u200b锅", "\ufeff锅\x07", "锅\u3164"])
def test_what_cannot_be_seen_is_not_asked_for_and_the_answer_is_that_of_the_words(taobao: Sandbox, typed: str) -> None:
    with_hidden = found(typed)
    plain = found(POTS)

    assert with_hidden["searched"][0]["hits"] == plain["searched"][0]["hits"] > 0
    assert ids(with_hidden) == ids(plain)
    assert AskedSearch.objects.get().words == POTS


def test_spellings_that_a_marketplace_answers_otherwise_are_searches_of_their_own(taobao: Sandbox) -> None:
    traditional, wide = found("鍋"), found("ＰＯＴ 锅")
    plain = found(POTS)

    assert traditional["searched"][0]["hits"] == 0, "the marketplace knows no traditional characters"
    assert plain["searched"][0]["hits"] > 0
    assert set(AskedSearch.objects.values_list("words", flat=True)) == {"鍋", "pot 锅", POTS}
    assert state(wide) == "answered"


def test_a_running_server_asks_while_its_callers_wait(taobao: Sandbox, settings: Settings, tmp_path: Path) -> None:
    accounts = tmp_path / "accounts.json"
    accounts.touch(mode=0o600)
    accounts.write_text(json.dumps(settings.JOEY_MARKETPLACES))
    environment = {"JOEY_MARKETPLACES": str(accounts), "JOEY_SANDBOX_URL": taobao.url, "JOEY_POOL": "2"}

    with running_server(JOEY_DATA=str(settings.DATA), JOEY_SEARCHES_PER_DAY="9", **environment) as address:
        client = httpx.Client(base_url=f"{address}/api/v1", headers=Caller(mei()).headers, timeout=30)
        asked = [partial(client.get, "/offers", params={"q": words}) for words in (POTS, POTS, POTS, "杯子", "袜子")]
        answers = outcomes(*asked)
        # On a busy computer the first answer may come after the time limit, and is kept.
        body = until(lambda: answered(client.get("/offers", params={"q": POTS}).json()), "an answer that came")
        client.close()

    assert [answer.status_code for answer in answers] == [200] * len(asked)  # type: ignore[attr-defined]
    assert ids(body)
    assert {item["source"] for item in body["items"]} == {"marketplace"}


def answered(body: dict[str, Any]) -> dict[str, Any] | None:
    return body if state(body) == "answered" else None
