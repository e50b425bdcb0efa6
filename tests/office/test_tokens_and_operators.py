"""M5: the office lists tokens and ends them, and takes an operator's right away, each after a fresh code."""

import pytest
from django.urls import reverse

from joey.people.models import ApiToken, Person
from joey.people.operators import make_operator
from joey.people.tokens import live_token
from tests.cast import ada, lulu, mei, token_of
from tests.office.test_office import act, signed_in

pytestmark = pytest.mark.django_db


def test_a_token_is_listed_without_its_secret_and_ended() -> None:
    token = token_of(mei(), None, "read", "money")
    kept = ApiToken.objects.get()
    client, other = signed_in(ada()), token_of(lulu())

    page = client.get(reverse("admin:people_apitoken_changelist")).content.decode()
    assert "mei@example.com" in page
    assert "Read · Money" in page
    assert token not in page
    act(signed_in(ada(), code_seconds_ago=None), "people_apitoken", "end", kept.pk)  # it asks for a code first
    assert live_token(token) is not None
    act(client, "people_apitoken", "end", kept.pk)

    assert live_token(token) is None
    assert live_token(other) is not None


def test_an_operators_right_is_taken_away_and_the_last_one_stays() -> None:
    boss, leaving = ada(), make_operator("leaving@example.com")
    client = signed_in(boss)

    act(client, "people_person", "end_operators", leaving.pk)
    last = act(client, "people_person", "end_operators", boss.pk).content.decode()

    assert "ada@example.com is the last operator" in last
    assert set(Person.objects.filter(is_staff=True)) == {boss}
