"""Clicks as a set, and what a shop is shown of them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import Error, connection, transaction
from pytest_django import DjangoAssertNumQueries

from joey.insight.queries import today_of
from joey.kit import sql
from joey.kit.ids import id_at, new_id
from joey.kit.refusals import Invalid, NotFound
from joey.sharing.make_link import make_link
from joey.sharing.models import Click, Link
from joey.sharing.prove import CHECKS
from joey.sharing.queries import clicks_of, links_of, own_codes
from joey.sharing.share import link_by_code
from joey.sharing.write_clicks import NewClick, NewOutboundClick, record_clicks, record_outbound_clicks
from joey.shops.models import Shop
from tests import cast

ANNA, BEN = b"a" * 16, b"b" * 16
Kind = Click.Visitor


@pytest.fixture
def link(db: None) -> Link:
    listing = cast.listed(cast.meis_shop(), cast.flask())
    return make_link(cast.meis_shop(), listing_id=listing.id, channel="wechat", now=cast.NOW)


def click(link: Link, who: bytes = ANNA, *, minutes: float = 0, kind: Kind = Kind.PERSON) -> NewClick:
    at = cast.NOW + timedelta(minutes=minutes)
    return NewClick(id_at(at), link.shop_id, link.id, link.listing_id, who, kind, at=at)


def counted(shop: Shop, channel: str = "wechat") -> tuple[int, int]:
    (found,) = [each for each in links_of(shop).items if each.channel == channel]
    return found.clicks.raw, found.clicks.people


def test_the_same_browser_is_one_person_all_day_and_another_one_tomorrow(link: Link) -> None:
    record_clicks([click(link, minutes=minute) for minute in (0, 1, 29.9, 60)])
    assert counted(link.shop) == (4, 1)

    record_clicks([click(link, minutes=24 * 60)])
    assert counted(link.shop) == (5, 2)


def test_todays_page_and_the_list_of_links_count_the_same_people(link: Link) -> None:
    """Case B4: a browser that opens a link three times, over half an hour apart."""
    record_clicks([click(link, minutes=minute) for minute in (0, 31, 62)])
    record_clicks([click(link, BEN, minutes=5)])

    assert counted(link.shop) == (4, 2)
    assert today_of(link.shop_id, since=cast.NOW - timedelta(hours=1)).people == 2


def test_one_person_before_and_after_midnight_in_utc_is_one_and_two_at_midnight_of_the_zone(link: Link) -> None:
    utc_midnight = cast.NOW.replace(hour=0, minute=0)  # 08:00 in Beijing
    zone_midnight = cast.NOW.replace(hour=16, minute=0)
    for border, people in ((utc_midnight, 1), (zone_midnight, 2)):
        apart = (border - cast.NOW).total_seconds() / 60
        record_clicks([click(link, minutes=apart + minute) for minute in (-1, 1)])

        assert counted(link.shop)[1] == people, border


def test_two_browsers_and_two_links_are_counted_apart(link: Link) -> None:
    other = make_link(link.shop, listing_id=link.listing_id, channel="sms", now=cast.NOW)

    record_clicks([click(link, ANNA), click(link, BEN), click(other, ANNA)])

    assert counted(link.shop) == (2, 2)
    assert counted(link.shop, "sms") == (1, 1)


def test_robots_are_raw_and_never_people_nor_do_they_hide_one(link: Link) -> None:
    kinds = [kind for kind in Kind if kind != Kind.PERSON]
    record_clicks([click(link, kind=kind) for kind in kinds])
    record_clicks([click(link, minutes=1)])

    assert counted(link.shop) == (len(kinds) + 1, 1)


def test_writing_the_same_set_twice_writes_it_once(link: Link) -> None:
    batch = [click(link), click(link, BEN)]
    ways = [NewOutboundClick(new_id(), batch[0].id, link.shop_id, "taobao", None)]

    first = (record_clicks(batch), record_outbound_clicks(ways))
    again = (record_clicks(batch), record_outbound_clicks(ways))

    assert (first, again) == ((2, 1), (0, 0))
    assert (record_clicks([]), record_outbound_clicks([])) == (0, 0)


def test_a_click_without_a_time_gets_the_databases(link: Link) -> None:
    fact = NewClick(new_id(), link.shop_id, link.id, link.listing_id, ANNA, Kind.PERSON)

    record_clicks([fact])

    assert abs((Click.objects.get().at - sql.value("SELECT clock_timestamp()")).total_seconds()) < 5


@pytest.mark.parametrize("change", ["UPDATE sharing_click SET visitor = 'robot'", "DELETE FROM sharing_click"])
def test_a_click_stays_as_it_was_written(link: Link, change: str) -> None:
    record_clicks([click(link)])

    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    assert Click.objects.get().visitor == "person"


def test_links_come_newest_first_in_pages_of_one_query(
    link: Link, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for channel in ("sms", "qq", "weibo"):
        make_link(link.shop, listing_id=link.listing_id, channel=channel, now=cast.NOW)
    seen: list[str] = []
    cursor: str | None = None

    while True:
        with django_assert_num_queries(1):
            page = links_of(link.shop, limit=2, cursor=cursor)
        seen += [each.channel for each in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert sorted(seen) == ["qq", "shop", "sms", "wechat", "weibo"]
    assert seen[:2] == ["weibo", "qq"]
    assert links_of(cast.lulus_shop()).items == ()


def test_clicks_come_newest_first_with_whether_they_went_on(link: Link) -> None:
    batch = [click(link, minutes=minute) for minute in range(3)]
    record_clicks(batch)
    record_outbound_clicks([NewOutboundClick(new_id(), batch[1].id, link.shop_id, "taobao", None)] * 1)

    first = clicks_of(link.shop, limit=2)
    rest = clicks_of(link.shop, limit=2, cursor=first.next)

    assert [each.id for each in (*first.items, *rest.items)] == [fact.id for fact in reversed(batch)]
    assert [each.went_on for each in (*first.items, *rest.items)] == [False, True, False]
    assert rest.next is None
    assert first.items[0].channel == "wechat"


@pytest.mark.parametrize("cursor", ["", "x", "2026-01-01", "2026-01-01T00:00:00_x", "'; DROP TABLE", "9" * 400])
def test_a_foreign_cursor_is_refused(link: Link, cursor: str) -> None:
    for page in (links_of, clicks_of):
        with pytest.raises(Invalid) as refused:
            page(link.shop, cursor=cursor)
        assert refused.value.field == "cursor"


def test_two_outbound_clicks_of_one_click_count_the_click_once(link: Link) -> None:
    fact = click(link)
    record_clicks([fact])
    record_outbound_clicks([NewOutboundClick(new_id(), fact.id, link.shop_id, "taobao", None) for _ in range(2)])

    (found,) = [each for each in links_of(link.shop).items if each.channel == "wechat"]
    assert (found.clicks.raw, found.outbound_clicks) == (1, 1)


def test_a_listing_finds_its_own_code(link: Link) -> None:
    own = Link.objects.get(channel="shop")

    assert own_codes([link.listing_id, uuid4()]) == {link.listing_id: own.code}


def test_another_shops_code_is_not_found(link: Link) -> None:
    assert link_by_code(link.shop, link.code).id == link.id
    with pytest.raises(NotFound):
        link_by_code(cast.lulus_shop(), link.code)


def test_proof_finds_a_outbound_click_without_click(link: Link) -> None:
    record_outbound_clicks([NewOutboundClick(new_id(), uuid4(), link.shop_id, "taobao", None)])

    assert broken() == ["Every outbound click has its click, of the same shop"]


def test_proof_finds_a_click_on_another_shops_link(link: Link) -> None:
    foreign = cast.lulus_shop().id
    record_clicks([NewClick(new_id(), foreign, link.id, link.listing_id, ANNA, Kind.PERSON)])

    assert broken() == ["Every click's link exists and is of that shop and listing"]


def broken() -> list[str]:
    return [check.rule for check in CHECKS if check.first_offender() is not None]
