"""Tokens, the fresh code that money asks for, and operators."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from joey.kit.clock import now
from joey.kit.refusals import Conflict, Forbidden, Invalid
from joey.people.models import ApiToken, Person, Scope
from joey.people.operators import end_operator, make_operator
from joey.people.own_tokens import live_tokens, revoke_token_of
from joey.people.sessions import sessions_of
from joey.people.step_up import needs_fresh_code
from joey.people.tokens import LiveToken, live_token, make_token
from joey.record.queries import events_of
from tests.cast import DAY, NOW, ada, lulu, mei, token_of

pytestmark = pytest.mark.django_db


def test_a_token_brings_back_its_person_shop_and_scopes() -> None:
    shop = uuid4()

    assert live_token(token_of(mei())) == LiveToken(mei(), None, frozenset(Scope.values))
    assert live_token(token_of(mei(), shop, "read", "share")) == LiveToken(mei(), shop, frozenset({"read", "share"}))


@pytest.mark.parametrize(
    ("scopes", "days", "field"),
    [([], 90, "scopes"), (["read", "all"], 90, "scopes"), (["read"], 0, "days"), (["read"], 366, "days")],
)
def test_no_token_is_made_for_nothing_or_without_an_end(scopes: list[str], days: int, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_token(mei(), scopes=scopes, days=days, now=NOW)

    assert refused.value.field == field
    assert not ApiToken.objects.exists()


def test_a_token_ends_on_its_day() -> None:
    day = now()
    assert live_token(make_token(mei(), scopes=["read"], days=1, now=day)) is not None

    over = make_token(mei(), scopes=["read"], days=1, now=day - DAY)

    assert live_token(over) is None
    assert len(live_tokens(mei(), now=day, limit=9)) == 1  # as lists say


def test_the_last_use_is_noted_once_an_hour(django_assert_num_queries: Any) -> None:
    token = token_of(mei())
    for used_before, queries in ((None, 2), (59, 1), (61, 2)):
        before = now() - timedelta(minutes=used_before) if used_before else None
        ApiToken.objects.update(used_at=before)
        with django_assert_num_queries(queries):
            assert live_token(token) is not None
        used = ApiToken.objects.get().used_at
        assert (used == before) == (queries == 1)


def test_a_token_is_kept_as_a_hash_only() -> None:
    token = token_of(mei())

    kept = bytes(ApiToken.objects.get().token_hash)

    assert len(token) > 40
    assert kept not in token.encode()
    assert token.encode() not in kept


@pytest.mark.parametrize(
    "stranger", ["", "joey_", "joey_" + "A" * 43, "Bearer x", "joey_\0", "joey_\ud800", "x" * 9999]
)
def test_an_unknown_token_belongs_to_no_one(stranger: str) -> None:
    token_of(mei())

    assert live_token(stranger) is None


def test_a_revoked_token_and_one_of_a_closed_account_open_nothing() -> None:
    revoked, closed = token_of(mei()), token_of(ada())

    revoke_token_of(mei(), ApiToken.objects.get(person=mei()).pk, now=NOW)
    Person.objects.filter(pk=ada().pk).update(is_active=False)

    assert live_token(revoked) is None
    assert live_token(closed) is None


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


def test_with_an_operators_right_their_sessions_and_tokens_end_and_the_account_stays() -> None:
    boss, leaving = make_operator("boss@example.com"), make_operator("mei@example.com")
    token, browser = token_of(leaving), Client()
    browser.force_login(leaving)
    assert browser.get("/office/waiting/").status_code == 200

    end_operator(leaving, by=boss)

    leaving.refresh_from_db()
    assert not leaving.is_operator
    assert not leaving.is_superuser
    assert leaving.is_active
    assert live_token(token) is None
    assert sessions_of(leaving, this_key=None, now=now()) == []
    assert browser.get("/office/waiting/").headers["Location"].startswith("/studio/sign-in")
    event = events_of([f"person:{leaving.id}"])[-1]
    assert (event.kind, event.facts) == ("person.operator_ended", {"by": str(boss.id)})


def test_the_last_operator_stays_and_only_an_operator_ends_another() -> None:
    boss = make_operator("boss@example.com")
    Person.objects.filter(pk=ada().pk).update(is_active=False)  # shut out, so none that could go on

    with pytest.raises(Conflict, match="last operator"):
        end_operator(boss, by=boss)
    with pytest.raises(Conflict, match="no operator"):
        end_operator(lulu(), by=boss)
    second = make_operator("second@example.com")
    end_operator(second, by=None)
    third = make_operator("third@example.com")
    with pytest.raises(Forbidden):
        end_operator(third, by=second)

    assert set(Person.objects.filter(is_staff=True, is_active=True)) == {boss, third}
