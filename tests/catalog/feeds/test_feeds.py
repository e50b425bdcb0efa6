"""Lists of goods fetched from an address: over real HTTP, from a server that cuts, drips, moves and changes them."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from django.contrib.admin.utils import quote
from django.urls import reverse
from pytest_django import Settings

from joey.catalog.feeds.arrange_feeds import add_feed, ask_soon, let_it_shrink, pause_feed, remove_feed
from joey.catalog.feeds.fetch_feed import FeedOutcome, fetch_feed
from joey.catalog.feeds.models import FeedAddress
from joey.catalog.feeds.queries import all_feeds, due_feeds, feed_alarms
from joey.catalog.feeds.schedule import next_time, retry_time
from joey.catalog.jobs import fetch_feeds
from joey.cli.cli import main
from joey.kit import clock
from joey.kit.refusals import Conflict, Invalid, NotFound
from joey.kit.sentences import worded
from joey.record.queries import events_of
from tests.at_once import die_after
from tests.cast import ada
from tests.catalog.imports import NOW, courses, goods, offers, prove
from tests.places import places_of
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.usefixtures("committed_db")

TEA, SECRET = "feed:tea", "s3cr3tapikey"
HOUR = timedelta(hours=1)
CSV = {"Content-Type": "text/csv"}


def listed(*numbers: int, price: str = "12.90") -> bytes:
    return goods(*(f"{n},Cup {n},https://shop.example/{n},{price},USD" for n in numbers)).encode()


class ListHost:
    """A server on this machine. An answer is (status, headers, body, how many bytes of it are sent); if that is below
    zero, the others come slowly.
    """

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}/feeds/{SECRET}/goods.csv?key={SECRET}"
        self.asked: list[dict[str, str]] = []
        self.answers: list[tuple[int, dict[str, str], bytes, int | None]] = []

    def will(self, body: bytes, status: int = 200, cut: int | None = None, **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append((status, CSV | named, body, cut))


@pytest.fixture
def host(settings: Settings, tmp_path: Path) -> Iterator[ListHost]:
    class Lists(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append({name.lower(): value for name, value in self.headers.items()})
            status, headers, body, cut = found.answers.pop(0)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # the client is gone
                self.wfile.write(body if cut is None else body[: abs(cut)])
                for rest in body[-cut:] if cut is not None and cut < 0 else b"":
                    over.wait(0.2)
                    self.wfile.write(bytes([rest]))

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Lists)
    found, over = ListHost(server.server_port), threading.Event()
    settings.SANDBOX_URL = f"http://localhost:{server.server_port}"
    settings.DATA = tmp_path
    settings.JOEY_OWN_ACCOUNTS_KEY = tmp_path / "own-accounts.key"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield found
    over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def tea(host: ListHost) -> ListHost:
    add_feed(TEA, host.url, by=None, now=NOW)
    return host


def fetched(at: datetime = NOW) -> FeedOutcome:
    return fetch_feed(TEA, now=at)


def kept() -> FeedAddress:
    return FeedAddress.objects.get()


def test_a_list_is_taken_in_and_what_came_of_it_is_kept(tea: ListHost) -> None:
    tea.will(listed(1, 2) + b"3,x,https://shop.example/3,dear,USD\n", ETag='"1"')

    assert due_feeds(now=NOW) == [TEA]
    assert fetched().what == "imported"

    feed = kept()
    assert (feed.answer, feed.taken, feed.refused, feed.changed, feed.withdrawn) == ("200", 2, 1, 2, 0)
    assert (feed.asked_at, feed.next_at, feed.failures) == (NOW, NOW + 24 * HOUR, 0)
    assert set(offers(TEA)) == {"1", "2"}
    assert due_feeds(now=NOW) == []
    assert [event.kind for event in events_of([TEA])] == ["feed.added", "feed.imported"]
    assert tea.asked[0]["accept-encoding"] == "identity"


def test_a_list_that_did_not_change_costs_nothing_and_its_prices_stay_shown(tea: ListHost) -> None:
    """By 304, and by its content where the server does not know that it is the same."""
    tea.will(listed(1, 2), ETag='"1"', Last_Modified="Mon, 23 Nov 2026 09:00:00 GMT")
    tea.will(b"", status=304, ETag='"1"')
    tea.will(listed(1, 2), ETag='"2"')
    fetched()
    before = {name: offer["seq"] for name, offer in offers(TEA).items()}

    for answer, at in (("304", NOW + 20 * HOUR), ("200", NOW + 40 * HOUR)):
        assert fetched(at).what == "unchanged"
        assert kept().answer == answer
        assert {offer["expires_at"] for offer in offers(TEA).values()} == {at + 24 * HOUR}

    assert {name: offer["seq"] for name, offer in offers(TEA).items()} == before
    assert tea.asked[1]["if-none-match"] == '"1"'
    assert tea.asked[1]["if-modified-since"] == "Mon, 23 Nov 2026 09:00:00 GMT"
    assert [len(points) for points in courses(TEA).values()] == [1, 1]
    assert [event.kind for event in events_of([TEA])] == ["feed.added", "feed.imported"]
    prove()


def test_a_changed_mapping_reads_the_same_list_again(host: ListHost, tmp_path: Path) -> None:
    mapping = tmp_path / "tea.toml"
    mapping.write_text('currency = "USD"\n')
    add_feed(TEA, host.url, mapping=str(mapping), by=None, now=NOW)
    host.will(listed(1, price="100"), ETag='"1"')
    host.will(b"", status=304)
    fetched()
    mapping.write_text('[columns]\nprice = { column = "price", unit = "minor" }\n')

    assert fetched(NOW + HOUR).what == "imported"

    assert offers(TEA)["1"]["now_minor"] == 100


def test_a_cut_list_is_never_taken_in_and_goes_on_where_it_ended(tea: ListHost, tmp_path: Path) -> None:
    """With If-Range; a server that has another list by then sends all of it, or is asked for it."""
    whole, newer = listed(*range(1, 60)), listed(*range(1, 50), price="13.00")
    tea.will(whole, cut=700, ETag='"1"')
    tea.will(whole[700:], 206, cut=400, ETag='"1"', Content_Range=f"bytes 700-{len(whole) - 1}/{len(whole)}")
    tea.will(whole[1100:], 206, ETag='"1"', Content_Range=f"bytes 1100-{len(whole) - 1}/{len(whole)}")

    assert [fetched().what, fetched().what] == ["failed", "failed"]
    assert offers(TEA) == {}
    assert kept().failures == 2
    assert fetched().what == "imported"

    assert len(offers(TEA)) == 59
    assert [each.get("range") for each in tea.asked] == [None, "bytes=700-", "bytes=1100-"]
    assert {each.get("if-range") for each in tea.asked[1:]} == {'"1"'}
    assert not (tmp_path / "feeds/feed-tea/part").exists()

    tea.asked.clear()
    tea.will(newer, cut=300, ETag='"2"')
    tea.will(listed(1)[300:] + whole, 206, ETag='"3"', Content_Range=f"bytes 300-{len(newer) - 1}/{len(newer)}")
    tea.will(newer, ETag='"3"')
    assert [fetched(NOW + HOUR).what, fetched(NOW + HOUR).what] == ["failed", "imported"]
    assert {offer["now_minor"] for offer in offers(TEA).values() if offer["withdrawn_at"] is None} == {1300}
    assert [each.get("range") for each in tea.asked] == [None, "bytes=300-", None]


def test_a_server_without_a_tag_is_asked_for_the_whole_list_again(tea: ListHost) -> None:
    tea.will(listed(1, 2, 3), cut=30)
    tea.will(listed(1, 2, 3))

    assert [fetched().what, fetched().what] == ["failed", "imported"]

    assert [each.get("range") for each in tea.asked] == [None, None]


BOMB = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<rss><channel>&b;</channel></rss>"""
WIDE = goods(*(f"{n},{'x' * 10_000},https://shop.example/1,1.00,USD" for n in range(1_000))).encode()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, {}, b"who?", None), "HTTP 401"),
        ((304, {}, b"", None), "HTTP 304"),
        ((503, {"Retry-After": "7200"}, b"", None), "HTTP 503"),
        ((302, {"Location": "https://10.0.0.1/goods.csv"}, b"", None), "may not be fetched"),
        ((302, {"Location": "https://[::ffff:127.0.0.1]/goods.csv"}, b"", None), "may not be fetched"),
        ((302, {"Location": "http://localhost:1/goods.csv"}, b"", None), "may not be fetched"),
        ((302, {"Location": "file:///etc/passwd"}, b"", None), "may not be fetched"),
        ((200, {"Content-Type": "text/html; charset=utf-8"}, listed(1), None), "text/html, which is no list"),
        ((200, {"Content-Encoding": "br"}, listed(1), None), "packed in a way"),
        ((200, {"Content-Length": "9000000"}, listed(1), None), "larger than the 1 MB"),
        ((200, CSV, b"x" * (2 << 20), None), "larger than the 1 MB"),
        ((200, {}, b"", None), "empty"),
        ((200, CSV, listed(), None), "No row of the list"),
        ((200, CSV, listed(1, price="dear"), None), "No row of the list could be taken in. price: This is not"),
        ((200, {"Content-Type": "text/xml"}, BOMB, None), "a DTD or entities"),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(WIDE), None), "250 times"),
    ],
    ids=lambda value: str(value[0]) if isinstance(value, tuple) else value,
)
def test_what_is_no_list_changes_nothing_and_is_said_without_the_address(
    host: ListHost, answer: Any, said: str, settings: Settings, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    settings.JOEY_FEED_MB = 1
    add_feed(TEA, host.url.replace("//", f"//me:{SECRET}@"), by=None, now=NOW)
    host.answers.append(answer)

    assert fetched().what == "failed"

    feed = kept()
    assert said in worded(feed.trouble)
    assert offers(TEA) == {}
    assert feed.failures == 1
    assert feed.next_at == NOW + (2 * HOUR if answer[0] == 503 else timedelta(minutes=5))
    assert host.asked[0]["authorization"].startswith("Basic ")
    assert SECRET not in caplog.text + worded(feed.trouble) + feed.host
    assert places_of(SECRET) == []
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def test_an_address_may_lead_on_twice_and_a_password_stays_with_its_host(host: ListHost) -> None:
    add_feed(TEA, host.url.replace("//", f"//me:{SECRET}@"), by=None, now=NOW)
    for _twice in range(2):
        host.will(b"", 302, Location="/elsewhere")
    host.will(listed(1))
    assert fetched().what == "imported"
    for _thrice in range(3):
        host.will(b"", 302, Location="/elsewhere")
    assert fetched(NOW + HOUR).what == "failed"
    assert "leads on too often" in worded(kept().trouble)
    assert all("authorization" in each for each in host.asked)


def test_a_list_that_comes_too_slowly_is_ended_and_goes_on_later(
    settings: Settings, tmp_path: Path, tea: ListHost
) -> None:
    settings.JOEY_FEED_SECONDS = 1
    tea.will(listed(*range(1, 60)), ETag='"1"', cut=-200)

    assert fetched().what == "failed"

    assert "within the time allowed" in worded(kept().trouble)
    assert offers(TEA) == {}
    assert (tmp_path / "feeds/feed-tea/part").stat().st_size >= 200


def test_a_list_that_shrinks_by_more_than_half_waits_for_an_operator(tea: ListHost) -> None:
    tea.will(listed(*range(10)))
    tea.will(listed(*range(6)))
    tea.will(listed(0, 1))
    tea.will(listed(0, 1))
    tea.will(listed(0, 1))
    assert [fetched(NOW + n * HOUR).what for n in range(3)] == ["imported", "imported", "held"]

    feed = kept()
    assert (feed.missing, feed.live, feed.withdrawn) == (4, 6, 4)
    assert sum(offer["withdrawn_at"] is None for offer in offers(TEA).values()) == 6
    assert due_feeds(now=NOW + 100 * HOUR) == []
    assert [each.missing for each in feed_alarms(now=NOW)] == [4]
    ask_soon(TEA, by=None, now=NOW + 3 * HOUR)
    assert fetched(NOW + 3 * HOUR).what == "held"

    let_it_shrink(TEA, by=None, now=NOW + 4 * HOUR)
    assert due_feeds(now=NOW + 4 * HOUR) == [TEA]
    assert fetched(NOW + 4 * HOUR).what == "imported"

    assert sum(offer["withdrawn_at"] is None for offer in offers(TEA).values()) == 2
    assert (kept().may_shrink, feed_alarms(now=NOW)) == (False, [])
    tea.will(listed(*range(10)))
    tea.will(listed(3))
    assert fetched(NOW + 5 * HOUR).what == "imported"
    let_it_shrink(TEA, by=None, now=NOW + 6 * HOUR)
    assert fetched(NOW + 6 * HOUR).what == "imported", "an operator knew beforehand"


@pytest.mark.parametrize("point", ["INSERT INTO catalog_offer", "INSERT INTO record_event"])
def test_killed_while_it_takes_the_list_in_it_is_taken_in_the_next_time(point: str, tea: ListHost) -> None:
    tea.will(listed(1, 2), ETag='"1"')
    tea.will(b"", 304)

    die_after(point, fetched)

    assert (kept().imported_at, due_feeds(now=NOW)) == (None, [])  # not at once, in case that it is what killed it
    assert due_feeds(now=NOW + HOUR) == [TEA]
    assert fetched(NOW + HOUR).what == "imported"
    assert set(offers(TEA)) == {"1", "2"}
    assert kept().failures == 0


def test_what_operators_do_with_a_feed(tea: ListHost, tmp_path: Path) -> None:
    pause_feed(TEA, by=None, now=NOW)
    assert due_feeds(now=NOW) == []
    with pytest.raises(Conflict, match="paused"):
        fetched()
    ask_soon(TEA, by=None, now=NOW)
    tea.will(listed(1))
    assert fetched().what == "imported"
    remove_feed(TEA, by=None, now=NOW)
    assert not (tmp_path / "feeds/feed-tea").exists()
    with pytest.raises(NotFound):
        fetched()
    assert set(offers(TEA)) == {"1"}
    kinds = ["feed.added", "feed.paused", "feed.resumed", "feed.imported", "feed.removed"]
    assert [event.kind for event in events_of([TEA])] == kinds
    for address in (
        "http://shop.example/x",
        "https://shop.example:8443/x",
        "ftp://shop.example",
        "https://",
        "x",
        "https://a b/",
    ):
        with pytest.raises(Invalid) as refused:
            add_feed(TEA, address, by=None, now=NOW)
        assert refused.value.field == "address"
    for field, wrong in {"marketplace": ("jd", tea.url, {}), "every": (TEA, tea.url, {"every_hours": 5})}.items():
        with pytest.raises(Invalid) as refused:
            add_feed(wrong[0], wrong[1], by=None, now=NOW, **wrong[2])  # type: ignore[arg-type]
        assert refused.value.field == field
    assert json.dumps([event.facts for event in events_of([TEA])]).count(SECRET) == 0


def test_the_worker_asks_what_is_due_and_one_that_fails_stops_no_other(host: ListHost) -> None:
    for name in ("feed:a", "feed:b", "feed:c"):
        add_feed(name, host.url, by=None, now=NOW)
    pause_feed("feed:c", by=None, now=NOW)
    host.will(b"", 500)
    host.will(listed(1))

    fetch_feeds(timestamp=0)

    assert {feed.pk: (feed.answer, feed.failures) for feed in all_feeds()} == {
        "feed:a": ("500", 1), "feed:b": ("200", 0), "feed:c": ("", 0),
    }  # fmt: skip
    assert len(host.asked) == 2


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["feed", *arguments], input=typed, catch_exceptions=False)


def test_a_feed_is_kept_by_commands_that_never_show_its_address(
    host: ListHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOEY_SECRET", "a secret of the tests, long enough to be one")
    host.will(listed(*range(5)) + b"x,x,https://shop.example/x,dear,USD\n")
    host.will(listed(0))
    host.will(listed(0))
    said = [
        run("list"),
        run("add", TEA, "--every", "6", "--at", "03:30", typed=f"{host.url}\n"),
        run("fetch", TEA),
        run("fetch", TEA),
        run("list"),
        run("shrink", TEA),
        run("fetch", TEA),
        run("pause", TEA),
        run("fetch", TEA),
        run("resume", TEA),
        run("add", TEA, "--address", f"http://other.example/{SECRET}"),
        run("add", TEA, "--at", "noon", "--address", host.url),
        run("remove", TEA),
        run("remove", TEA),
    ]

    assert [each.exit_code for each in said] == [0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 2, 0, 1]
    assert "Imported. feed:tea  localhost  every 6 h" in said[2].output
    assert "5 rows taken" in said[2].output
    assert "row 7, price" in said[2].output
    assert "held: 4 of 5 goods are missing" in said[4].output
    assert "4 goods withdrawn" in said[6].output
    assert SECRET not in "".join(each.output for each in said)


def test_when_a_feed_is_asked_next() -> None:
    shanghai, berlin = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
    for after, every, at, zone, then in (
        ("2026-11-23T10:00", 6, None, shanghai, "2026-11-23T16:00"),
        ("2026-11-23T10:00", 24, time(3), shanghai, "2026-11-23T19:00"),
        ("2026-11-23T19:00", 24, time(3), shanghai, "2026-11-24T19:00"),
        ("2026-11-23T10:00", 6, time(3), shanghai, "2026-11-23T13:00"),
        ("2026-03-28T12:00", 24, time(6), berlin, "2026-03-29T04:00"),  # the clock was put forward that night
        ("2026-10-24T12:00", 24, time(6), berlin, "2026-10-25T05:00"),
    ):
        found = next_time(_utc(after), every_hours=every, at=at, zone=zone)
        assert found == _utc(then), (after, every, at)
    waits = [retry_time(NOW, failures=n) - NOW for n in (1, 2, 3, 9, 10, 1000)]
    assert waits == [timedelta(minutes=m) for m in (5, 10, 20, 1280, 1440, 1440)]
    assert retry_time(NOW, failures=1, wished=timedelta(days=9)) - NOW == timedelta(days=1)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_feed_that_failed_for_a_day_is_an_alarm(tea: ListHost) -> None:
    tea.will(b"", 404)
    fetched()
    assert feed_alarms(now=NOW + 23 * HOUR) == []
    tea.will(b"", 404)
    fetched(NOW + 23 * HOUR)
    assert [each.failing_since for each in feed_alarms(now=NOW + 24 * HOUR)] == [NOW]


def test_the_office_shows_a_feed_without_its_address_and_decides_on_it(tea: ListHost) -> None:
    """Through the pages: the list with what came of it, one feed, what waits in health, and the three actions."""
    tea.will(listed(*range(10)))
    tea.will(listed(0))
    assert [fetched().what, fetched().what] == ["imported", "held"]
    desk = signed_in(ada())

    def act(action: str) -> str:
        given = {"action": action, "_selected_action": [TEA]}
        return desk.post(reverse("admin:catalog_feedaddress_changelist"), given, follow=True).content.decode()

    pages = [
        desk.get(reverse("admin:catalog_feedaddress_changelist")).content.decode(),
        desk.get(reverse("admin:catalog_feedaddress_change", args=[quote(TEA)])).content.decode(),
        desk.get(reverse("admin:health")).content.decode(),
    ]
    for page in pages[:2]:
        assert "Held: 9 of 10 goods are missing in its list" in page
        assert "10 rows taken, 10 changed, 0 refused; 0 withdrawn" in page
    assert "lacks 9 of its 10 goods" in pages[2]
    assert SECRET not in "".join(pages)

    assert "Done: 1" in act("shrink")
    assert (kept().may_shrink, kept().held_at) == (True, None)
    assert "Done: 1" in act("pause")
    assert "Paused since" in desk.get(reverse("admin:catalog_feedaddress_changelist")).content.decode()
    assert due_feeds(now=clock.now()) == []
    assert "Done: 1" in act("ask")
    assert due_feeds(now=clock.now()) == [TEA]
    assert {event.facts["by"] for event in events_of([TEA]) if event.kind in ("feed.paused", "feed.resumed")} == {
        str(ada().id)
    }
