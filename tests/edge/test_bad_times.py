"""What buyers get, and what is kept, when PostgreSQL freezes or stops and when the server is killed."""

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.db import connection

from joey.catalog.models import Offer
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock
from joey.sharing.make_link import make_link
from joey.sharing.models import Click, Link, OutboundClick
from joey.sharing.prove import CHECKS
from tests import cast
from tests.edge.server import PHONE, Server, server
from tests.slow import slow


@contextmanager
def frozen(postgres: EmbeddedPostgres) -> Iterator[None]:
    """Every process of PostgreSQL is stopped."""
    pid = postgres.pid()
    assert pid is not None
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    everyone = [pid, *map(int, children)]
    for process in everyone:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in everyone:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


def eventually(joey: Server, path: str) -> httpx.Response:
    """The answer once clicks are recorded again, within ten seconds."""
    deadline = time.monotonic() + 10
    while True:
        answer = joey.get(path)
        if "x-click-recorded" not in answer.headers or time.monotonic() > deadline:
            return answer
        time.sleep(0.3)


def test_with_a_frozen_database_the_buyer_still_gets_the_page_and_the_log_says_so(
    committed_db: EmbeddedPostgres, fresh_joey: Server, shared: Link, own: Link
) -> None:
    live = fresh_joey.get(f"/l/{shared.code}")
    first = Click.objects.get()
    other = make_link(shared.shop, listing_id=shared.listing_id, channel="weibo", now=clock.now())
    fresh_joey.get(f"/l/{other.code}")  # the page that is kept is this one's, and leads back to the link that asks

    with frozen(committed_db):
        started = time.monotonic()
        copy = fresh_joey.get(f"/l/{shared.code}")
        waited = time.monotonic() - started
        again = fresh_joey.get(f"/l/{shared.code}")
        waited_again = time.monotonic() - started - waited

    assert copy.status_code == again.status_code == 200
    assert copy.headers["x-click-recorded"] == again.headers["x-click-recorded"] == "0"
    assert "保温杯" in copy.text
    assert copy.text == live.text.replace(str(first.id), own.code), "it must lead on by the listing's own link"
    assert copy.headers["content-security-policy"] == live.headers["content-security-policy"]
    assert waited < 3.5
    assert waited_again < 0.5, "once it is known to be unavailable no visitor waits to find out again"
    assert "click not recorded, the database is unavailable" in fresh_joey.log.read_text()

    back = eventually(fresh_joey, f"/l/{shared.code}")
    assert back.status_code == 200
    assert "x-click-recorded" not in back.headers
    assert re.search(r"/go/([0-9a-f-]{36})", back.text).group(1) in {str(c.id) for c in Click.objects.all()}  # type: ignore[union-attr]


def test_with_a_stopped_database_the_buyer_still_gets_the_page_and_the_outbound_click(
    committed_db: EmbeddedPostgres, fresh_joey: Server, shared: Link, own: Link
) -> None:
    live = fresh_joey.get(f"/l/{shared.code}")
    click = Click.objects.get()
    fresh_joey.get(f"/go/{own.code}")
    fresh_joey.get(f"/go/{click.id}")
    written = (Click.objects.count(), OutboundClick.objects.count())
    close_connections()
    committed_db.stop()

    try:
        copy = fresh_joey.get(f"/l/{shared.code}")
        by_code, by_click = fresh_joey.get(f"/go/{own.code}"), fresh_joey.get(f"/go/{click.id}")
        unseen = fresh_joey.get("/l/bbbbbbbbbb", accept_language="en")
    finally:
        committed_db.start()

    assert live.status_code == copy.status_code == 200
    assert copy.headers["x-click-recorded"] == "0"
    for answer in (by_code, by_click):
        assert answer.status_code == 302
        assert answer.headers["location"] == cast.flask().url
        assert answer.headers["x-click-recorded"] == "0"
    assert unseen.status_code == 503
    assert unseen.headers["x-click-recorded"] == "0"
    assert "The link still works" in unseen.text
    assert (Click.objects.count(), OutboundClick.objects.count()) == written

    back = eventually(fresh_joey, f"/go/{own.code}")
    assert "x-click-recorded" not in back.headers
    assert OutboundClick.objects.count() == written[1] + 1


# Case B2, with the database unavailable; tests/storefront/test_pages.py has the one with it.
@pytest.mark.parametrize("ends", ["expires_at", slow("coupon_until")])
def test_a_copy_is_not_shown_once_its_price_has_ended(
    committed_db: EmbeddedPostgres, fresh_joey: Server, shared: Link, ends: str
) -> None:
    Offer.objects.update(**{ends: clock.now() + timedelta(seconds=3)})
    live = fresh_joey.get(f"/l/{shared.code}")
    time.sleep(3)

    with frozen(committed_db):
        copy = fresh_joey.get(f"/l/{shared.code}", accept_language="en")

    assert live.status_code == 200
    assert copy.status_code == 503
    assert copy.headers["x-click-recorded"] == "0"
    assert "¥" not in copy.text


@pytest.mark.long
def test_a_copy_is_not_shown_once_the_price_of_another_item_on_it_has_ended(
    committed_db: EmbeddedPostgres, fresh_joey: Server, shared: Link
) -> None:
    now = clock.now()
    mug = cast.flask(
        identity="mug", external_id="mug", title="马克杯", as_of=now - timedelta(hours=1),
        expires_at=now + timedelta(hours=1), coupon_until=now + timedelta(seconds=3),
    )  # fmt: skip
    cast.listed(cast.meis_shop(), mug)
    live = fresh_joey.get(f"/l/{shared.code}", accept_language="zh-CN")
    time.sleep(3)

    with frozen(committed_db):
        copy = fresh_joey.get(f"/l/{shared.code}", accept_language="zh-CN")

    assert "马克杯" in live.text
    assert copy.status_code == 503


def test_a_copy_is_shown_only_in_its_own_language(
    committed_db: EmbeddedPostgres, fresh_joey: Server, shared: Link
) -> None:
    fresh_joey.get(f"/l/{shared.code}", accept_language="zh-CN")
    fresh_joey.get(f"/l/{shared.code}", accept_language="en")

    with frozen(committed_db):
        chinese = fresh_joey.get(f"/l/{shared.code}", accept_language="zh-CN")
        english = fresh_joey.get(f"/l/{shared.code}", accept_language="en")

    assert "保温杯" in chinese.text
    assert "Stainless steel flask" in english.text


def test_connections_that_died_in_the_pool_lose_nothing(fresh_joey: Server, shared: Link, own: Link) -> None:
    fresh_joey.get(f"/l/{shared.code}")
    with_connection("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'joey edge'")

    answers = [fresh_joey.get(f"/go/{own.code}") for _ in range(5)]

    recorded = [answer for answer in answers if "x-click-recorded" not in answer.headers]
    assert recorded
    assert OutboundClick.objects.count() >= len(recorded)


@pytest.mark.parametrize("how", [signal.SIGKILL, slow(signal.SIGTERM)])
def test_every_acknowledged_click_outlives_the_server(
    committed_db: EmbeddedPostgres, shared: Link, own: Link, how: signal.Signals
) -> None:
    with server() as joey:
        joey.get(f"/go/{own.code}")
        pages, ways = load(joey, shared.code, own.code, lambda: stop(joey, how))

    assert len(pages) > 20
    assert ways > 100
    kept = {str(click_id) for click_id in Click.objects.filter(link_id=shared.id).values_list("id", flat=True)}
    assert set(pages) <= kept
    assert OutboundClick.objects.count() >= ways
    assert Click.objects.filter(link_id=own.id).count() == OutboundClick.objects.count(), "both or neither"
    assert all(check.first_offender() is None for check in CHECKS)


def load(joey: Server, page_code: str, own_code: str, end: Callable[[], None]) -> tuple[list[str], int]:
    """Eight visitors press on until `end` has run: (click ids of pages that were answered, redirects answered)."""
    pages: list[str] = []
    ways = [0] * 6
    over = threading.Event()

    def visit(path: str, count: Callable[[httpx.Response], None]) -> None:
        with httpx.Client(headers={"user-agent": PHONE}, timeout=10) as client, suppress(httpx.TransportError):
            while not over.is_set():
                answer = client.get(joey.url + path)
                assert "x-click-recorded" not in answer.headers
                count(answer)

    def page_seen(answer: httpx.Response) -> None:
        found = re.search(r"/go/([0-9a-f-]{36})", answer.text)
        assert found
        pages.append(found.group(1))

    def way_seen(place: int) -> Callable[[httpx.Response], None]:
        def seen(answer: httpx.Response) -> None:
            assert answer.status_code == 302
            ways[place] += 1

        return seen

    visitors = [threading.Thread(target=visit, args=(f"/l/{page_code}", page_seen)) for _ in range(2)]
    visitors += [threading.Thread(target=visit, args=(f"/go/{own_code}", way_seen(place))) for place in range(6)]
    for visitor in visitors:
        visitor.start()
    time.sleep(3)
    end()
    over.set()
    for visitor in visitors:
        visitor.join(20)
    return pages, sum(ways)


def stop(joey: Server, how: signal.Signals) -> None:
    if how == signal.SIGKILL:
        os.killpg(joey.process.pid, how)
        joey.process.wait()
    else:
        joey.stop()


def close_connections() -> None:
    connection.close()
    if getattr(connection, "pool", None):
        connection.close_pool()  # type: ignore[attr-defined]


def with_connection(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
