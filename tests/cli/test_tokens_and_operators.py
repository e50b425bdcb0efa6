"""M5: `joey token` and `joey operator`: what they make, list and end."""

import os

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.people.models import ApiToken, Person
from joey.people.operators import make_operator
from joey.people.tokens import live_token
from tests import cast
from tests.journeys.running import joey


def test_tokens_and_operators_are_made_listed_and_ended(committed_db: EmbeddedPostgres) -> None:
    more = {name: os.environ[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "JOEY_DATA")}
    more["JOEY_SECRET"] = "x" * 50

    def run(*words: str) -> tuple[int, str]:
        done = joey(*words, timeout=60, **more)
        return done.returncode, done.stdout + done.stderr

    shop = cast.meis_shop()
    make_operator("ada@example.com")
    leaving = make_operator("leaving@example.com")

    whole = run("token", "create", "--person", "mei@example.com")[1].strip()
    limited = run("token", "create", "--shop", "mei", "--scope", "money", "--days", "7")[1].strip()
    live = live_token(whole), live_token(limited)
    assert live[0]
    assert live[1]
    assert live[0].scopes == {"read", "list", "share"}  # money is named, or not given
    assert live[1].scopes == {"money"}
    assert live[1].shop_id == shop.pk
    code, listed = run("token", "list")
    assert code == 0
    assert f"mei@example.com  shop {shop.pk}  money  until " in listed
    assert "mei@example.com  all shops  read,list,share  until " in listed
    assert whole not in listed
    token = ApiToken.objects.get(shop_id=shop.pk)
    assert run("token", "end", str(token.pk)) == (0, "Ended.\n")
    assert live_token(limited) is None
    assert run("operator", "end", "leaving@example.com", "--by", "ada@example.com")[0] == 0
    code, last = run("operator", "end", "ada@example.com")
    assert (code, "is the last operator" in last) == (1, True)
    assert list(Person.objects.filter(is_staff=True).values_list("email", flat=True)) == ["ada@example.com"]
    leaving.refresh_from_db()
    assert leaving.is_active
