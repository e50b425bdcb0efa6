"""Searching over the API: filters and sorts by name, suggestions, and no question that is not answered."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from django.test import Client

from joey.catalog.intake.import_offers import import_offers
from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer
from joey.catalog.search import folder
from joey.catalog.search.follow import rebuild
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.clock import now
from joey.marketplaces.imported import AllowedFeed, keep_feed
from joey.marketplaces.pasted import is_pasted
from tests.api.client import Caller, assert_problem
from tests.api.live import running_server
from tests.cast import mei, meis_shop
from tests.catalog.offers import flask_facts
from tests.catalog.search.goods import MARKETPLACES
from tests.real_data import shared


@pytest.fixture(autouse=True)
def _accounts(settings: Any) -> None:
    settings.JOEY_MARKETPLACES = MARKETPLACES


def take(*changes: dict[str, Any]) -> None:
    moment = now()
    facts = [
        flask_facts(
            **{
                "identity": f"i{at}",
                "external_id": f"e{at}",
                "as_of": moment,
                "coupon_minor": None,
                "coupon_until": None,
            }
            | each
        )
        for at, each in enumerate(changes)
    ]
    assert not take_offers(facts, now=moment).refused


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [item["external_id"] for item in answer.json()["items"]]


def naughty() -> list[bytes]:
    return [base64.b64decode(text) for text in json.loads(shared("vectors/blns.base64.json").read_text())]


@pytest.mark.django_db
def test_filters_and_sorts_have_names() -> None:
    take(
        {"now_minor": 5000, "volume": 5, "commission_ppm": 10_000, "category": "home"},
        {"now_minor": 2000, "volume": 900, "commission_ppm": 90_000, "in_stock": False},
        {"now_minor": 9000, "coupon_minor": 8000, "coupon_until": now() + timedelta(days=1), "volume": 50,
         "marketplace": "jd"},
        {"now_minor": 3000, "currency": "USD", "marketplace": "amazon", "volume": 1},
    )  # fmt: skip
    keep_feed("feed:mine", AllowedFeed())
    Offer.objects.filter(marketplace="amazon").update(marketplace="feed:mine")
    me = Caller(mei())

    assert ids(me.get("/offers", sort="price")) == ["e1", "e0", "e2", "e3"]
    assert ids(me.get("/offers", sort="sales")) == ["e1", "e2", "e0", "e3"]
    assert ids(me.get("/offers", sort="earning", currency="CNY")) == ["e1", "e0", "e2"]  # JD reports no orders
    assert ids(me.get("/offers", currency="CNY", min_price=3000, max_price=8000, sort="price")) == ["e0", "e2"]
    assert ids(me.get("/offers", currency="CNY", min_price=8001)) == []
    assert ids(me.get("/offers", currency="USD", max_price=3000)) == ["e3"]
    assert ids(me.get("/offers", marketplace="feed:mine")) == ["e3"]
    assert ids(me.get("/offers", coupon="true")) == ["e2"]
    assert ids(me.get("/offers", in_stock="true", sort="price")) == ["e0", "e2", "e3"]
    assert ids(me.get("/offers", category="home", q="保温杯")) == ["e0"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"min_price": 1}, "currency"), ({"currency": "XXX"}, "currency"), ({"min_price": -1}, "min_price"),
        ({"max_price": "many"}, "max_price"), ({"currency": "CNY", "min_price": 9, "max_price": 8}, "max_price"),
        ({"sort": "luck"}, "sort"), ({"marketplace": "ebay"}, "marketplace"),
    ],
)  # fmt: skip
def test_a_bad_filter_is_refused_by_name(asked: dict[str, Any], field: str) -> None:
    assert_problem(Caller(mei()).get("/offers", **asked), 422, "invalid", field)


@pytest.mark.django_db
def test_suggestions_are_given_with_their_kind() -> None:
    take({"brand": "灶边记", "category": "kitchen"})

    answer = Caller(mei()).get("/offers/suggest", q="灶")

    assert answer.json() == {"items": [{"text": "灶边记", "kind": "brand"}]}
    assert Caller(mei()).get("/offers/suggest", q="stain").json()["items"][0] == {"text": "stainless", "kind": "word"}
    assert len(Caller(mei()).get("/offers/suggest", q="s", limit=1).json()["items"]) == 1
    assert_problem(Caller(None).get("/offers/suggest", q="s"), 401, "not_signed_in")


@pytest.mark.django_db
def test_an_imported_title_is_found_by_its_size_in_other_spellings() -> None:
    """Case C11."""
    file = Path(__file__).parents[1] / "catalog/search/size-in-title.csv"
    assert not import_offers(file, "feed:x", now=now()).refused
    rebuild()
    me = Caller(mei())

    for q in ("500ml", "500 ML", "500毫升", "0.5升", "５００ｍｌ保温杯"):
        assert ids(me.get("/offers", q=q)) == ["s01"], q


@pytest.mark.django_db
def test_what_comes_nearest_is_beside_the_list_and_says_what_was_dropped() -> None:
    take({"title": "黑巧克力"}, {"title": "抗风折叠伞"})
    me = Caller(mei())

    near = me.get("/offers", q="雨伞 紫色").json()
    found = me.get("/offers", q="雨伞").json()
    far = me.get("/offers", q="xyzzy", category="pets").json()
    link = me.get("/offers", q="https://item.example.com/1").json()

    assert near["items"] == []
    assert [each["external_id"] for each in near["nearest"].pop("items")] == ["e1"]
    assert near["nearest"] == {"dropped": ["紫色"], "kept": "雨伞", "by_sound": False, "narrowed": True}
    assert (ids(me.get("/offers", q="雨伞")), found["nearest"]) == (["e1"], None)
    assert (len(far["nearest"]["items"]), far["nearest"]["kept"], far["nearest"]["narrowed"]) == (2, "", False)
    assert (link["nearest"], link["to_paste"]) == (None, True)


@pytest.mark.django_db
def test_what_was_too_much_of_a_question_is_said() -> None:
    take({})

    answer = Caller(mei()).get("/offers", q="保温杯 " + "大" * 150)

    assert answer.status_code == 200
    assert answer.json()["query_truncated"] == "大" * 54
    assert Caller(mei()).get("/offers", q="保温杯").json()["query_truncated"] == ""


@pytest.mark.django_db
def test_without_an_index_searching_is_unavailable_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, index_folder: Any
) -> None:
    from joey.catalog.search import find_offers, read_index, suggest

    for module in (find_offers, suggest):
        monkeypatch.setattr(module, "searcher", read_index.searcher)
    assert folder.current() is None
    me = Caller(mei())

    for address in ("/offers", "/offers/suggest?q=a"):
        answer = me.get(address)
        assert_problem(answer, 503, "unavailable")
        assert answer.headers["Retry-After"] == "15"
    assert me.get("/me").status_code == 200


@pytest.mark.django_db
def test_no_naughty_string_is_answered_otherwise_than_with_a_list_on_the_pick_page() -> None:
    meis_shop()
    take({})
    browser = Client()
    browser.force_login(mei())

    for at, text in enumerate(naughty()[::3]):  # the API below gets them all
        is_link = is_pasted(text.decode("utf-8", "replace"))  # of no marketplace
        assert browser.get(f"/studio/mei/pick?q={quote(text)}").status_code == (422 if is_link else 200), text
        if at % 4 == 0:  # the same words, put on the page in another way
            assert browser.get(f"/studio/mei/pick/suggestions?q={quote(text)}").status_code == 200, text


@pytest.mark.long
def test_no_naughty_string_is_answered_otherwise_than_with_a_list_over_http(
    committed_db: EmbeddedPostgres, tmp_path: Any
) -> None:
    take({}, {"title": "'; DROP TABLE offers; -- <script>alert(1)</script>"})
    rebuild()
    accounts = tmp_path / "accounts.json"
    accounts.touch(mode=0o600)
    accounts.write_text(json.dumps(MARKETPLACES))
    headers = Caller(mei()).headers

    with (
        running_server(JOEY_DATA=str(tmp_path), JOEY_MARKETPLACES=str(accounts)) as address,
        httpx.Client(headers=headers, timeout=30) as client,
    ):
        for at, text in enumerate(naughty()):
            for place in ("offers", "offers/suggest") if at % 4 == 0 else ("offers",):  # the same words in both
                answer = client.get(f"{address}/api/v1/{place}?q={quote(text)}")
                assert answer.status_code == 200, text
                assert isinstance(answer.json()["items"], list)
