"""The writer by itself: what it says is committed is, and no click takes the others down."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar
from uuid import UUID, uuid4

import psycopg
import pytest
from pytest_django import Settings

from joey.edge import group_commit
from joey.edge.group_commit import GroupCommit, PendingClick, QueueFull
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.ids import new_id, new_id_bytes
from joey.sharing import write_clicks as writing
from joey.sharing.click_rows import ClickedDestination, ClickedLink
from joey.sharing.models import Click, Link, OutboundClick
from joey.sharing.write_clicks import write_clicks

Result = TypeVar("Result")


@pytest.fixture(autouse=True, params=["in one message", "by the documented interface", "without the inner parts"])
def way_of_writing(request: pytest.FixtureRequest, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test of the writer runs on the fast path and on both ways into its fallback."""
    settings.JOEY_PLAIN_COPY = request.param == "by the documented interface"
    if request.param == "without the inner parts":
        monkeypatch.setattr(writing, "copy_in", None)


def pending(link: Link, *, click_id: UUID | None = None, referrer: str = "", goes_out: bool = False) -> PendingClick:
    clicked = ClickedLink.of(link.shop_id, link.id, link.listing_id)
    click_id = click_id or new_id()
    click = clicked.row(click_id.bytes, b"k" * 16, Click.Visitor.PERSON, referrer)
    outbound_click = (
        ClickedDestination.of(link.shop_id, "taobao", None).row(new_id_bytes(), click_id.bytes) if goes_out else b""
    )
    return PendingClick(click, outbound_click)


def with_writer(
    postgres: EmbeddedPostgres, story: Callable[[GroupCommit], Awaitable[Result]], **settings: float
) -> Result:
    async def run() -> Result:
        writer = GroupCommit(postgres.urls.app, **settings)  # type: ignore[arg-type]
        try:
            return await story(writer)
        finally:
            await writer.close()

    return asyncio.run(asyncio.wait_for(run(), 20))


def test_clicks_that_come_together_are_all_written(committed_db: EmbeddedPostgres, shared: Link) -> None:
    ids = [new_id() for _ in range(3_000)]
    clicks = [pending(shared, click_id=each, goes_out=number % 2 == 0) for number, each in enumerate(ids)]

    async def story(writer: GroupCommit) -> list[bool]:
        return await asyncio.gather(*(writer.send(each) for each in clicks))

    said = with_writer(committed_db, story, wait_seconds=10)

    assert said == [True] * 3_000
    assert set(Click.objects.values_list("id", flat=True)) == set(ids)
    assert OutboundClick.objects.count() == 1_500


def test_a_full_batch_does_not_wait(
    committed_db: EmbeddedPostgres, shared: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MAX_BATCH_DELAY_SECONDS", 60.0)  # far longer than a request waits

    async def story(writer: GroupCommit) -> list[list[bool]]:
        together = (group_commit.BATCHING_FROM, group_commit.BATCH_FULL)
        return [await asyncio.gather(*(writer.send(pending(shared)) for _ in range(many))) for many in together]

    first, full = with_writer(committed_db, story)

    assert all(first)
    assert all(full)


def test_a_click_that_cannot_be_written_does_not_take_the_others_with_it(
    committed_db: EmbeddedPostgres, shared: Link
) -> None:
    clicks = [pending(shared) for _ in range(50)]
    clicks[17] = pending(shared, referrer="a\x00b")
    clicks[30] = pending(shared, referrer="too-long." * 20, goes_out=True)

    async def story(writer: GroupCommit) -> list[bool]:
        return await asyncio.gather(*(writer.send(each) for each in clicks))

    said = with_writer(committed_db, story)

    assert [place for place, written in enumerate(said) if not written] == [17, 30]
    assert Click.objects.count() == 48
    assert not OutboundClick.objects.exists(), "a request is written as a whole or not at all"


def test_a_full_queue_says_so_and_a_slow_commit_is_not_called_recorded(
    committed_db: EmbeddedPostgres, shared: Link
) -> None:
    async def story(writer: GroupCommit) -> tuple[list[bool], bool, bool]:
        with psycopg.connect(committed_db.urls.owner) as owner:
            owner.execute("LOCK TABLE sharing_click IN ACCESS EXCLUSIVE MODE")
            first = writer.send(pending(shared))
            await asyncio.sleep(0.3)  # it is in flight now
            waiting = [writer.send(pending(shared)) for _ in range(2)]
            await asyncio.sleep(0.05)
            with pytest.raises(QueueFull):
                await writer.send(pending(shared))
            answers = await asyncio.gather(first, *waiting)
            unavailable = writer.unavailable
            at_once = await asyncio.wait_for(writer.send(pending(shared)), 0.1)
            answers.append(at_once)
        await asyncio.sleep(0.5)
        return answers, unavailable, await writer.send(pending(shared))

    answers, unavailable, afterwards = with_writer(committed_db, story, max_queued=2, wait_seconds=1)

    assert answers == [False] * 4
    assert unavailable
    assert afterwards
    # the one in flight was written after all (False promised nothing); those that waited were not sent any more
    assert Click.objects.count() == 2


def test_closing_writes_what_waits(committed_db: EmbeddedPostgres, shared: Link) -> None:
    async def story(writer: GroupCommit) -> list[bool]:
        writing = [writer.send(pending(shared)) for _ in range(500)]
        await asyncio.sleep(0)
        await writer.close()
        return await asyncio.gather(*writing)

    said = with_writer(committed_db, story)

    assert said == [True] * 500
    assert Click.objects.count() == 500


def test_a_visitor_who_left_is_not_counted_once_the_database_is_back(
    committed_db: EmbeddedPostgres, shared: Link
) -> None:
    async def story(writer: GroupCommit) -> bool:
        with psycopg.connect(committed_db.urls.owner) as owner:
            owner.execute("LOCK TABLE sharing_click IN ACCESS EXCLUSIVE MODE")
            first = writer.send(pending(shared))
            await asyncio.sleep(0.3)
            gone = writer.send(pending(shared))
            await asyncio.sleep(0.05)
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone
        return await first

    assert with_writer(committed_db, story)
    assert Click.objects.count() == 1


def test_a_broken_connection_is_made_again_and_nothing_is_written_twice(
    committed_db: EmbeddedPostgres, shared: Link
) -> None:
    async def story(writer: GroupCommit) -> list[bool]:
        said = [await writer.send(pending(shared))]
        with psycopg.connect(committed_db.urls.owner) as owner:
            owner.execute("LOCK TABLE sharing_click IN ACCESS EXCLUSIVE MODE")
            writing = [writer.send(pending(shared)) for _ in range(20)]
            await asyncio.sleep(0.2)
            with psycopg.connect(committed_db.urls.app, autocommit=True) as other:
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'joey edge' AND wait_event_type = 'Lock'"
                )
        return said + await asyncio.gather(*writing)

    said = with_writer(committed_db, story, wait_seconds=5)

    assert said == [True] * 21
    assert Click.objects.count() == 21


def test_a_commit_whose_answer_was_lost_is_not_written_twice(
    committed_db: EmbeddedPostgres, shared: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers_lost: list[bool] = []

    async def committed_but_never_heard(connection: psycopg.AsyncConnection, **what: Any) -> None:
        await write_clicks(connection, **what)
        if not answers_lost:
            answers_lost.append(True)
            raise psycopg.OperationalError("the connection broke after the commit")

    monkeypatch.setattr(group_commit, "write_clicks", committed_but_never_heard)
    clicks = [pending(shared, goes_out=True) for _ in range(20)]

    async def story(writer: GroupCommit) -> list[bool]:
        return await asyncio.gather(*(writer.send(each) for each in clicks))

    said = with_writer(committed_db, story, wait_seconds=5)

    assert answers_lost
    assert said == [True] * 20
    assert (Click.objects.count(), OutboundClick.objects.count()) == (20, 20)


def test_an_unreachable_database_is_given_up_within_the_patience(shared: Link) -> None:
    async def story() -> tuple[bool, float]:
        writer = GroupCommit(f"postgresql://joey_app@/joey?host=/nowhere/{uuid4()}", wait_seconds=1)
        started = asyncio.get_running_loop().time()
        said = await writer.send(pending(shared))
        took = asyncio.get_running_loop().time() - started
        await writer.close(within=1)
        return said, took

    said, took = asyncio.run(story())

    assert said is False
    assert took < 1.5
