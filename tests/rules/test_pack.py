"""The pack can be listed and its version means something."""

import hashlib
from datetime import date
from pathlib import Path

from joey.rules import fold, pack
from joey.rules.audit_listing import audit_text
from joey.rules.pack import PACK_VERSION, rules


def test_every_rule_says_its_law_its_date_and_why_it_spares_what_it_spares() -> None:
    listed = rules()

    assert [rule.id for rule in listed] == ["CN-G1", "CN-A2"]
    for rule in listed:
        assert "Advertising Law art. " in rule.basis
        assert rule.since <= date.fromisoformat(PACK_VERSION.split(".")[0])
        assert str(rule.name)
        assert rule.exemptions
        assert all(exemption.reason.endswith(".") and exemption.phrases for exemption in rule.exemptions)


def test_a_verdict_carries_the_version_that_judged() -> None:
    assert audit_text("note", "茶").pack_version == PACK_VERSION
    assert audit_text("note", "最佳").pack_version == PACK_VERSION


def test_words_change_together_with_the_version() -> None:
    """When this fails, raise PACK_VERSION and write the new digest beside it."""
    folder = Path(pack.__file__).parent
    text = b"".join((folder / name).read_bytes() for name in ("absolute_words.py", "tobacco.py", "words.py"))
    digest = hashlib.sha256(text + Path(fold.__file__).read_bytes()).hexdigest()[:16]

    assert (PACK_VERSION, digest) == ("2026-11-29.1", "f5a48ce5ad7c6e7f")
