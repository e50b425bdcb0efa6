"""docs/marketplaces.md has the tables that the manifests make, and they say what the manifests say."""

from dataclasses import replace
from pathlib import Path

import pytest

from joey.marketplaces import registry
from joey.marketplaces.as_tables import as_markdown
from joey.marketplaces.check_account import facts_of
from joey.marketplaces.manifest_shape import Allowed, KeyForm, Positions, SubIds, Wording
from tests.journeys.running import joey
from tests.marketplaces.replaced import replace_manifest

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "marketplaces.md"


def test_the_document_has_the_tables_as_the_manifests_make_them() -> None:
    assert as_markdown() in DOCUMENT.read_text(), "`joey marketplaces list --tables` prints the current ones"


def test_the_command_prints_them_without_an_instance(tmp_path: Path) -> None:
    printed = joey("marketplaces", "list", "--tables", "--data", str(tmp_path / "none"))

    assert (printed.returncode, printed.stderr) == (0, "")
    assert printed.stdout == as_markdown()


def test_every_marketplace_question_and_unverified_fact_is_in_a_row() -> None:
    tables = as_markdown()

    for manifest in registry.manifests():
        rows = [line for line in tables.splitlines() if line.startswith(f"| `{manifest.code}` |")]
        names = [question.code for question in manifest.questions] + [each.name for each in facts_of(manifest.code)]
        assert [name for name in names if not any(f"| `{name}` |" in row for row in rows)] == []
        assert len(rows) == 2 + manifest.reports_orders + len(names)


@pytest.mark.parametrize(
    ("changes", "cell"),
    [
        ({"allowed": Allowed(stored=frozenset({"title"}))}, "picture, price"),
        ({"identity": "external_id"}, "its id"),
        ({"labels": (Wording(en="As an associate I earn", zh="推广"),)}, "As an associate I earn"),
        ({"service_fee_ppm": 12_500}, "1.25 %"),
        ({"locks_rate": True}, "the click"),
        ({"evidence": ("sub_id", "position")}, "sub-id, then position"),
    ],
)
def test_another_manifest_makes_another_table(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, object], cell: str
) -> None:
    assert f"| {cell} |" not in _rows_of("taobao")

    replace_manifest(monkeypatch, "taobao", **changes)

    assert f"| {cell} |" in _rows_of("taobao")


def test_another_way_to_positions_and_sub_ids_makes_another_table(monkeypatch: pytest.MonkeyPatch) -> None:
    (manifest,) = [each for each in registry.manifests() if each.code == "taobao"]
    can = replace(
        manifest.capabilities,
        positions=Positions(granted="manual", at_most=1000, keys=KeyForm("[a-z]+", Wording(en="letters", zh="字母"))),
        sub_ids=SubIds(max_length=20, alphabet="abc", reported=True),
    )
    replace_manifest(monkeypatch, "taobao", capabilities=can)

    assert "| registered by hand, 1,000 at most; a key is letters | 20 characters, reported |" in _rows_of("taobao")


def _rows_of(code: str) -> str:
    return "\n".join(line for line in as_markdown().splitlines() if line.startswith(f"| `{code}` |"))
