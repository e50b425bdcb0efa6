"""Writes that ask a marketplace: no transaction is open meanwhile, and a key is safe to send again after a crash.

Case B3.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection, connections

from joey.catalog.models import Offer
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.idempotency import Answer, KeyUsedBefore, StillInProgress, answer_once_outside
from joey.kit.models import IdempotentAnswer
from joey.kit.refusals import Conflict
from joey.marketplaces import registry
from joey.marketplaces.port import Tracking
from joey.sharing.models import Link
from tests.api.client import Caller
from tests.at_once import die_after, outcomes
from tests.cast import flask, listed, mei, meis_shop
from tests.marketplaces.conftest import Sandbox, Script, connected, own_sandbox, quiet_hour, sandbox, script

__all__ = ["connected", "own_sandbox", "quiet_hour", "sandbox", "script"]

OPEN = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND backend_type = 'client backend' AND xact_start IS NOT NULL"
)


@dataclass
class Watched:
    """`seen`, for each call to the marketplace: transactions open during it, and whether the caller was inside one."""

    copy_code: str
    seen: list[tuple[int, bool]]


@pytest.fixture
def watched(committed_db: EmbeddedPostgres, connected: Sandbox, script: Script, settings: Any) -> Watched:
    """The sandbox's Taobao behind a gateway that looks at the database while Joey waits for the answer."""
    taobao = registry.connector("taobao")
    facts = taobao.search("锅").offers[0]
    copy_code = taobao.tracked_link(facts.external_id, Tracking(position="110000000001")).copy_code
    account = settings.JOEY_MARKETPLACES["taobao"]
    gateway = account["gateway"]
    settings.JOEY_MARKETPLACES = settings.JOEY_MARKETPLACES | {"taobao": account | {"gateway": script.url}}
    found = Watched(copy_code, [])
    ours = connections["default"]

    def look(form: dict[str, str]) -> tuple[int, bytes]:
        with psycopg.connect(committed_db.urls.owner, autocommit=True) as watcher:
            (count,) = watcher.execute(OPEN).fetchone() or (-1,)
        found.seen.append((count, ours.in_atomic_block or not ours.get_autocommit()))
        answer = httpx.post(gateway, data=form)
        return answer.status_code, answer.content

    script.answers = [look]
    return found


@pytest.mark.parametrize("key", [None, "once"])
def test_no_transaction_is_open_while_a_marketplace_is_asked_for_an_item(watched: Watched, key: str | None) -> None:
    me = Caller(mei())

    answers = [me.post("/offers/paste", {"text": watched.copy_code}, key=key) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200], answers[0].content
    assert watched.seen
    assert set(watched.seen) == {(0, False)}
    assert answers[1].json()["id"] == answers[0].json()["id"]
    assert answers[1].headers.get("Idempotent-Replay") == ("true" if key else None)


@pytest.mark.parametrize("key", [None, "once"])
def test_no_transaction_is_open_while_a_marketplace_is_asked_for_a_link(watched: Watched, key: str | None) -> None:
    me, shop = Caller(mei()), meis_shop()
    offer = me.post("/offers/paste", {"text": watched.copy_code}).json()
    listing = listed(shop, Offer.objects.get(pk=offer["id"]))
    del watched.seen[:]

    body = {"listing_id": str(listing.id), "channel": "wechat"}
    answers = [me.post("/shops/mei/links", body, key=key) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201], answers[0].content
    assert answers[1].json() == answers[0].json()
    assert Link.objects.filter(shop=shop, channel="wechat").count() == 1
    assert set(watched.seen) <= {(0, False)}


@pytest.mark.parametrize("moment", ["INSERT INTO kit_idempotentanswer", "INSERT INTO sharing_link", "catalog_offer"])
def test_a_request_killed_midway_is_answered_when_its_key_comes_again(
    committed_db: EmbeddedPostgres, moment: str
) -> None:
    shop = meis_shop()
    body = {"listing_id": str(listed(shop, flask()).id), "channel": "wechat"}
    me = Caller(mei())

    die_after(moment, lambda: me.post("/shops/mei/links", body, key="once"))
    waiting = me.post("/shops/mei/links", body, key="once")
    _the_claim_ends()
    again = me.post("/shops/mei/links", body, key="once")

    assert (waiting.status_code, waiting.json()["code"]) == (409, "still_in_progress")
    assert again.status_code == 201, again.content
    assert Link.objects.filter(shop=shop, channel="wechat").count() == 1
    assert me.post("/shops/mei/links", body, key="once").json() == again.json()


def test_one_of_several_requests_with_one_key_calls_and_the_others_wait(committed_db: EmbeddedPostgres) -> None:
    inside, resume = threading.Event(), threading.Event()
    runs: list[int] = []

    def write() -> Answer:
        runs.append(1)
        assert not connection.in_atomic_block
        inside.set()
        assert resume.wait(timeout=20)
        return Answer(201, {"made": 1})

    def late() -> Answer:
        assert inside.wait(timeout=20)
        try:
            return _once(write)
        finally:
            resume.set()

    came = outcomes(lambda: _once(write), late)

    assert came[0] == Answer(201, {"made": 1})
    assert isinstance(came[1], StillInProgress)
    assert runs == [1]
    assert _once(write) == Answer(201, {"made": 1}, replayed=True)


def test_a_write_that_is_refused_gives_its_key_back(committed_db: EmbeddedPostgres) -> None:
    def refuse() -> Answer:
        raise Conflict("No.")

    with pytest.raises(Conflict):
        _once(refuse)

    assert not IdempotentAnswer.objects.exists()
    assert _once(lambda: Answer(200, None)) == Answer(200, None)


def test_a_request_that_lost_its_claim_does_not_overwrite_the_answer_of_the_next(
    committed_db: EmbeddedPostgres,
) -> None:
    def slow() -> Answer:
        _the_claim_ends()
        assert _once(lambda: Answer(200, "second")).body == "second"
        return Answer(200, "first")

    _once(slow)

    assert _once(lambda: pytest.fail("it ran again")).body == "second"


def test_a_key_in_use_for_another_body_is_refused_during_the_write_and_after_it(
    committed_db: EmbeddedPostgres,
) -> None:
    def write() -> Answer:
        with pytest.raises(KeyUsedBefore):
            _once(lambda: Answer(200, None), request={"other": 1})
        return Answer(200, None)

    _once(write)

    with pytest.raises(KeyUsedBefore):
        _once(lambda: Answer(200, None), request={"other": 1})


def _once(write: Callable[[], Answer], request: Any = None) -> Answer:
    return answer_once_outside(principal="p", route="r", key="k", request=request or {}, write=write)


def _the_claim_ends() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kit_idempotentanswer SET claimed_until = clock_timestamp() - interval '1 second'")
