"""Opening and filling a shop over the API: what works, what is refused by name, and what strangers see."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from joey.shops.models import Listing, Shelf, Shop
from tests.api.client import Caller, assert_problem
from tests.cast import flask, listed, lulu, lulus_shop, mei, meis_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _taobao_is_connected(settings: Any) -> None:
    settings.JOEY_MARKETPLACES = {
        "taobao": {
            "gateway": "http://127.0.0.1:9/router/rest",
            "credentials": {"app_key": "1", "app_secret": "s", "site_id": "1", "session": "x"},
        }
    }


def test_a_shop_is_opened_and_shown() -> None:
    me = Caller(mei())

    made = me.post("/shops", {"slug": "mei-and-co", "name": "Mei and company"})

    assert made.status_code == 201
    assert made.json()["slug"] == "mei-and-co"
    assert made.json()["url"].endswith("/s/mei-and-co")
    assert me.get("/shops/mei-and-co").json() == made.json()
    assert [shop["slug"] for shop in me.get("/shops").json()["items"]] == ["mei-and-co"]


@pytest.mark.parametrize("field", ["price", "inviter", "fee", "stock", "parent"])
def test_a_field_that_exists_nowhere_is_refused_by_name(field: str) -> None:
    answer = Caller(mei()).post("/shops", {"slug": "mei-and-co", "name": "Mei", field: 100})

    document = assert_problem(answer, 422, "invalid", field)
    assert document["errors"][0]["code"] == "unknown_field"
    assert not Shop.objects.filter(slug="mei-and-co").exists()


def test_a_price_of_ones_own_cannot_be_stored_on_a_listing() -> None:
    shop, offer = meis_shop(), flask()
    me = Caller(mei())

    answer = me.post(f"/shops/{shop.slug}/listings", {"offer_id": str(offer.id), "price": 1})
    assert_problem(answer, 422, "invalid", "price")
    listing = listed(shop, offer)
    changed = me.patch(f"/shops/{shop.slug}/listings/{listing.id}", {"price": {"minor": 1, "currency": "CNY"}})

    assert_problem(changed, 422, "invalid", "price")


def test_every_field_in_trouble_is_named() -> None:
    answer = Caller(mei()).post("/shops", {"slug": 7, "fee": 1})

    assert_problem(answer, 422, "invalid", "slug", "name", "fee")


def test_a_taken_address_is_a_conflict_that_names_the_field() -> None:
    lulus_shop()

    document = assert_problem(Caller(mei()).post("/shops", {"slug": "lulu", "name": "Mei"}), 409, "conflict", "slug")

    assert document["facts"]["reason"] == "slug_taken"


def test_an_offer_is_listed_once_on_a_shelf_made_for_it() -> None:
    shop, offer = meis_shop(), flask()
    me = Caller(mei())

    made = me.post("/shops/mei/listings", {"offer_id": str(offer.id), "shelf": "厨房", "note": "我每天用"})
    again = me.post("/shops/mei/listings", {"offer_id": str(offer.id)})

    assert made.status_code == 201, made.content
    assert made.json()["state"] == "published"
    assert made.json()["shelf"] == "厨房"
    assert_problem(again, 409, "conflict", "offer_id")
    assert Listing.objects.filter(shop=shop).count() == 1
    assert [shelf["name"] for shelf in me.get("/shops/mei/shelves").json()["items"]] == ["厨房"]


def test_what_the_rules_refuse_is_answered_with_the_rule_and_kept_with_its_reason() -> None:
    meis_shop()
    offer = flask(identity="smoke", title="电子烟 一次性 蓝莓味")
    me = Caller(mei())

    answer = me.post("/shops/mei/listings", {"offer_id": str(offer.id)}, key="k1")
    again = me.post("/shops/mei/listings", {"offer_id": str(offer.id)}, key="k1")

    document = assert_problem(answer, 422, "listing_refused", "offer_id")
    assert document["facts"]["rule_id"].startswith("CN-G1")
    assert_problem(again, 422, "listing_refused", "offer_id")
    assert again.headers["Idempotent-Replay"] == "true"
    (kept,) = me.get("/shops/mei/listings").json()["items"]
    assert (kept["state"], kept["rule_id"]) == ("refused", document["facts"]["rule_id"])


def test_a_listing_is_moved_noted_hidden_and_shown_in_one_call() -> None:
    shop = meis_shop()
    first = listed(shop, flask())
    second = listed(shop, flask(identity="other", external_id="other"))
    Listing.objects.filter(pk=second.pk).update(position=1)
    me = Caller(mei())

    changed = me.patch(f"/shops/mei/listings/{second.id}", {"note": "好用", "hidden": True, "position": 0}).json()

    assert (changed["note"], changed["state"], changed["position"]) == ("好用", "hidden", 0)
    first.refresh_from_db()
    assert first.position == 1
    shown = me.patch(f"/shops/mei/listings/{second.id}", {"hidden": False, "shelf": "新品"}).json()
    assert (shown["state"], shown["shelf"]) == ("published", "新品")


def test_a_change_that_is_refused_midway_changes_nothing() -> None:
    shop = meis_shop()
    listing = listed(shop, flask())
    me = Caller(mei())

    answer = me.patch(f"/shops/mei/listings/{listing.id}", {"shelf": "新品", "note": "全网最好的杯子"})

    assert_problem(answer, 422, "words_refused", "note")
    assert not Shelf.objects.filter(shop=shop).exists()


def test_a_listing_is_taken_out() -> None:
    listing = listed(meis_shop(), flask())
    me = Caller(mei())

    assert me.delete(f"/shops/mei/listings/{listing.id}").status_code == 204
    assert_problem(me.delete(f"/shops/mei/listings/{listing.id}"), 404, "not_found", "listing_id")


def test_listings_come_in_pages_that_cover_everything_once() -> None:
    shop = meis_shop()
    made = {str(listed(shop, flask(identity=f"i{n}", external_id=f"e{n}")).id) for n in range(5)}
    me = Caller(mei())

    seen, cursor = [], None
    while True:
        page = me.get("/shops/mei/listings", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [item["id"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break

    assert len(seen) == 5
    assert set(seen) == made


@pytest.mark.parametrize("cursor", ["x", "", "AAAA:BBBB:CCCC", "019374b8-0000-7000-8000-000000000000"])
def test_a_made_up_cursor_is_refused_by_name(cursor: str) -> None:
    meis_shop()

    assert_problem(Caller(mei()).get("/shops/mei/listings", cursor=cursor), 422, "invalid", "cursor")


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "ten", "1e1", "NaN"])
def test_a_limit_outside_one_to_a_hundred_is_refused_by_name(limit: str) -> None:
    meis_shop()

    assert_problem(Caller(mei()).get("/shops/mei/listings", limit=limit), 422, "invalid", "limit")


def test_another_shop_looks_like_none_at_all() -> None:
    lulus = lulus_shop()
    listing = listed(lulus, flask())
    meis_shop()
    me = Caller(mei())

    for address in ("", "/listings", "/shelves", f"/listings/{listing.id}", "/orders", "/balance", "/payouts"):
        theirs = me.get(f"/shops/lulu{address}")
        unknown = me.get(f"/shops/unknown{address}")
        assert_problem(theirs, 404, "not_found")
        assert theirs.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}


def test_a_token_for_one_shop_reaches_only_that() -> None:
    hers, other = meis_shop(), Shop.objects.create(slug="mei-two", owner=mei(), name="Two")
    bound = Caller(mei(), shop_id=hers.id)

    assert bound.get("/shops/mei").status_code == 200
    assert_problem(bound.get(f"/shops/{other.slug}"), 404, "not_found")
    assert [shop["slug"] for shop in bound.get("/shops").json()["items"]] == ["mei"]
    assert_problem(bound.post("/shops", {"slug": "third", "name": "Third"}), 403, "forbidden")


def test_a_strangers_token_cannot_write_to_my_shop() -> None:
    meis_shop()
    offer = flask()

    assert_problem(Caller(lulu()).post("/shops/mei/listings", {"offer_id": str(offer.id)}), 404, "not_found")
    assert not Listing.objects.exists()


def test_reading_takes_a_known_number_of_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    shop = meis_shop()
    me = Caller(mei())
    for n in range(5):
        listed(shop, flask(identity=f"i{n}", external_id=f"e{n}"))
    me.get("/offers")  # the index of the test is built, and the token's use noted

    for address, queries in (
        ("/me", 1),
        ("/shops", 2),
        ("/shops/mei", 2),
        ("/shops/mei/shelves", 3),
        ("/shops/mei/listings", 5),  # token, shop, clock, rows, what they cost before
        ("/shops/mei/links", 3),
        ("/shops/mei/clicks", 5),  # three looks back in time for a quiet shop
        ("/shops/mei/orders", 3),
        ("/shops/mei/balance", 3),
        ("/shops/mei/payouts", 3),
        ("/offers", 4),  # token, clock, the offers found, plan
    ):
        with django_assert_num_queries(queries):
            assert me.get(address).status_code == 200, address


def test_writing_takes_a_known_number_of_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    """However full the shop is. Savepoints count as queries here."""
    shop = meis_shop()
    for n in range(20):
        listed(shop, flask(identity=f"i{n}", external_id=f"e{n}"))
    listing, offer = Listing.objects.all()[0], flask()
    me = Caller(mei())

    with django_assert_max_num_queries(21):
        assert me.post("/shops/mei/listings", {"offer_id": str(offer.id), "shelf": "厨房"}).status_code == 201
    with django_assert_max_num_queries(21):
        assert me.patch(f"/shops/mei/listings/{listing.id}", {"note": "好用", "position": 3}).status_code == 200
    with django_assert_max_num_queries(13):
        assert me.post("/shops/mei/shelves", {"name": "新品"}).status_code == 201
    with django_assert_max_num_queries(12):
        assert me.post("/shops", {"slug": "mei-two", "name": "Two"}).status_code == 201
