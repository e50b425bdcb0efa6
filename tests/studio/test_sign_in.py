"""Signing in and confirming over HTTP, while a stranger asks for codes to the same contact."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from joey.kit import limits
from joey.kit.models import RateWindow
from joey.people.codes import WRONG_TRIES_MAX
from joey.people.models import PersonSession, SignInCode
from tests.cast import mei, meis_shop
from tests.studio.test_studio import EN, signed_in

pytestmark = pytest.mark.django_db

MEI = "mei@example.com"
SIGN_IN, CODE, CONFIRM = "/studio/sign-in", "/studio/sign-in/code", "/studio/confirm"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that left, newest last."""
    texts: list[str] = []
    monkeypatch.setattr("joey.people.send_code.send_notice", lambda contact, text, **_: texts.append(str(text)))
    return texts


def code_in(text: str) -> str:
    found = re.match(r"\d{6,9}", text)
    assert found, text
    return found.group()


def later(seconds: int) -> None:
    """As if what was sent had been sent so much earlier."""
    for code in SignInCode.objects.all():
        code.sent_at -= timedelta(seconds=seconds)
        code.save()


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_strangers_requests_and_tries_neither_end_nor_use_up_the_owners_code(sent: list[str]) -> None:
    """M1, M2."""
    owner, stranger = Client(headers=EN), Client(headers=EN)
    owner.post(SIGN_IN, {"contact": MEI})
    code = code_in(sent[-1])

    for _request in range(limits.CODES_OF_BROWSER.most + 1):
        stranger.post(SIGN_IN, {"contact": MEI})
        for _try in range(WRONG_TRIES_MAX + 1):
            assert stranger.post(CODE, {"code": "12345"}).status_code == 422
        later(40)
    assert stranger.post(SIGN_IN, {"contact": MEI}).status_code == 429
    assert stranger.post(CODE, {"code": code}).status_code == 422, "it was sent for another browser"
    assert not is_signed_in(stranger)

    owner.post(CODE, {"code": code})
    assert is_signed_in(owner)


def test_an_owner_gets_a_code_while_strangers_have_used_up_all_that_they_get(sent: list[str]) -> None:
    """M1: in a browser that signed in before, and to confirm."""
    meis_shop()
    owner = Client(headers=EN)
    owner.post(SIGN_IN, {"contact": MEI})
    owner.post(CODE, {"code": code_in(sent[-1])})
    for limit, key in ((limits.CODES_TO_CONTACT, MEI), (limits.CODES_OF_CALLER, "127.0.0.1")):
        RateWindow.objects.filter(digest=limit.digest(key)).update(hits=limit.most)
    assert Client().post(SIGN_IN, {"contact": MEI}).status_code == 429

    assert owner.post(CONFIRM).status_code == 200
    assert owner.post(CONFIRM, {"code": code_in(sent[-1])}).status_code == 302
    owner.post("/studio/sign-out")
    owner.post(SIGN_IN, {"contact": MEI})
    owner.post(CODE, {"code": code_in(sent[-1])})
    assert is_signed_in(owner)


def test_a_code_to_sign_in_confirms_nothing_and_one_to_confirm_signs_no_one_in(sent: list[str]) -> None:
    """M2: and a session of the same person in another browser is not confirmed by it either."""
    meis_shop()
    borrowed, owner = signed_in(mei(), fresh=False), signed_in(mei(), fresh=False)
    new = Client(headers=EN)
    new.post(SIGN_IN, {"contact": MEI})
    to_sign_in = code_in(sent[-1])
    assert "to sign in" in sent[-1]
    owner.post(CONFIRM)
    to_confirm = code_in(sent[-1])
    assert "moves money" in sent[-1]
    borrowed.post(CONFIRM)

    for client, address, code in (
        (owner, CONFIRM, to_sign_in), (borrowed, CONFIRM, to_confirm), (new, CODE, to_confirm),
    ):  # fmt: skip
        assert client.post(address, {"code": code}).status_code == 422
    assert not is_signed_in(new)
    assert borrowed.get("/studio/mei/payout-details").status_code == 302
    key = owner.session.session_key

    assert owner.post(CONFIRM, {"code": to_confirm, "next": "/studio/mei/payout-details"}).status_code == 302

    assert owner.get("/studio/mei/payout-details").status_code == 200
    assert owner.session.session_key != key, "a key that was copied before opens nothing"
    assert not PersonSession.objects.filter(session_key=key).exists()


def test_the_page_says_when_a_code_is_used_up_keeps_the_contact_and_sends_another(sent: list[str]) -> None:
    """P18."""
    client = Client(headers=EN)
    client.post(SIGN_IN, {"contact": "138 0013 8000"})
    entry = client.get(CODE).content.decode()
    for mark in ("+8613800138000", 'inputmode="numeric"', 'autocomplete="one-time-code"', "in 30 seconds"):
        assert mark in entry
    assert 'value="+8613800138000"' in client.get(SIGN_IN).content.decode()
    assert "Write the code." in client.post(CODE, {"code": ""}).content.decode()
    empty = client.post(SIGN_IN, {"contact": ""}).content.decode()
    assert 'id="e-contact"' in empty
    assert "Write your e-mail address or phone number." in empty

    said = [client.post(CODE, {"code": "12345"}).content.decode() for _try in range(10)]

    assert "2 tries are left" in said[0]
    assert "it was the last try" in said[2]
    assert all("no longer works. Ask for a new one" in each for each in said[3:])
    assert all('aria-invalid="true"' in each and "+8613800138000" in each for each in said)
    again = client.post(CODE, {"next": "/studio/open"})
    assert again.status_code == 200
    assert len(sent) == 2
    assert "in 30 seconds" in again.content.decode()
    client.post(CODE, {})
    assert len(sent) == 2, "a double tap sends one"
    assert client.post(CODE, {"code": code_in(sent[-1]), "next": "/studio/open"}).headers["Location"] == "/studio/open"


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("010-62345678", "landline"),
        ("+44 20 7946 0958", "landline"),
        ("+8816123456789", "this kind"),  # satellite: Iridium, Globalstar
        ("+870773123456", "this kind"),  # Inmarsat
        ("+88216123456789", "this kind"),
        ("134 9123 4567", "this kind"),  # China's satellite numbers
        ("174 0012 3456", "this kind"),
        ("+1 900 555 1234", "this kind"),  # premium rate
        ("400 123 4567", "this kind"),
        ("+44 7012 345678", "this kind"),
        ("95588", "cannot be right"),
    ],
)
def test_codes_go_to_phones_that_people_carry_alone(number: str, why: str, sent: list[str]) -> None:
    """H1, P18."""
    answer = Client(headers=EN).post(SIGN_IN, {"contact": number})

    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not sent


def test_an_operator_names_the_countries(sent: list[str], settings: object) -> None:
    settings.JOEY_PHONE_COUNTRIES = frozenset({"CN", "HK"})  # type: ignore[attr-defined]
    client = Client(headers=EN)

    assert "of this country" in client.post(SIGN_IN, {"contact": "+33612345678"}).content.decode()
    assert not sent
    assert client.post(SIGN_IN, {"contact": "+852 9123 4567"}).status_code == 302
    assert client.post(SIGN_IN, {"contact": "someone@example.fr"}).status_code == 302


def test_sign_in_pages_are_kept_by_no_cache_and_say_what_one_agrees_to(sent: list[str]) -> None:
    """L12, L18, P18: redirects and refusals, too; and a page that sets the language's cookie is for its visitor."""
    client = Client(headers=EN)
    answers = [
        client.get(CODE), client.get(SIGN_IN), client.post(SIGN_IN, {"contact": ""}), client.get(CONFIRM),
        client.post(SIGN_IN, {"contact": MEI}), client.get(CODE), client.post(CODE, {"code": "1"}),
    ]  # fmt: skip
    for answer in answers:
        assert "no-store" in answer.headers["Cache-Control"], answer
    agreed = answers[1].content.decode()
    assert 'href="/rules"' in agreed
    assert 'href="/privacy"' in agreed
    assert "90 days after the last code" in client.get("/privacy").content.decode()
    assert not PersonSession.objects.exists(), "asking for a code begins no session"

    chosen = client.get("/rules?lang=en")
    assert chosen.headers["Cache-Control"] == "private, no-store"
    assert "lang" in chosen.cookies
    assert client.get("/rules").headers["Cache-Control"].startswith("public")
