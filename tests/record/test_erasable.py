"""Texts that may be erased: the reference stays, the text and its salt go, and prove is clean before and after."""

import hashlib
from datetime import timedelta

import psycopg
import pytest
from django.db import ProgrammingError, transaction
from django.db.utils import InternalError

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import sql
from joey.kit.ids import new_id
from joey.record.append import append
from joey.record.erasable import (
    TextRef,
    bytes_of,
    erase,
    erase_set,
    erased_count,
    keep_text,
    keep_texts,
    text_of,
    texts_match,
    texts_of,
)
from joey.record.erase_texts import Erasure, erase_kept
from joey.record.prove import CHECKS
from joey.record.queries import events_of, with_texts
from tests.cast import NOW

WORDS = "老板说「退款」, 100 % sure\nand \\N"
SHOP = new_id()


def offenders() -> list[str]:
    return [check.rule for check in CHECKS if check.first_offender() is not None]


def reported(words: str) -> TextRef:
    kept = keep_text(words, shop_id=SHOP)
    append(
        "listing.reported",
        "report:1",
        {"listing": str(SHOP), "reason": "fake", "words": kept.fact},
        shop_id=SHOP,
        happened_at=NOW,
    )
    return kept


@pytest.mark.django_db
def test_a_text_comes_back_as_it_was_kept() -> None:
    kept, raw = keep_texts([(SHOP, WORDS), (None, b"\x00\xff")])

    assert text_of(kept.id) == WORDS
    assert bytes_of(raw.id) == b"\x00\xff"
    assert TextRef.from_fact(kept.fact) == kept
    assert texts_of([kept.id]) == {kept.id: WORDS}


@pytest.mark.django_db
def test_an_erased_text_leaves_neither_itself_nor_its_salt() -> None:
    kept = reported(WORDS)

    assert erase(kept.id, at=NOW) is True

    assert text_of(kept.id) is None
    row = sql.one("SELECT salt, content, erased_at FROM record_erasabletext WHERE id = %s", [kept.id])
    assert row is not None
    assert (row["salt"], row["content"]) == (None, None)
    assert row["erased_at"] is not None
    assert erase(kept.id, at=NOW) is False
    assert erased_count() == 1
    assert [rule for rule in offenders() if not rule.startswith("Each text that was erased")] == []


@pytest.mark.django_db
def test_the_digest_of_a_short_text_cannot_be_guessed() -> None:
    one, other = keep_text("yes", shop_id=None), keep_text("yes", shop_id=None)

    assert one.digest != other.digest
    assert hashlib.sha256(b"yes").digest() not in (one.digest, other.digest)


@pytest.mark.django_db
def test_a_set_is_erased_at_once() -> None:
    a, b, _c = keep_texts([(SHOP, "a"), (SHOP, "b"), (None, "c")])

    assert erase_set([a.id, b.id], at=NOW) == 2
    assert erased_count() == 2


@pytest.mark.django_db
def test_an_event_is_shown_with_its_text_until_that_is_erased() -> None:
    kept = reported(WORDS)

    before = with_texts(events_of(["report:1"]))
    erase(kept.id, at=NOW)
    after = with_texts(events_of(["report:1"]))

    assert [event.facts for event in before] == [{"listing": str(SHOP), "reason": "fake", "words": WORDS}]
    assert [event.facts for event in after] == [{"listing": str(SHOP), "reason": "fake", "words": ""}]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE record_erasabletext SET content = 'another', salt = 'salt'",
        "UPDATE record_erasabletext SET kept_at = now()",
        "DELETE FROM record_erasabletext",
    ],
)
def test_a_kept_text_cannot_be_changed_or_removed(change: str) -> None:
    keep_text("kept", shop_id=None)

    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
        sql.execute(change)


@pytest.mark.django_db
def test_what_was_erased_cannot_be_written_again() -> None:
    kept = keep_text("kept", shop_id=None)
    erase(kept.id, at=NOW)

    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
        sql.execute("UPDATE record_erasabletext SET content = 'back', salt = 'salt', erased_at = NULL")


@pytest.mark.django_db
def test_prove_names_a_text_that_was_erased_past_the_verb() -> None:
    mine, yours, forged = (reported(words) for words in ("mine", "yours", "forged"))
    with transaction.atomic():
        erase_kept("report:1", [mine.id], Erasure(by="terminal", reason="They asked", now=NOW), shop_id=SHOP)
    assert offenders() == []

    erase(yours.id, at=NOW + timedelta(seconds=1))
    assert unaccounted() == {"text": str(yours.id), "erased_at": NOW + timedelta(seconds=1), "texts": 1,
                             "of_events": None}  # fmt: skip
    append("texts.carried_over", "restore:texts", {"texts": 1}, happened_at=NOW + timedelta(seconds=1))
    assert unaccounted() is None

    erase(forged.id, at=NOW)  # at the moment of an erasure that was
    found = unaccounted()
    assert found is not None
    assert (found["texts"], found["of_events"]) == (2, 1)


@pytest.mark.django_db
def test_prove_names_an_erasure_for_which_there_is_no_reason() -> None:
    append("texts.erased", "report:1", {"by": "terminal", "texts": 1, "erasure": str(new_id())}, happened_at=NOW)

    found = unaccounted()

    assert found is not None
    assert found["text"] == "report:1"


def unaccounted() -> dict[str, object] | None:
    return next(check for check in CHECKS if check.rule.startswith("Each text that was erased")).first_offender()


def test_prove_notices_a_text_that_was_changed_or_removed(committed_db: EmbeddedPostgres) -> None:
    with transaction.atomic():
        reported(WORDS)
    rule = "Each text that an event refers to is the one that was kept, or was erased"
    query = next(check.query for check in CHECKS if check.rule == rule)

    for change in ("UPDATE record_erasabletext SET content = 'another'", "DELETE FROM record_erasabletext"):
        with psycopg.connect(committed_db.urls.owner) as owner, owner.transaction(force_rollback=True):
            owner.execute("ALTER TABLE record_erasabletext DISABLE TRIGGER USER")
            assert owner.execute(query.encode()).fetchone() is None
            owner.execute(change.encode())
            assert owner.execute(query.encode()).fetchone() is not None


@pytest.mark.django_db
def test_a_package_proves_its_own_references() -> None:
    sql.execute("CREATE TEMP TABLE decision (reason_id uuid, reason_sha256 bytea) ON COMMIT DROP")
    kept, wrong = keep_text("kept", shop_id=None), keep_text("erased", shop_id=None)
    check = texts_match("decision", "reason_id", "reason_sha256")

    sql.execute("INSERT INTO decision VALUES (%s, %s), (%s, 'x'), (NULL, NULL)", [kept.id, kept.digest, wrong.id])
    assert check.first_offender() == {"text": wrong.id}

    erase(wrong.id, at=NOW)
    assert check.first_offender() is None
