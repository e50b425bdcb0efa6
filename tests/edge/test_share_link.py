"""/l/<code> as buyers, messengers and robots open it, through the real server."""

import re
from uuid import UUID

import httpx
import pytest

from joey.kit import clock
from joey.sharing.models import Click, Link, OutboundClick
from joey.sharing.queries import links_of
from joey.shops.arrange import hide_listing
from tests import cast
from tests.edge.server import PHONE, WECHAT, Server


def test_opening_a_link_counts_a_person_and_shows_the_listing(joey: Server, shared: Link) -> None:
    answer = joey.get(f"/l/{shared.code}", accept_language="zh-CN")

    assert answer.status_code == 200
    assert "x-click-recorded" not in answer.headers
    assert "保温杯" in answer.text
    click = Click.objects.get()
    assert (click.shop_id, click.link_id, click.listing_id) == (shared.shop_id, shared.id, shared.listing_id)
    assert click.visitor == "person"
    assert f"/go/{click.id}" in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_card_leads_back_through_the_link_that_was_shared(joey: Server, shared: Link) -> None:
    """Case C9: what is shared on from a card or a browser's menu is counted by the same link."""
    answer = joey.get(f"/l/{shared.code}", "facebookexternalhit/1.1", accept_language="en")

    here = f"/l/{shared.code}"
    assert re.findall(r'property="og:url" content="http://[^/"]*([^"]*)"', answer.text) == [here]
    assert re.findall(r'rel="canonical" href="http://[^/"]*([^"]*)"', answer.text) == [here]
    (picture,) = re.findall(r'property="og:image" content="http://[^/"]*([^"]*)"', answer.text)
    card = joey.get(picture, "facebookexternalhit/1.1")
    assert (card.status_code, card.headers["content-type"]) == (200, "image/jpeg")
    assert Click.objects.get().visitor == "preview", "the picture is no click"


def test_the_page_speaks_the_browsers_language(joey: Server, shared: Link) -> None:
    english = joey.get(f"/l/{shared.code}", accept_language="en-GB,en;q=0.9")
    by_cookie = joey.get(f"/l/{shared.code}", accept_language="zh-CN", cookie="lang=en")

    assert "Stainless steel flask" in english.text
    assert "Stainless steel flask" in by_cookie.text


def test_a_session_does_not_reach_the_page_of_a_shared_link(joey: Server, shared: Link) -> None:
    answer = joey.get(f"/l/{shared.code}", cookie="joey=stolen; lang=en")

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("agent", "headers", "kind"),
    [
        (WECHAT, {}, "person"),
        (PHONE, {"sec_purpose": "prefetch;prerender"}, "prefetch"),
        (PHONE, {"sec_fetch_dest": "iframe"}, "embedded"),
        ("WhatsApp/2.23.20.0", {}, "preview"),
        ("python-httpx/0.28.1", {}, "robot"),
        ("", {}, "robot"),
    ],
)
def test_only_people_count_as_people(
    joey: Server, shared: Link, agent: str, headers: dict[str, str], kind: str
) -> None:
    answer = joey.get(f"/l/{shared.code}", agent, **headers)

    assert answer.status_code == 200
    assert Click.objects.get().visitor == kind
    (found, _own) = sorted(links_of(cast.meis_shop()).items, key=lambda link: link.channel, reverse=True)
    assert found.channel == "wechat"
    assert (found.clicks.raw, found.clicks.people) == (1, 1 if kind == "person" else 0)


def test_programs_that_name_themselves_add_no_one_and_phones_named_like_programs_do(joey: Server, shared: Link) -> None:
    bing = "Mozilla/5.0 (Windows NT 9.9) AppleWebKit/999 (KHTML, like Gecko) BingPreview/9.9"  # case C7
    programs = [bing, "Quillbrook/2.1 (+https://quillbrook.example)", PHONE + " (compatible; Quillbot/1.0)"]
    models = ("Spider 8", "CUBOT X", "Monitor")
    phones = [f"Mozilla/5.0 (Linux; Android 13; {model}) Chrome/130.0 Mobile" for model in models]

    for agent in [*programs, *phones]:
        assert joey.get(f"/l/{shared.code}", agent).status_code == 200

    (found,) = [link for link in links_of(cast.meis_shop()).items if link.channel == "wechat"]
    assert (found.clicks.raw, found.clicks.people) == (6, 3)


def test_head_is_no_person_and_has_no_body(joey: Server, shared: Link) -> None:
    answer = httpx.head(joey.url + f"/l/{shared.code}", headers={"user-agent": PHONE}, timeout=15)

    assert answer.status_code == 200
    assert answer.content == b""
    assert Click.objects.get().visitor == "robot"


@pytest.mark.parametrize(
    "code", ["bbbbbbbbbb", "x", "", "%00", "..%2f..%2fetc", "b" * 500, "bbbbbbbbbb'--", "ｂｂｂｂｂｂｂｂｂｂ"]
)
def test_an_unknown_code_is_not_found(joey: Server, shared: Link, code: str) -> None:
    answer = joey.get(f"/l/{code}")

    assert answer.status_code == 404
    assert not Click.objects.exists()


def test_other_methods_are_refused(joey: Server, shared: Link) -> None:
    answer = httpx.post(joey.url + f"/l/{shared.code}", headers={"user-agent": PHONE}, content=b"x" * 1000, timeout=15)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert not Click.objects.exists()


def test_a_client_cannot_name_its_own_click(joey: Server, shared: Link) -> None:
    forged = UUID(int=1)
    address = f"/s/mei/{shared.listing_id}"

    answer = joey.get(address, x_click=str(forged), joey_click=str(forged), state=str(forged))

    assert answer.status_code == 200
    assert str(forged) not in answer.text


def test_what_names_a_visitor_is_not_stored(joey: Server, shared: Link) -> None:
    joey.get(f"/l/{shared.code}", referer="https://weibo.com/u/12345?token=secret")

    click = Click.objects.get()
    assert click.referrer_host == "weibo.com"
    assert len(click.visitor_key) == 16


def test_a_link_to_what_is_no_longer_shown_is_a_click_and_says_that_it_is_gone(joey: Server, shared: Link) -> None:
    """Case P15, as the poster's code is opened; the outbound click that was open in another tab too."""
    joey.get(f"/l/{shared.code}")
    going_on = f"/go/{Click.objects.get().id}"
    hide_listing(shared.shop, shared.listing_id, now=clock.now())

    answer = joey.get(f"/l/{shared.code}", accept_language="zh-CN")

    assert answer.status_code == 410
    assert "保温杯" in answer.text
    assert "这件已经下架了" in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert [click.visitor for click in Click.objects.all()] == ["person", "person"]
    assert joey.get(going_on).status_code == 410
    assert not OutboundClick.objects.exists()
