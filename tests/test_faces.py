"""A face holds no queryset, no save, no SQL and no business verb: it calls the packages below. Nothing is exempt."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FACES = ("storefront", "studio", "office", "api", "cli", "edge")

# Importing one of these is writing a verb or a query of one's own. Modules, and names inside of them.
BELOW = {
    "django.db.transaction": "opens a transaction: that is a verb",
    "django.db.connection": "talks to the database",
    "django.db.connections": "talks to the database",
    "django.db.models": "builds a query",
    "joey.kit.sql": "runs SQL",
    "joey.kit.states": "moves a state: that is a verb",
    "joey.kit.rate_limit": "counts what may be done: that is a verb",
    "joey.record.append": "writes to the record: that is a verb",
    "joey.ledger.post": "posts money: that is a verb",
}
# A face says what it takes of this: with the whole module it has a connection, too.
WHOLE = "django.db"
MANAGERS = ("objects", "_default_manager", "_base_manager")
QUERIES = (
    "filter", "exclude", "annotate", "aggregate", "select_related", "prefetch_related", "values_list", "order_by",
    "only", "defer", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "select_for_update", "raw",
    "all", "first", "last", "exists", "distinct", "using", "in_bulk",
    "aget", "afirst", "acount", "aexists", "acreate", "aupdate", "asave", "adelete", "save_base",
    "get_object_or_404", "get_list_or_404",
)  # fmt: skip
CHANGES = ("save", "create", "delete", "refresh_from_db")
COMMENTS = re.compile(r"\A(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*", re.DOTALL)
STATEMENT = re.compile(r"\A\s*(WITH\s+\w+\s+AS|SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|COPY|TRUNCATE)\b")
LOWER_CASE = re.compile(r"\A\s*(select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from)\s", re.DOTALL)


def offences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, what it does that belongs below) for one module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imports(node)
        elif isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            yield node.lineno, f".{node.attr} is a queryset"
        elif isinstance(node, ast.Call):
            yield from _calls(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_sql(node.value):
            yield node.lineno, f"SQL text: {node.value.strip()[:30]}"


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
        whole = names
    else:
        whole = [f"{node.module}.{alias.name}" for alias in node.names]
        names = [name for alias in node.names for name in (node.module or "", f"{node.module}.{alias.name}")]
    if WHOLE in whole:
        yield node.lineno, f"{WHOLE} as a whole has the connection"
    for name in dict.fromkeys(names):
        why = next((why for below, why in BELOW.items() if name == below or name.startswith(f"{below}.")), None)
        if why:
            yield node.lineno, f"{name} {why}"


def _is_sql(text: str) -> bool:
    text = COMMENTS.sub("", text, count=1)
    return bool(STATEMENT.match(text) or LOWER_CASE.match(text))


def _calls(node: ast.Call) -> Iterator[tuple[int, str]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    keywords_only = bool(node.keywords) and not node.args
    if isinstance(node.func, ast.Name) and name not in ("get_object_or_404", "get_list_or_404", "getattr"):
        return
    if name == "getattr" and any(isinstance(each, ast.Constant) and each.value in MANAGERS for each in node.args):
        yield node.lineno, "getattr of a manager is a queryset"
    if name in QUERIES:
        yield node.lineno, f".{name}() builds a query"
    elif name in CHANGES and (not node.args or name == "create"):
        yield node.lineno, f".{name}() writes a row"
    elif name == "update" and keywords_only and all(keyword.arg for keyword in node.keywords):
        yield node.lineno, ".update(name=…) writes rows"
    elif name in ("atomic", "set_autocommit"):
        yield node.lineno, f".{name}() opens a transaction"


def modules() -> list[Path]:
    return sorted(path for face in FACES for path in (ROOT / "joey" / face).rglob("*.py"))


def test_a_face_calls_queries_and_verbs_and_holds_none() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path in modules()
        for line, what in sorted(set(offences(ast.parse(path.read_text("utf-8")))))
    ]

    assert found == []


PLANTED = """
import django.db.transaction
from django.db import transaction
from django.db import DatabaseError, connection
from django.db import connection as database
from django.db import connections
import django.db
from django import db
from django.db.models import Q
from joey.kit import sql
from joey.record.append import append
Shop.objects
Shop._default_manager
found.filter(state="open")
found.order_by("id")
shop.save()
shop.save(update_fields=["name"])
Shop.create(name="x")
shop.delete()
found.update(state="closed")
with transaction.atomic(): pass
Shop(name="x").asave()
shops.all()
shops.using("other").first()
get_object_or_404(Shop, slug="mei")
getattr(Shop, "objects")
run("select slug from shops_shop")
run("SELECT 1")
run("-- one\\n/* two */ SELECT 1")
run("WITH gone AS (DELETE FROM shops_shop) SELECT 1")
run(f"INSERT INTO {table} VALUES (1)")
run("UPDATE shops_shop SET name = ''")
"""
HONEST = """
from django.db import DatabaseError
from joey.kit import clock
from joey.shops.queries import shop_by_slug
os.environ.update(found, JOEY_DATA="x")
names.update({"a": 1})
router.delete("/shops/{slug}")
open_shop(person, slug="mei")
text = "Select a shop, then update its name."
text = "select a shop"
getattr(shop, "name")
names.values()
image.save(path)
"""


@pytest.mark.parametrize("line", PLANTED.strip().splitlines())
def test_what_belongs_below_is_found(line: str) -> None:
    assert list(offences(ast.parse(line))), line


@pytest.mark.parametrize("line", HONEST.strip().splitlines())
def test_calling_what_is_below_is_no_offence(line: str) -> None:
    assert list(offences(ast.parse(line))) == [], line


def test_every_face_is_read() -> None:
    assert {path.relative_to(ROOT).parts[1] for path in modules()} == set(FACES)
