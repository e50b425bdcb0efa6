"""With ninety days of clicks each hot query reads the days that it must, and no other."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from joey.insight.queries import ClickFacts, click_of
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.kit.ids import id_at, new_id
from joey.kit.partitions import drop_days, make_days
from joey.sharing import people
from joey.sharing.jobs import drop_old_clicks
from joey.sharing.make_link import make_link
from joey.sharing.models import Click, Link, OutboundClick
from joey.sharing.queries import DESTINATION_OF_CLICK, clicks_of, links_of
from joey.sharing.write_clicks import NewClick, NewOutboundClick, record_clicks, record_outbound_clicks
from tests import cast
from tests.plans import ninety_days, own_days, parts_of, plans_of
from tests.slow import slow

TABLES = ("sharing_click", "sharing_outboundclick")
# Clicks of other shops: every day as many, a third of them with an outbound click.
CLICKS = """
    INSERT INTO sharing_click (id, shop_id, link_id, listing_id, at, visitor_key, visitor, referrer_host)
    SELECT (left(joey_first_id_of(%(day)s)::text, 14) || '7' || substr(random, 1, 3) || '-8' || substr(random, 4, 3)
            || '-' || substr(random, 7, 12))::uuid,
           md5('shop' || n %% 50)::uuid, md5('link' || n %% 200)::uuid, md5('listing' || n %% 200)::uuid, %(day)s,
           decode(md5(n::text), 'hex'), 'person', ''
    FROM generate_series(1, {rows}) AS n CROSS JOIN LATERAL md5(%(day)s::date::text || n) AS random
"""
OUTBOUND_CLICKS = """
    INSERT INTO sharing_outboundclick (id, click_id, shop_id, at, marketplace)
    SELECT id, id, shop_id, at, 'taobao' FROM sharing_click
    WHERE id >= joey_first_id_of(%(day)s) AND id < joey_first_id_of(%(day)s::date + 1)
      AND get_byte(visitor_key, 0) %% 3 = 0
"""


@pytest.fixture(scope="module", autouse=True)
def days(postgres: EmbeddedPostgres, django_db_setup: None) -> Iterator[None]:
    with own_days(postgres, *TABLES):
        yield


@pytest.fixture(params=[100, slow(20_000)])
def link(committed_db: EmbeddedPostgres, request: pytest.FixtureRequest) -> Link:
    """A link made five days ago, opened once a day, among ninety days of others' clicks."""
    now = datetime.now(UTC)
    ninety_days(committed_db, "sharing_click", CLICKS.format(rows=request.param))
    ninety_days(committed_db, "sharing_outboundclick", OUTBOUND_CLICKS)
    listing = cast.listed(cast.meis_shop(), cast.flask())
    made = make_link(cast.meis_shop(), listing_id=listing.id, channel="wechat", now=now - 5 * cast.DAY)
    for ago in range(5, -1, -1):
        click_on(made, now - ago * cast.DAY)
    return made


def click_on(link: Link, at: datetime) -> UUID:
    click_id = id_at(at)
    record_clicks([NewClick(click_id, link.shop_id, link.id, link.listing_id, b"a" * 16, Click.Visitor.PERSON, at=at)])
    record_outbound_clicks([NewOutboundClick(new_id(), click_id, link.shop_id, "taobao", None, at=at)])
    return click_id


def read_by(read: Callable[[], object]) -> list[dict[str, set[int]]]:
    """For each query of `read`: by table, how many days ago the partitions are from that it really read.

    999 is the default partition.
    """
    with plans_of("SELECT", "WITH", also_run=True) as plans:
        read()
    return [found for plan in plans if any((found := days_in(plan)).values())]


def days_in(plan: Any) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {table: set() for table in TABLES}
    for part in parts_of(plan):
        table, _underscore, day = part.get("Relation Name", "").rpartition("_")
        if table in found and part["Actual Loops"]:
            found[table].add(999 if day == "default" else (datetime.now(UTC).date() - date.fromisoformat(day)).days)
    return found


def test_a_click_by_its_id_reads_the_day_in_the_id(link: Link) -> None:
    click = Click.objects.filter(link_id=link.id).order_by("id").first()
    assert click

    (read,) = read_by(lambda: sql.one(DESTINATION_OF_CLICK, [click.id]))

    assert read == {"sharing_click": {5}, "sharing_outboundclick": set()}


def test_the_outbound_clicks_of_a_click_read_the_day_of_the_click(link: Link) -> None:
    yesterdays = click_on(link, datetime.now(UTC) - cast.DAY)

    found: list[ClickFacts | None] = []
    click, ways = read_by(lambda: found.append(click_of(link.shop_id, yesterdays)))

    assert found[0]
    assert len(found[0].outbound_clicks) == 1
    assert click == {"sharing_click": {1}, "sharing_outboundclick": set()}
    assert ways == {"sharing_click": set(), "sharing_outboundclick": {1}}


def test_the_counts_of_links_read_the_days_since_the_links_were_made(link: Link) -> None:
    (found,) = [each for each in links_of(link.shop).items if each.channel == "wechat"]
    assert (found.clicks.raw, found.clicks.people, found.outbound_clicks) == (6, 6, 6)

    (read,) = read_by(lambda: links_of(link.shop))

    assert read["sharing_outboundclick"] == {0, 1, 2, 3, 4, 5}
    assert read["sharing_click"] - {-1} == {0, 1, 2, 3, 4, 5, 6}  # a day of grace; tomorrow within an hour of midnight


def test_the_people_of_today_read_today(link: Link) -> None:
    now = datetime.now(UTC)
    since = now - timedelta(minutes=1)

    (read,) = read_by(lambda: people.people_of_shop(link.shop_id, since=since))

    # Shortly after midnight a clock that is slow still writes into yesterday.
    assert read["sharing_click"] - {-1} == {0, (now.date() - (since - people.CLOCKS_APART).date()).days}


def test_the_first_page_of_a_busy_shops_clicks_reads_two_days(link: Link) -> None:
    for minute in range(3):
        click_on(link, datetime.now(UTC) - timedelta(minutes=minute))
    assert len(clicks_of(link.shop, limit=2).items) == 2

    (read,) = read_by(lambda: clicks_of(link.shop, limit=2))

    assert read["sharing_click"] <= {-1, 0, 1, 2}
    assert read["sharing_outboundclick"] <= {0, 1, 2}


def test_a_quiet_shops_page_reaches_back_to_its_first_click(link: Link) -> None:
    first, rest = clicks_of(link.shop, limit=4), None
    if first.next:
        rest = clicks_of(link.shop, limit=4, cursor=first.next)

    assert rest
    assert len(first.items) + len(rest.items) == 6


def test_a_quiet_shops_page_is_looked_for_in_two_days_then_in_a_month(link: Link) -> None:
    two_days, month = read_by(lambda: clicks_of(link.shop, limit=4))

    assert two_days["sharing_click"] <= {-1, 0, 1, 2}
    assert month["sharing_click"] <= set(range(-1, 31))


def test_clicks_are_dropped_by_the_day_and_never_in_part(link: Link) -> None:
    for table in reversed(TABLES):
        drop_days(table, keep=3)

    assert Click.objects.filter(link_id=link.id).count() == 4
    assert (
        OutboundClick.objects.count() == OutboundClick.objects.filter(click_id__in=Click.objects.values("id")).count()
    )


@pytest.mark.parametrize(("days", "left"), [(3, 4), slow(0, 6)])
def test_the_daily_job_drops_what_is_older_than_the_setting_and_nothing_without_one(
    link: Link, settings: Settings, days: int, left: int
) -> None:
    settings.JOEY_CLICK_DAYS = days

    drop_old_clicks.func(0)

    assert Click.objects.filter(link_id=link.id).count() == left
    assert OutboundClick.objects.filter(shop_id=link.shop_id).count() == left


@pytest.mark.parametrize("ahead", [timedelta(days=20), timedelta(days=-200)], ids=["clock ahead", "clock behind"])
def test_a_click_of_a_day_without_a_partition_is_kept_and_found(link: Link, ahead: timedelta) -> None:
    stray = click_on(link, datetime.now(UTC) + ahead)

    assert sql.value("SELECT tableoid::regclass::text FROM sharing_click WHERE id = %s", [stray]) == (
        "sharing_click_default"
    )
    assert sql.one(DESTINATION_OF_CLICK, [stray]) is not None
    if ahead > timedelta(0):
        make_days("sharing_click", ahead=21)
        assert sql.value("SELECT tableoid::regclass::text FROM sharing_click WHERE id = %s", [stray]) != (
            "sharing_click_default"
        )
