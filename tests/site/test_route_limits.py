"""M11: what one caller may do at an address of the site is in one table, and is refused with 429 and Retry-After."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from joey.kit import clock, limits
from joey.kit.client_address import caller_key
from joey.kit.models import RateWindow
from joey.kit.rate_limit import Limit
from joey.people.models import Person
from joey.shops.models import Shop
from joey.shops.open_shop import open_shop
from joey.site.route_limits import ROUTES, limit_of
from tests.cast import NOW, mei, meis_shop, token_of
from tests.site.test_queries_per_page import routes
from tests.studio.test_studio import EN, signed_in

pytestmark = pytest.mark.django_db

HERE = "127.0.0.1"


def use_up(limit: Limit, key: str = HERE) -> None:
    full = {"hits": limit.most, "ends_at": clock.now() + limit.window}
    RateWindow.objects.update_or_create(digest=limit.digest(key), defaults=full)


def test_the_table_names_routes_that_exist_and_all_that_changes_something_has_a_limit() -> None:
    known = set(routes())

    assert {route for _method, route in ROUTES} <= known
    for route in known:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert limit_of(method, route) is not None


def test_over_its_limit_a_caller_gets_429_and_the_time_on_pages_and_in_the_api() -> None:
    meis_shop()
    client, token = signed_in(mei()), {"Authorization": f"Bearer {token_of(mei())}"}
    json: dict[str, Any] = {"content_type": "application/json", "headers": token}
    kinds: tuple[tuple[Limit, Callable[[], Any]], ...] = (
        (limits.SHOPS_OPENED, lambda: client.post("/studio/open", {"name": "A corner", "slug": "a-corner"})),
        (limits.SHOPS_OPENED, lambda: client.post("/api/v1/shops", {"name": "B corner", "slug": "b-corner"}, **json)),
        (limits.CODE_ENTRIES, lambda: Client().post("/studio/sign-in/code", {"code": "1"})),
        (limits.POSTERS, lambda: Client().get("/p/abc.png")),
        (limits.POSTERS, lambda: Client().get("/s/mei/poster.png")),
        (limits.CARDS, lambda: Client().get("/s/mei/card-en.jpg")),
        (limits.WRITES, lambda: client.post("/studio/mei/shelves", {"do": "add", "shelf": "Tea"})),
    )
    for limit, asked in kinds:
        assert asked().status_code != 429, limit.name
        use_up(limit)
        answer = asked()
        assert answer.status_code == 429, limit.name
        assert int(answer.headers["Retry-After"]) > 3_000
        RateWindow.objects.all().delete()
    assert Shop.objects.count() == 3, "one before each refusal"


def test_a_keeper_looks_up_so_many_links_in_the_box_of_the_pick_page() -> None:
    meis_shop()
    client, link = signed_in(mei()), {"q": "https://item.taobao.com/item.htm?id=1"}
    assert client.get("/studio/mei/pick", link).status_code != 429
    use_up(limits.PASTES, str(mei().pk))

    refused = client.get("/studio/mei/pick", link, headers=EN)

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 3_000
    assert b"You looked up many links" in refused.content
    assert client.get("/studio/mei/pick", {"q": "flask"}).status_code != 429, "words are no link"
    token = {"Authorization": f"Bearer {token_of(mei())}"}
    pasted = client.post("/api/v1/offers/paste", {"text": link["q"]}, content_type="application/json", headers=token)
    assert pasted.status_code == 429, "the same limit"


def test_another_caller_is_not_refused_for_it_and_a_64_is_one() -> None:
    use_up(limits.CODE_ENTRIES, caller_key("2001:db8:1:2::1"))

    came = [
        Client(REMOTE_ADDR=address).post("/studio/sign-in/code", {"code": "1"}).status_code
        for address in ("2001:db8:1:2:ffff::7", "2001:db8:1:3::1", "203.0.113.7")
    ]

    assert came == [429, 302, 302]


def test_tokens_that_are_none_are_limited_and_good_ones_of_the_same_caller_are_not() -> None:
    client, good = Client(), {"Authorization": f"Bearer {token_of(mei())}"}
    for number in range(limits.BAD_TOKENS.most):
        bad = {"Authorization": f"Bearer {'joey_' if number % 2 else ''}{number}{'x' * 300 * (number % 3)}"}
        assert client.get("/api/v1/me", headers=bad).status_code == 401

    refused = client.get("/api/v1/me", headers=bad)

    assert refused.status_code == 429
    assert refused.json()["type"].endswith("/problems/too_many")
    assert int(refused.headers["Retry-After"]) > 3_000
    assert client.get("/api/v1/me", headers=good).status_code == 200
    assert client.get("/metrics", headers=bad, REMOTE_ADDR=HERE).status_code == 200


def test_a_person_opens_some_shops_a_day_and_no_more() -> None:
    owner = mei()
    for number in range(limits.SHOPS_OF_PERSON.most):
        open_shop(owner, slug=f"corner-{number}", name="Corner", now=NOW)
    client = signed_in(owner)
    use_up(limits.SHOPS_OF_PERSON, str(owner.pk))

    answer = client.post("/studio/open", {"name": "One more", "slug": "one-more"}, headers=EN)

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 3_600
    assert Shop.objects.count() == limits.SHOPS_OF_PERSON.most
    assert Person.objects.count() == 1
