"""L8: an address of the office narrows a list by its filters only; nothing is read by comparing what is not shown."""

from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import reverse

from joey.insight.resting_states import all_rests
from joey.office.read_only import ReadOnly
from joey.office.site import _side_bar, office
from joey.office.urls import TABLES as TABLE_FILES
from tests.cast import ada
from tests.office.test_office import everything, signed_in

assert TABLE_FILES  # importing them registered what follows
TABLES = sorted(office._registry.items(), key=lambda each: each[0]._meta.label)
WAYS = ("", "__exact", "__startswith", "__contains", "__regex", "__gt", "__lt", "__in", "__length", "__isnull")
# What a table keeps hidden or shows in part, and the ways to another table that has it.
SECRET = {"password", "token_hash", "code_hash", "details", "details_id", "details_sha256", "key_sha256", "content",
          "args", "holder_name", "account", "payload", "words", "answer"}  # fmt: skip


def filtered(table: Any) -> set[str]:
    return {each[0] if isinstance(each, tuple) else each.parameter_name for each in table.list_filter}


def test_every_table_takes_its_filters_and_no_other_comparison() -> None:
    request = RequestFactory().get("/office/")
    assert len(TABLES) > 15
    for model, table in TABLES:
        assert isinstance(table, ReadOnly)
        columns = {field.name for field in model._meta.get_fields()} | {*getattr(table, "texts", ()), *SECRET}
        columns |= {f"{name}__{each}" for name in ("shop", "payee", "person", "owner") for each in SECRET}
        taken = {name for name in columns for way in WAYS if table.lookup_allowed(f"{name}{way}", "6222", request)}
        assert taken <= filtered(table), model
        assert not any(table.lookup_allowed(f"{name}__startswith", "6", request) for name in columns), model


def test_no_filter_search_or_order_is_by_a_secret() -> None:
    for model, table in TABLES:
        searched = {each.lstrip("=^@").split("__")[-1] for each in table.search_fields}
        ordered = {
            getattr(shown, "admin_order_field", None)
            for shown in map(table._shown, table.list_display)
            if callable(shown)
        }
        assert (filtered(table) | searched | ordered) & SECRET == set(), model
        assert not [each for each in table.search_fields if each.lstrip("=") == each and each.endswith("mail")], model


@pytest.mark.django_db
def test_an_address_that_compares_a_secret_is_refused_and_every_link_of_the_office_works(settings: Any) -> None:
    everything(settings)
    client = signed_in(ada())
    for table, query in (
        ("payouts_payout", "details__startswith=\\x7b"),
        ("payouts_payout", "payee__details_sha256__startswith=a"),
        ("people_person", "password__startswith=pbkdf2"),
        ("people_person", "phone__startswith=%2B86"),
        ("people_apitoken", "token_hash__gt=a"),
        ("shops_shop", "owner__email__startswith=m"),
        ("shops_shop", "intro__regex=."),
    ):
        answer = client.get(reverse(f"admin:{table}_changelist") + f"?{query}")
        assert answer.status_code == 400, (table, query)
    lists = [item["link"] for _title, items in _side_bar() for item in items]
    lists += [
        reverse(f"admin:{rest.of.model._meta.label_lower.replace('.', '_')}_changelist") + rest.query
        for rest in all_rests()
        if rest.query
    ]
    assert len({link for link in lists if "?" in link}) > 5
    for link in lists:
        assert client.get(link).status_code == 200, link
