"""Each kind of event is declared, each declaration is used, and what is written fits."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import transaction

import joey
from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.record.append import append, append_set
from joey.record.kinds import ELSEWHERE, KINDS, SAMPLE, NotAsDeclared, identifier, identifier_sql, is_spelt
from joey.record.prove import CHECKS
from joey.record.queries import events_of
from tests.cast import NOW

ROOT = Path(next(iter(joey.__path__)))


def appending_files() -> Iterator[tuple[Path, ast.Module]]:
    """Every module that appends events."""
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text()
        if "from joey.record.append import" in text and "migrations" not in path.parts:
            yield path, ast.parse(text)


def texts_in(tree: ast.AST) -> list[str]:
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def words_in(tree: ast.AST) -> set[str]:
    """Each string of the code, each quoted word in its SQL, and each name of a keyword argument."""
    words: set[str] = set()
    for text in texts_in(tree):
        words |= {text, *re.findall(r"'([a-z_.]+)'", text)}
    return words | {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}


def kinds_in(tree: ast.Module) -> set[str]:
    """The kinds that a module appends: written out, or put together from a prefix and a declared ending."""
    words = words_in(tree)
    families = {
        str(node.values[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        and node.values
        and isinstance(node.values[0], ast.Constant)
        and re.fullmatch(r"[a-z_]+\.", str(node.values[0].value))
    }
    return {kind for kind in KINDS if kind in words or kind.partition(".")[0] + "." in families}


def appended_literally(tree: ast.Module) -> Iterator[tuple[str, ast.expr | None]]:
    """The first argument of each `append`, where it is written out, with the facts beside it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "append":
            kind = node.args[0]
            if isinstance(kind, ast.Constant):
                yield str(kind.value), node.args[2] if len(node.args) > 2 else None


def test_every_kind_that_code_appends_is_declared() -> None:
    undeclared = []
    for path, tree in appending_files():
        named = [kind for kind, _facts in appended_literally(tree)]
        for text in texts_in(tree):
            if "AS kind" in text and "AS subject_key" in text:
                named += re.findall(r"'([a-z_]+\.[a-z_]+)'", text)
        undeclared += [f"{path.relative_to(ROOT)}: {kind}" for kind in named if kind not in KINDS]

    assert undeclared == []


def test_every_fact_that_code_writes_out_is_declared() -> None:
    undeclared = [
        f"{path.relative_to(ROOT)}: {kind} {key.value!r}"
        for path, tree in appending_files()
        for kind, facts in appended_literally(tree)
        if isinstance(facts, ast.Dict)
        for key in facts.keys
        if isinstance(key, ast.Constant) and str(key.value) not in KINDS[kind].facts
    ]

    assert undeclared == []


def test_every_declaration_is_used() -> None:
    """A set may be put together by several modules of the package that appends it."""
    folders = {path.parent for path, _tree in appending_files()}
    trees = [[ast.parse(path.read_text()) for path in folder.glob("*.py")] for folder in folders]
    packages = [(set().union(*map(kinds_in, each)), set().union(*map(words_in, each))) for each in trees]
    unused = [kind for kind in KINDS if not any(kind in kinds for kinds, _words in packages)]
    unused_facts = [
        f"{kind.name}: {fact}"
        for kind in KINDS.values()
        for fact in kind.facts
        if not any(kind.name in kinds and fact in words for kinds, words in packages)
    ]

    assert (unused, unused_facts) == ([], [])


def test_no_fact_takes_prose() -> None:
    """A keeper's note that was declared as an identifier of another system would be refused as well."""
    prose = ["By Wang Wei herself", "好茶", "a\u00a0b", "x" * 121, ""]
    types = {fact.name: fact for kind in KINDS.values() for fact in kind.facts.values() if fact.json == "string"}

    assert all(fact.is_code for fact in types.values()), "a set is checked for them"
    assert [(name, text) for name, fact in types.items() for text in prose if fact.fits(text)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "spelt", ["mm_12_34_56", "2026-1/3#2", "x" * 120, "x" * 121, "with blanks", "广告位", "a\nb", ""]
)
def test_an_identifier_is_one_fact_in_code_and_in_sql(spelt: str) -> None:
    fact = identifier(spelt)

    assert sql.value(f"SELECT {identifier_sql('given')} FROM (SELECT %s::text AS given) AS row", [spelt]) == fact
    assert ELSEWHERE.fits(fact)
    assert is_spelt(fact) == (fact == spelt)


def test_names_are_a_subject_and_what_happened_to_it() -> None:
    assert [kind for kind in KINDS if not re.fullmatch(r"[a-z_]+\.[a-z_]+", kind) or len(kind) > 48] == []


def test_what_is_public_holds_nothing_in_another_systems_words_and_names_no_person() -> None:
    private = [
        f"{kind.name}: {name}"
        for kind in KINDS.values()
        for name, fact in kind.facts.items()
        if kind.public and not fact.private and (fact.name == "elsewhere" or name == "by")
    ]

    assert private == []
    assert not [kind.name for kind in KINDS.values() if kind.public and kind.name.startswith(("person.", "payee."))]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("shop.closed", {}),
        ("commission.confirmed", {"amount_minor": 1}),
        ("commission.confirmed", {"amount_minor": 1, "currency": "CNY", "more": 1}),
        ("commission.confirmed", {"amount_minor": "1", "currency": "CNY"}),
        ("commission.confirmed", {"amount_minor": True, "currency": "CNY"}),
        ("commission.confirmed", {"amount_minor": 1, "currency": None}),
        ("commission.confirmed", {"amount_minor": 1, "currency": "prose is no code"}),
        ("commission.released", {"reason": "prose has no digest"}),
        ("position.leased", {"marketplace": "taobao", "position": "by Wang Wei herself"}),
        ("plan.published", {"by": "1", "shopkeeper_ppm": 1, "platform_ppm": 1, "waiting_days": 1, "from_at": "soon"}),
    ],
)
def test_an_event_of_another_shape_is_refused_at_once(kind: str, facts: dict[str, object]) -> None:
    with pytest.raises(NotAsDeclared, match=kind.replace(".", r"\.")):
        append(kind, "a:1", facts, happened_at=NOW)

    assert events_of(["a:1"]) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "select",
    [
        "SELECT 'shop.closed' AS kind, '{}'::jsonb AS facts",
        "SELECT 'commission.confirmed' AS kind, '{\"amount_minor\": 1}'::jsonb AS facts",
        "SELECT 'commission.confirmed' AS kind, '{}'::jsonb AS facts",
        """SELECT 'commission.confirmed' AS kind, '{"amount_minor": 1, "currency": "CNY", "x": 1}'::jsonb AS facts""",
        """SELECT 'commission.confirmed' AS kind, '{"amount_minor": "1", "currency": "CNY"}'::jsonb AS facts""",
        """SELECT 'commission.confirmed' AS kind, '{"amount_minor": 1, "currency": null}'::jsonb AS facts""",
        """SELECT 'commission.confirmed' AS kind, '{"amount_minor": 1, "currency": "no code"}'::jsonb AS facts""",
        """SELECT 'position.leased' AS kind, '{"marketplace": "taobao", "position": "no code"}'::jsonb AS facts""",
        """SELECT 'commission.confirmed' AS kind, CASE n WHEN 3 THEN '{"amount_minor": 1}'::jsonb
           ELSE '{"amount_minor": 1, "currency": "CNY"}'::jsonb END AS facts FROM generate_series(1, 5) AS n""",
    ],
)
def test_a_set_of_another_shape_is_refused_at_once(select: str) -> None:
    with pytest.raises(NotAsDeclared), transaction.atomic():
        append_set(
            f"SELECT NULL::uuid AS shop_id, 'a:1' AS subject_key, now() AS happened_at, * FROM ({select}) AS rows"
        )

    assert events_of(["a:1"]) == []


@pytest.mark.django_db
def test_a_set_of_declared_events_is_written_with_its_version() -> None:
    count = append_set(
        """
        SELECT NULL::uuid AS shop_id, 'commission.confirmed' AS kind, 'a:1' AS subject_key, %(at)s AS happened_at,
               jsonb_build_object('amount_minor', n, 'currency', 'CNY') AS facts
        FROM generate_series(1, %(events)s) AS n
        """,
        {"at": NOW, "events": SAMPLE + 7},
    )

    written = events_of(["a:1"])
    assert count == len(written) == SAMPLE + 7
    assert {(event.kind, event.version) for event in written} == {("commission.confirmed", 1)}


@pytest.mark.django_db
def test_an_empty_set_is_no_event() -> None:
    empty = "SELECT NULL::uuid AS shop_id, '' AS kind, '' AS subject_key, now() AS happened_at, '{}'::jsonb AS facts"

    assert append_set(f"SELECT * FROM ({empty}) AS none WHERE false") == 0


def test_prove_finds_what_was_written_past_append(committed_db: EmbeddedPostgres) -> None:
    with transaction.atomic():
        append("commission.confirmed", "a:1", {"amount_minor": 1, "currency": "CNY"}, happened_at=NOW)
    query = next(check.query for check in CHECKS if "declares" in check.rule)
    assert sql.one(query) is None

    for facts in ("{}", '{"by": "prose is no code"}', '{"by": "rule", "more": 1}', '{"by": 1}'):
        with psycopg.connect(committed_db.urls.app) as other:
            other.execute(
                "INSERT INTO record_event (kind, version, subject_key, facts, happened_at)"
                " VALUES ('person.joined', 1, 'a:2', %s, now())", [facts],
            )  # fmt: skip
            found = other.execute(query.encode()).fetchone()
            assert found is not None
            assert found[1] == "person.joined"
            other.rollback()
