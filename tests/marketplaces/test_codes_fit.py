"""A marketplace's code is up to 64 characters long, and fits into every column that keeps one."""

from django.apps import apps
from django.db.models import CharField

NAMES = {"marketplace", "other_marketplace", "party"}  # party: the ledger's marketplace or rail


def test_every_column_for_a_marketplace_takes_64_characters() -> None:
    found = {
        f"{model._meta.label}.{field.name}": field.max_length or 0
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, CharField) and field.name in NAMES
    }

    assert len(found) > 10
    assert {name: length for name, length in found.items() if length < 64} == {}
