"""What counts as a person is said once: the studio's first page, its share page and the API never disagree."""

import re
from datetime import timedelta

import pytest

from joey.kit import clock
from joey.kit.ids import id_at
from joey.kit.zone import midnight
from joey.sharing.make_link import make_link
from joey.sharing.models import Click, Link
from joey.sharing.write_clicks import NewClick, record_clicks
from tests.api.client import Caller
from tests.cast import listed, mei, meis_shop
from tests.storefront.goods import fresh_flask
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db

ANNA, BEN = b"a" * 16, b"b" * 16
PEOPLE = Click.Visitor.PERSON
NOT_PEOPLE = [kind for kind in Click.Visitor if kind != PEOPLE]


@pytest.fixture
def link() -> Link:
    return make_link(meis_shop(), listing_id=listed(meis_shop(), fresh_flask()).id, channel="wechat", now=clock.now())


def opened(link: Link, who: bytes, *, minutes: int, kind: Click.Visitor = PEOPLE) -> None:
    at = midnight(clock.now()) + timedelta(minutes=minutes)
    record_clicks([NewClick(id_at(at), link.shop_id, link.id, link.listing_id, who, kind, at=at)])


def people_by_every_public_way() -> dict[str, int]:
    keeper = signed_in(mei())
    home, share = keeper.get("/studio/mei/").content.decode(), keeper.get("/studio/mei/share").content.decode()
    shown_at_home = re.search(r"People who came</dt><dd><b>(\d+)</b>", home)
    shown_at_share = re.findall(r"(\d+) (?:person|people)</span>", share)
    assert shown_at_home
    counted = Caller(mei()).get("/shops/mei/links").json()["items"]
    return {
        "home": int(shown_at_home[1]),
        "share": sum(map(int, shown_at_share)),
        "api": sum(each["clicks"]["people"] for each in counted),
    }


def test_one_browser_that_comes_back_an_hour_later_is_one_person_everywhere(link: Link) -> None:
    for minutes in (0, 31, 62):
        opened(link, ANNA, minutes=minutes)

    assert people_by_every_public_way() == {"home": 1, "share": 1, "api": 1}


def test_two_browsers_are_two_people_everywhere(link: Link) -> None:
    opened(link, ANNA, minutes=0)
    opened(link, BEN, minutes=1)

    assert people_by_every_public_way() == {"home": 2, "share": 2, "api": 2}


@pytest.mark.parametrize("kind", NOT_PEOPLE)
def test_previews_robots_and_frames_are_people_nowhere(link: Link, kind: Click.Visitor) -> None:
    opened(link, ANNA, minutes=0)
    opened(link, BEN, minutes=1, kind=kind)

    assert people_by_every_public_way() == {"home": 1, "share": 1, "api": 1}


def test_openings_are_those_of_people_and_apart_from_who_went_on(link: Link) -> None:
    """Case P21: a keeper read "5 in all, programs included" of one person."""
    for minutes in (0, 31):
        opened(link, ANNA, minutes=minutes)
    opened(link, BEN, minutes=1, kind=Click.Visitor.ROBOT)

    page = signed_in(mei()).get("/studio/mei/share").content.decode()

    assert "<span>2 openings</span>" in page
    assert "<span>0 went on</span>" in page
    assert "programs" not in page


def test_a_visit_is_listed_with_its_item_its_channel_and_its_link(link: Link) -> None:
    opened(link, ANNA, minutes=0)

    page = signed_in(mei()).get("/studio/mei/visits").content.decode()

    assert all(words in page for words in ("Stainless steel flask, 500 ml", "WeChat chat", f"link {link.code}"))
