"""How many questions an outbound click asks: none on the fast path, and the first person alone pays for the lease."""

import asyncio
import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from joey.edge.ask_marketplace import MAX_ASKING, AskMarketplace, Untracked
from joey.edge.asked import Asked, Message, Scope
from joey.edge.go_out import GoOut
from joey.edge.group_commit import GroupCommit
from joey.edge.look_up import LookUp
from joey.edge.open_link import KnownLinks
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock, sql
from joey.marketplaces import registry
from joey.marketplaces.port import TrackedLink, Tracking
from joey.marketplaces.taobao.manifest import MANIFEST
from joey.sharing.models import Link, OutboundClick, Position, PositionLease, TrackedUrl
from joey.sharing.public_link import link_with_offer
from joey.sharing.tracked_url import tracked_url
from tests.edge.server import PHONE

LEASE_AND_ADDRESS = 20  # statements of the first person's: lock, limit, position, lease, its history, event, address
KNOWN = 6  # of one whose address another process wrote down meanwhile


class Gateway:
    """A marketplace that answers at once, and notes whether a transaction was open while it was asked."""

    code = "taobao"
    manifest = MANIFEST
    account = "1"

    def __init__(self, url: str = "https://s.click.taobao.com/t?e=1") -> None:
        self.url = url
        self.asked: list[bool] = []

    def tracked_link(self, external_id: str, tracking: Tracking) -> TrackedLink:
        self.asked.append(sql.inside_transaction())
        return TrackedLink(self.url, "￥AbCd￥")


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Gateway:
    settings.JOEY_MARKETPLACES = {"taobao": {"gateway": "http://localhost:1/router/rest", "credentials": {
        "app_key": "1", "app_secret": "s", "session": "s", "publisher_id": "1", "site_id": "2"}}}  # fmt: skip
    made = Gateway()
    monkeypatch.setattr(registry, "connector_for", lambda _code: made)
    return made


class Counted(LookUp):
    """Counts the rows that the fast path asks for."""

    count = 0

    async def one(self, row: Any, query: str, params: Any) -> Any:
        Counted.count += 1
        return await super().one(row, query, params)


def scope_of(token: str) -> Scope:
    headers = [(b"user-agent", PHONE.encode()), (b"host", b"localhost")]
    return {"type": "http", "method": "GET", "path": f"/go/{token}", "headers": headers, "client": ("1.2.3.4", 1)}


def go(postgres: EmbeddedPostgres, token: str, times: int) -> tuple[list[int], list[str]]:
    """The rows looked up for each of so many visitors, and where each was led."""

    async def run() -> tuple[list[int], list[str]]:
        look_up, clicks = Counted(postgres.urls.app), GroupCommit(postgres.urls.app)
        out = GoOut(
            no_django, KnownLinks(look_up, clicks), look_up, clicks, lambda agent, marketplace: True,
            follow_changes=lambda: None,
        )  # fmt: skip
        asked, led = [], []
        try:
            for _ in range(times):
                Counted.count, sent = 0, list[Message]()

                async def send(message: Message, sent: list[Message] = sent) -> None:
                    sent.append(message)

                scope = scope_of(token)
                await out(scope, Asked(scope, lambda *_: "en"), token, send)
                asked.append(Counted.count)
                led.append(dict(sent[0]["headers"]).get(b"location", b"").decode())
        finally:
            await clicks.close()
            await look_up.close()
        return asked, led

    return asyncio.run(asyncio.wait_for(run(), 30))


async def no_django(*_: object) -> None:
    raise AssertionError("no page is drawn for a visitor who is led on")


def test_a_known_tracked_link_is_found_by_two_look_ups_and_then_by_none(
    committed_db: EmbeddedPostgres, own: Link, gateway: Gateway
) -> None:
    Position.objects.create(marketplace="taobao", key="1", free_from=clock.now())
    tracked_url(link_with_offer(own.pk), now=clock.now())
    gateway.asked.clear()

    looked_up, led = go(committed_db, own.code, times=4)

    assert looked_up == [2, 0, 0, 0]  # the link and its destination
    assert set(led) == {gateway.url}
    assert gateway.asked == []
    assert OutboundClick.objects.count() == 4


def test_only_the_first_person_asks_the_marketplace_and_outside_any_transaction(
    committed_db: EmbeddedPostgres, own: Link, gateway: Gateway
) -> None:
    Position.objects.create(marketplace="taobao", key="1", free_from=clock.now())

    looked_up, led = go(committed_db, own.code, times=4)

    assert set(led) == {gateway.url}
    assert looked_up == [2, 1, 0, 0]  # the second visitor's look-up finds what the first one got
    assert gateway.asked == [False]
    assert PositionLease.objects.count() == 1


def test_the_first_persons_statements_are_few(committed_db: EmbeddedPostgres, own: Link, gateway: Gateway) -> None:
    Position.objects.create(marketplace="taobao", key="1", free_from=clock.now())
    link, now = link_with_offer(own.pk), clock.now()

    with CaptureQueriesContext(connection) as first:
        tracked_url(link, now=now)
    with CaptureQueriesContext(connection) as second:
        tracked_url(link, now=now)

    assert len(first) <= LEASE_AND_ADDRESS, [query["sql"] for query in first]
    assert len(second) <= KNOWN, [query["sql"] for query in second]


@pytest.mark.parametrize(
    "url", ["https://evil.example/t", "javascript:alert(1)", "", "https://s.click.taobao.com@evil.example/"]
)
def test_an_address_outside_the_marketplace_is_neither_kept_nor_followed(
    committed_db: EmbeddedPostgres, own: Link, gateway: Gateway, url: str
) -> None:
    Position.objects.create(marketplace="taobao", key="1", free_from=clock.now())
    gateway.url = url

    found = asyncio.run(AskMarketplace().address_of(own.pk, "taobao"))

    assert found is Untracked.LATE
    assert not TrackedUrl.objects.exists()


def test_while_one_marketplace_is_slow_another_is_asked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, slow, quick = threading.Event(), [uuid4() for _visitor in range(2 * MAX_ASKING)], uuid4()

    def ask(link_id: UUID) -> TrackedUrl:
        if link_id != quick:
            answers.wait(10)
        return TrackedUrl(url=str(link_id))

    monkeypatch.setattr("joey.edge.ask_marketplace._ask", ask)

    async def visitors() -> list[TrackedUrl | Untracked]:
        asking = AskMarketplace()
        first = [asyncio.create_task(asking.address_of(link, "taobao")) for link in slow]
        await asyncio.sleep(0)
        meanwhile = await asking.address_of(quick, "toyland")
        answers.set()
        return [meanwhile, *await asyncio.gather(*first), await asking.address_of(slow[-1], "taobao")]

    meanwhile, *first, again = asyncio.run(visitors())

    assert isinstance(meanwhile, TrackedUrl)
    assert [found is Untracked.LATE for found in first].count(False) == MAX_ASKING // 2
    assert isinstance(again, TrackedUrl), "its places are free again"
