"""The keeper's side: sign in by code, only one's own shops, nothing stored that was not asked for."""

import re
from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
import segno
import zxingcpp
from django.test import Client
from PIL import Image

from joey.kit import clock
from joey.kit.refusals import TooMany
from joey.payouts.models import Payee
from joey.people.models import ApiToken, Person, SignInCode
from joey.sharing.models import Link
from joey.shops.models import Listing, Shelf, Shop
from joey.studio import sign_in
from tests.cast import listed, lulu, lulus_shop, mei, meis_shop, sam
from tests.storefront.goods import fresh_flask

pytestmark = pytest.mark.django_db
NEW_TOKEN = {"do": "make", "scopes": ["read", "money"], "days": "30"}

EN = {"accept-language": "en-GB"}


def signed_in(person: Person, *, fresh: bool = True) -> Client:
    client = Client(headers=EN)
    client.force_login(person, backend=sign_in.BACKEND)
    if fresh:
        session = client.session
        session["code_at"] = clock.now().isoformat()
        session.save()
    return client


PAGES = [
    "", "settings", "pick", "shelves", "share", "share/shop", "visits", "orders", "lost-orders", "earnings", "payout",
    "payout-details",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_every_page_asks_strangers_to_sign_in_and_comes_back(client: Client, name: str) -> None:
    meis_shop()

    answer = client.get(f"/studio/mei/{name}")

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/studio/sign-in?next=%2Fstudio%2Fmei%2F{quote(name, safe='')}"


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_for_the_keeper_and_is_kept_by_no_cache(name: str) -> None:
    listed(meis_shop(), fresh_flask())

    answer = signed_in(mei()).get(f"/studio/mei/{name}")

    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", PAGES)
def test_anothers_shop_looks_like_none_at_all(name: str) -> None:
    lulus_shop()

    assert signed_in(mei()).get(f"/studio/lulu/{name}").status_code == 404
    assert signed_in(mei()).get(f"/studio/unknown/{name}").status_code == 404


def test_anothers_shop_cannot_be_written_to() -> None:
    listing = listed(lulus_shop(), fresh_flask())
    mine = signed_in(mei())

    tries: dict[str, dict[str, Any]] = {
        "pick/add": {"offer_id": listing.offer_id},
        "pick/undo": {"listing_id": listing.id},
        "shelves": {"do": "hide", "listing_id": listing.id},
        f"share/{listing.id}": {"channel": "wechat"},
        "settings": {"name": "Mine now"},
        "tokens": {"do": "make"},
        "lost-orders": {"marketplace": "taobao", "order": "77001", "ordered_at": "2026-11-23 18:05"},
        "payout": {"amount": "1.00", "currency": "CNY", "key": "k"},
    }
    for path, body in tries.items():
        assert mine.post(f"/studio/lulu/{path}", body).status_code == 404, path

    assert Listing.objects.get().state == "published"
    assert Shop.objects.get(slug="lulu").name == "露露的小店"


def test_anothers_listing_cannot_be_reached_through_ones_own_shop() -> None:
    listing = listed(lulus_shop(), fresh_flask())
    meis_shop()
    mine = signed_in(mei())

    assert mine.get(f"/studio/mei/share/{listing.id}").status_code == 404
    assert mine.post("/studio/mei/shelves", {"do": "hide", "listing_id": listing.id}).status_code == 404
    assert Listing.objects.get().state == "published"


def test_a_person_signs_in_with_the_code_and_opens_a_shop(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr("joey.people.send_code.send_notice", lambda contact, text, **_: sent.append(str(text)))

    first = client.post("/studio/sign-in", {"contact": " New@Example.com ", "next": "/studio/open"}, headers=EN)
    assert first.headers["Location"] == "/studio/sign-in/code?next=/studio/open"
    assert "_auth_user_id" not in client.session
    code = re.search(r"\d{6}", sent[0])
    assert code
    wrong = client.post(
        "/studio/sign-in/code", {"code": "000000" if code.group() != "000000" else "111111"}, headers=EN
    )
    assert wrong.status_code == 422
    assert "_auth_user_id" not in client.session
    right = client.post("/studio/sign-in/code", {"code": code.group(), "next": "/studio/open"}, headers=EN)
    assert right.headers["Location"] == "/studio/open"

    opened = client.post("/studio/open", {"name": "New corner", "slug": "New-Corner", "intro": ""}, headers=EN)

    assert opened.headers["Location"] == "/studio/new-corner/"
    assert Shop.objects.get().owner.email == "new@example.com"
    assert client.get("/s/new-corner", headers=EN).status_code == 200


def test_an_empty_sign_in_makes_no_account(client: Client) -> None:
    assert client.post("/studio/sign-in", {"contact": ""}, headers=EN).status_code == 422
    assert client.post("/studio/sign-in/code", {"code": ""}, headers=EN).status_code == 302
    assert not SignInCode.objects.exists()
    assert not Person.objects.exists()


@pytest.mark.parametrize("wish", ["https://evil.example/", "//evil.example", "/go/abc", "javascript:alert(1)"])
def test_after_signing_in_one_never_leaves_the_studio(client: Client, wish: str) -> None:
    answer = signed_in(mei()).get("/studio/sign-in", {"next": wish})

    assert answer.headers["Location"] == "/studio/"


@pytest.mark.parametrize("field", ["price", "fee", "inviter", "stock", "deposit", "parent"])
def test_opening_a_shop_refuses_an_undeclared_field_by_name(field: str) -> None:
    answer = signed_in(sam()).post("/studio/open", {"name": "Sam", "slug": "sams", field: "1"})

    assert answer.status_code == 422
    assert f"“{field}”" in answer.content.decode()
    assert not Shop.objects.exists()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("pick/add", {"offer_id": "offer"}),
        ("shelves", {"do": "note", "listing_id": "listing", "note": "mine"}),
        ("settings", {"name": "Mei"}),
    ],
)
def test_a_price_of_ones_own_cannot_be_stored_anywhere(path: str, body: dict[str, str]) -> None:
    shop = meis_shop()
    listing = listed(shop, fresh_flask())
    other = fresh_flask(identity="other", external_id="other")
    known = {"offer": str(other.id), "listing": str(listing.id)}

    answer = signed_in(mei()).post(
        f"/studio/mei/{path}", {name: known.get(value, value) for name, value in body.items()} | {"price": "220.00"}
    )

    assert answer.status_code == 422
    assert "price" in answer.content.decode()
    assert (Listing.objects.count(), Listing.objects.get().note) == (1, "")
    assert Shop.objects.get().name == "小美的好物铺"


def test_a_taken_or_reserved_address_is_explained_beside_the_field() -> None:
    meis_shop()
    client = signed_in(sam())

    taken = client.post("/studio/open", {"name": "Sam", "slug": "mei"})
    reserved = client.post("/studio/open", {"name": "Sam", "slug": "taobao"})

    for answer, words in ((taken, "belongs to another shop"), (reserved, "could be mistaken")):
        assert answer.status_code == 409
        assert words in answer.content.decode()
        assert 'aria-describedby="h-slug e-slug"' in answer.content.decode()


def test_goods_are_found_added_with_one_tap_and_taken_back() -> None:
    meis_shop()
    offer = fresh_flask()
    client = signed_in(mei())

    page = client.get("/studio/mei/pick").content.decode()
    assert "you earn about CN¥2.72" in page
    added = client.post("/studio/mei/pick/add", {"offer_id": offer.id, "shelf": "Kitchen", "back": "sort=earning"})
    assert added.headers["Location"] == f"/studio/mei/pick?sort=earning#o-{offer.id}"
    listing = Listing.objects.get()
    assert (listing.state, listing.shelf and listing.shelf.name) == ("published", "Kitchen")

    undone = client.post("/studio/mei/pick/undo", {"listing_id": listing.id, "back": ""})

    assert undone.status_code == 302
    assert not Listing.objects.exists()


def test_what_the_rules_refuse_is_shown_to_the_keeper_with_the_reason() -> None:
    meis_shop()
    offer = fresh_flask(title="电 子 烟 一次性", translations={})
    client = signed_in(mei())

    client.post("/studio/mei/pick/add", {"offer_id": offer.id})

    page = client.get("/studio/mei/shelves").content.decode()
    assert "CN-G1" in page
    assert "Refused by the rules" in page
    assert "电 子 烟" not in client.get("/s/mei").content.decode()


def test_a_link_of_elsewhere_is_refused_and_stays_in_the_box() -> None:
    meis_shop()

    answer = signed_in(mei()).get("/studio/mei/pick", {"q": "https://elsewhere.example/1"})

    assert answer.status_code == 422
    assert "not a link or copy-code" in answer.content.decode()
    assert 'value="https://elsewhere.example/1"' in answer.content.decode()


@pytest.mark.parametrize(
    "query", ["currency=XXX", "sort=fame", "marketplace=ebay", "cursor=x", "offer=x", "offer=" + str(UUID(int=1))]
)
def test_a_search_that_cannot_be_done_says_so(query: str) -> None:
    meis_shop()

    assert signed_in(mei()).get(f"/studio/mei/pick?{query}").status_code in (404, 422)


def test_shelves_are_arranged_with_buttons() -> None:
    shop = meis_shop()
    listing = listed(shop, fresh_flask())
    client = signed_in(mei())

    def do(**body: Any) -> int:
        return client.post("/studio/mei/shelves", body).status_code

    assert do(do="add_shelf", shelf="Tea") == 302
    assert do(do="add_shelf", shelf="Snacks") == 302
    tea, snacks = Shelf.objects.order_by("position")
    assert do(do="shelf_up", shelf_id=snacks.id) == 302
    assert do(do="place", listing_id=listing.id, shelf_id=tea.id) == 302
    assert do(do="note", listing_id=listing.id, note="my own cup") == 302
    assert do(do="rename_shelf", shelf_id=tea.id, shelf="Green tea") == 302
    assert do(do="hide", listing_id=listing.id) == 302
    assert do(do="show", listing_id=listing.id) == 302
    assert do(do="add_shelf", shelf="Snacks") == 409
    assert do(do="explode", listing_id=listing.id) == 422
    assert do(do="note", listing_id="x", note="") == 422

    listing.refresh_from_db()
    assert (listing.note, listing.state, listing.shelf_id) == ("my own cup", "published", tea.id)
    assert list(Shelf.objects.order_by("position").values_list("name", flat=True)) == ["Snacks", "Green tea"]


def test_money_steps_ask_for_a_fresh_code_first() -> None:
    meis_shop()
    client = signed_in(mei(), fresh=False)

    details = client.get("/studio/mei/payout-details")
    payout = client.post("/studio/mei/payout", {"amount": "1.00", "currency": "CNY", "key": "k"})

    for answer in (details, payout):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/studio/confirm?next=")


@pytest.mark.parametrize(
    ("account_number", "bank_code", "refused"),
    [
        ("DE65 3704 0044 0532 0130 0012", "", "account_number"),
        ("DE86 3704 0044 0532 0130", "", "account_number"),
        ("6222 0212 3456 7890 129", "", "account_number"),
        ("6222 0202 0011 2243 445", "COBAZZFF", "bank_code"),
    ],
)
def test_payout_details_with_a_typing_error_are_refused_beside_their_field(
    account_number: str, bank_code: str, refused: str
) -> None:
    meis_shop()
    typed = {"holder_name": "李小美", "account_number": account_number, "bank_code": bank_code}

    answer = signed_in(mei()).post("/studio/mei/payout-details", typed)

    assert answer.status_code == 422
    assert f'id="e-{refused}"' in answer.content.decode()
    assert account_number in answer.content.decode()
    assert not Payee.objects.exists()


def test_confirming_takes_the_same_persons_code(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr("joey.people.send_code.send_notice", lambda contact, text, **_: sent.append(str(text)))
    meis_shop()
    client = signed_in(mei(), fresh=False)

    client.post("/studio/confirm", {"next": "/studio/mei/payout-details"})
    code = re.search(r"\d{6}", sent[0])
    assert code
    done = client.post("/studio/confirm", {"code": code.group(), "next": "/studio/mei/payout-details"})

    assert done.headers["Location"] == "/studio/mei/payout-details"
    assert client.get("/studio/mei/payout-details").status_code == 200


@pytest.mark.parametrize("amount", ["10,00", "1,0.00", "$1", "NaN", "1e3", "-5", "٣", "0.001", "99999999999999999999"])
def test_an_amount_that_cannot_be_read_moves_nothing(amount: str) -> None:
    meis_shop()

    answer = signed_in(mei()).post("/studio/mei/payout", {"amount": amount, "currency": "CNY", "key": "k"})

    assert answer.status_code == 422


def test_a_token_is_shown_once_and_can_be_ended() -> None:
    meis_shop()
    client = signed_in(mei())

    made = client.post("/studio/mei/tokens", NEW_TOKEN).content.decode()
    token_id = re.search(r'name="token_id" value="([0-9a-f-]+)"', made)
    assert "joey_" in made
    assert token_id
    assert "See everything of the shop · Ask for payouts" in made
    assert "never used" in made
    refused = client.post("/studio/mei/tokens", {"do": "make"})  # no scope
    assert (refused.status_code, ApiToken.objects.count()) == (422, 1)
    assert "Choose at least one thing" in refused.content.decode()
    assert "joey_" not in client.get("/studio/mei/settings").content.decode()
    ended = client.post("/studio/mei/tokens", {"do": "revoke", "token_id": token_id.group(1)})

    assert "token_id" not in ended.content.decode()


def test_another_persons_token_cannot_be_ended() -> None:
    meis_shop()
    lulus_shop()
    made = signed_in(lulu()).post("/studio/lulu/tokens", NEW_TOKEN).content.decode()
    token_id = re.search(r'name="token_id" value="([0-9a-f-]+)"', made)
    assert token_id

    answer = signed_in(mei()).post("/studio/mei/tokens", {"do": "revoke", "token_id": token_id.group(1)})

    assert answer.status_code == 404


def test_a_share_link_is_made_by_a_tap_and_not_by_looking() -> None:
    listing = listed(meis_shop(), fresh_flask(marketplace="jd"))
    client = signed_in(mei())
    client.get(f"/studio/mei/share/{listing.id}")
    assert not Link.objects.exists()

    made = client.post(f"/studio/mei/share/{listing.id}", {"channel": "email"})

    shown = client.get(made.headers["Location"]).content.decode()
    code = Link.objects.get(channel="email").code
    assert f"/l/{code}" in shown
    assert "Ad - I may earn a commission" in shown
    assert "earns nothing" in shown
    assert client.post(f"/studio/mei/share/{listing.id}", {"channel": "fax"}).status_code == 422


def test_a_shop_is_shared_by_its_address_a_code_and_a_poster(client: Client) -> None:
    """Case P13, second half."""
    listed(meis_shop(), fresh_flask())
    keeper = signed_in(mei())
    assert 'href="/studio/mei/share/shop"' in keeper.get("/studio/mei/share").content.decode()

    shown = keeper.get("/studio/mei/share/shop").content.decode()

    address = "http://localhost:8000/s/mei"
    assert f">{address}</output>" in shown
    assert "Ad - I may earn a commission | 小美的好物铺" in shown
    assert segno.make_qr(address).svg_inline(scale=4, border=2, omitsize=False) in shown
    poster = client.get("/s/mei/poster.png", headers={"accept-language": "en"})
    with Image.open(BytesIO(poster.content)) as drawn:
        assert [found.text for found in zxingcpp.read_barcodes(drawn)] == [address]
    assert client.get("/s/noone/poster.png").status_code == 404


def test_the_poster_has_one_address_for_the_keeper_and_for_everyone(client: Client) -> None:
    listing = listed(meis_shop(), fresh_flask(marketplace="jd"))
    mine = signed_in(mei())
    made = mine.post(f"/studio/mei/share/{listing.id}", {"channel": "print"}).headers["Location"]
    code = made.partition("=")[2].removesuffix("#link")  # there the page opens: what to copy is below its notes

    answer = client.get(f"/p/{code}.png")

    assert answer.status_code == 200
    assert answer.content.startswith(b"\x89PNG")
    assert made.endswith("#link")
    shown = mine.get(made).content.decode()
    assert f'src="/p/{code}.png"' in shown
    assert 'id="link"' in shown
    assert client.get("/p/nothing.png").status_code == 404
    assert client.get(f"/p/{code}.png?layout=huge").status_code == 422


def test_forms_need_their_csrf_token() -> None:
    shop = meis_shop()
    client = Client(enforce_csrf_checks=True, headers=EN)
    client.force_login(mei(), backend=sign_in.BACKEND)

    answer = client.post("/studio/mei/settings", {"name": "Stolen"})

    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()
    shop.refresh_from_db()
    assert shop.name == "小美的好物铺"


def test_a_page_that_refuses_because_it_is_too_much_says_when_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Security L18."""
    listing = listed(meis_shop(), fresh_flask())

    def too_many(*_given: object, **_named: object) -> None:
        raise TooMany("Too many links.")

    monkeypatch.setattr("joey.studio.share.make_link", too_many)
    refused = signed_in(mei()).post(f"/studio/mei/share/{listing.pk}", {"channel": "wechat"})

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "30")
