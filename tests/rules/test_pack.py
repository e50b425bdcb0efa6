"""The pack can be listed and its version means something."""

import hashlib
from datetime import date
from pathlib import Path

from joey.rules import (
    absolute_words,
    abuse,
    contact_lures,
    fold,
    income_claims,
    medical_claims,
    official_names,
    tobacco,
    words,
)
from joey.rules.audit_listing import audit_text
from joey.rules.pack import PACK_VERSION, rules


def test_every_rule_says_its_law_its_date_and_why_it_spares_what_it_spares() -> None:
    listed = rules()

    assert [rule.id for rule in listed] == ["CN-G1", "CN-A2", "CN-A3", "CN-A5", "JOEY-1", "CN-A9", "JOEY-2"]
    for rule in listed:
        assert ("Advertising Law art. " in rule.basis) != (rule.id == "JOEY-1"), "one is a rule of this site alone"
        assert rule.since <= date.fromisoformat(PACK_VERSION.split(".")[0])
        assert str(rule.name)
        assert rule.exemptions
        assert all(exemption.reason.endswith(".") and exemption.phrases for exemption in rule.exemptions)


def test_a_verdict_carries_the_version_that_judged() -> None:
    assert audit_text("note", "茶").pack_version == PACK_VERSION
    assert audit_text("note", "最佳").pack_version == PACK_VERSION


def test_words_change_together_with_the_version() -> None:
    """When this fails, raise PACK_VERSION and write the new digest beside it."""
    judging = (
        abuse,
        absolute_words,
        contact_lures,
        fold,
        income_claims,
        medical_claims,
        official_names,
        tobacco,
        words,
    )
    text = b"".join(Path(str(module.__file__)).read_bytes() for module in judging)
    digest = hashlib.sha256(text).hexdigest()[:16]

    assert (PACK_VERSION, digest) == ("2026-12-01.1", "38fdcdb81eb4f5a6")
