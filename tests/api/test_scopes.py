"""M5: each operation of the API asks for a token with its scope, which one table says."""

import re

import pytest
from django.test import Client

from joey.api.caller import BearerToken
from joey.api.scopes import SCOPE_OF
from joey.api.v1 import PREFIX, api
from joey.people.models import ApiToken, Scope
from joey.shops.models import Shop
from tests.api.client import assert_problem
from tests.cast import ada, mei, meis_shop, token_of

pytestmark = pytest.mark.django_db
SOME_ID = "00000000-0000-7000-8000-000000000000"


def operations() -> list[tuple[str, str, str, Scope]]:
    """Each operation that the API answers: method, address, name, and the scope that its token has to have."""
    found = []
    for _prefix, router in api._routers:
        for path, view in router.path_operations.items():
            address = PREFIX + re.sub(
                r"{(?:\w+:)?(\w+)}", lambda part: "mei" if part[1] == "slug" else SOME_ID, path[1:]
            )
            for operation in view.operations:
                (guard,) = operation.auth_callbacks
                assert isinstance(guard, BearerToken), path
                found += [(method, address, operation.view_func.__name__, guard.scope) for method in operation.methods]
    return found


def test_every_operation_takes_its_scope_from_the_table_and_the_document_says_it() -> None:
    assert {name: scope for _method, _address, name, scope in operations()} == SCOPE_OF
    document = api.get_openapi_schema()
    said = {each["operationId"]: each["security"] for path in document["paths"].values() for each in path.values()}

    assert len(said) > 30
    assert said == {name: [{"BearerToken": [SCOPE_OF[name].value]}] for name in said}
    assert "`money`" in document["components"]["securitySchemes"]["BearerToken"]["description"]


def test_what_writes_asks_for_more_than_reading_and_what_moves_money_for_money() -> None:
    for method, address, name, scope in operations():
        if method == "GET":
            assert scope == Scope.READ, name
        elif "payout" in address:
            assert scope == Scope.MONEY, name
        elif "501" not in name and name not in ("webhooks", "exports", "staff", "claims", "log"):  # not built yet
            assert scope in (Scope.LIST, Scope.SHARE), name


def test_a_token_without_its_scope_is_refused_by_every_operation_and_nothing_changes() -> None:
    meis_shop()
    client, boss = Client(), ada()
    without = {scope: token_of(boss, None, *(each for each in Scope.values if each != scope)) for scope in Scope}

    for method, address, name, scope in operations():
        headers = {"Authorization": f"Bearer {without[scope]}", "Accept-Language": "en", "Idempotency-Key": name}
        answer = client.generic(method, address, b"{}", content_type="application/json", headers=headers)
        problem = assert_problem(answer, 403, "scope_missing")
        assert problem["facts"]["scope"] == scope, name
        assert f'error="insufficient_scope", scope="{scope.value}"' in answer.headers["WWW-Authenticate"]
        assert client.generic(method, address, b"{}", content_type="application/json").status_code == 401, name
    assert Shop.objects.count() == 1


def test_me_tells_a_token_of_one_shop_neither_phone_nor_e_mail() -> None:
    client = Client()

    def me(token: str) -> dict[str, object]:
        answer = client.get(f"{PREFIX}me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        return dict(answer.json())

    whole, limited = me(token_of(mei())), me(token_of(mei(), meis_shop().pk, "read", "share"))

    assert (whole["email"], whole["scopes"]) == ("mei@example.com", Scope.values)
    assert (limited["email"], limited["phone"], limited["scopes"]) == (None, None, ["read", "share"])
    assert limited["limited_to_one_shop"] is True


def test_metrics_want_an_operators_token_that_reads() -> None:
    elsewhere = Client(REMOTE_ADDR="192.0.2.1")
    for scope, status in (("read", 200), ("money", 404)):
        token = token_of(ada(), None, scope)
        assert elsewhere.get("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code == status
    assert ApiToken.objects.filter(used_at=None).count() == 0
