"""Tokens, the fresh code that money asks for, and operators."""

from datetime import timedelta
from uuid import uuid4

import pytest

from joey.kit.refusals import Invalid
from joey.people.models import ApiToken, Person
from joey.people.operators import make_operator
from joey.people.own_tokens import revoke_token_of
from joey.people.step_up import needs_fresh_code
from joey.people.tokens import make_token, person_of_token
from joey.record.queries import events_of
from tests.cast import NOW, ada, mei

pytestmark = pytest.mark.django_db


def test_a_token_brings_back_its_person_and_shop() -> None:
    shop = uuid4()

    assert person_of_token(make_token(mei())) == (mei(), None)
    assert person_of_token(make_token(mei(), shop)) == (mei(), shop)


def test_a_token_is_kept_as_a_hash_only() -> None:
    token = make_token(mei())

    kept = bytes(ApiToken.objects.get().token_hash)

    assert len(token) > 40
    assert kept not in token.encode()
    assert token.encode() not in kept


@pytest.mark.parametrize(
    "stranger", ["", "joey_", "joey_" + "A" * 43, "Bearer x", "joey_\0", "joey_\ud800", "x" * 9999]
)
def test_an_unknown_token_belongs_to_no_one(stranger: str) -> None:
    make_token(mei())

    assert person_of_token(stranger) is None


def test_a_revoked_token_and_one_of_a_closed_account_open_nothing() -> None:
    revoked, closed = make_token(mei()), make_token(ada())

    revoke_token_of(mei(), ApiToken.objects.get(person=mei()).pk, now=NOW)
    Person.objects.filter(pk=ada().pk).update(is_active=False)

    assert person_of_token(revoked) is None
    assert person_of_token(closed) is None


def test_a_code_is_fresh_for_fifteen_minutes() -> None:
    assert not needs_fresh_code(NOW - timedelta(minutes=15), NOW)
    assert needs_fresh_code(NOW - timedelta(minutes=15, seconds=1), NOW)
    assert needs_fresh_code(NOW + timedelta(seconds=1), NOW)
    assert needs_fresh_code(None, NOW)


def test_an_operator_is_made_once_and_recorded() -> None:
    person = make_operator("Ada@Example.com")
    again = make_operator("ada@example.com")

    assert again == person
    assert person.is_staff
    assert person.is_superuser
    assert not person.has_usable_password()
    assert [event.kind for event in events_of([f"person:{person.id}"])] == ["person.made_operator"] * 2


def test_a_shopkeeper_can_become_an_operator() -> None:
    assert make_operator("mei@example.com") == mei()
    assert mei().is_staff


def test_no_contact_makes_no_operator() -> None:
    with pytest.raises(Invalid):
        make_operator("not a contact")

    assert not Person.objects.exists()
