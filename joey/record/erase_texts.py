"""Erases the texts about one subject of the record. The events stay as they are, with the digests of what was erased.

That is an event of the subject itself. Why it was done is on the record under `erasure:ID`, a subject of its own: a
repetition would otherwise find that reason among the texts of the subject, erase it and give another.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.ids import new_id
from joey.kit.refusals import NotFound
from joey.record.append import append
from joey.record.erasable import erase_set, keep_text
from joey.record.queries import texts_about


@dataclass(frozen=True)
class Erasure:
    """One request to erase: who, why and when, for as many subjects as it takes."""

    by: str
    reason: str
    now: datetime
    id: UUID = field(default_factory=new_id)


@transaction.atomic
def erase_texts_about(subject_key: str, erasure: Erasure) -> int:
    """Erase every text that an event of this subject refers to; how many were there.

    Raises NotFound ("subject") where the record has none, erased or not.
    """
    found = texts_about(subject_key)
    if not found:
        raise nothing_about(subject_key)
    return erase_kept(subject_key, found, erasure, shop_id=next(iter(found.values())))


def erase_kept(subject_key: str, text_ids: Iterable[UUID | None], erasure: Erasure, *, shop_id: UUID | None) -> int:
    """Erase these texts as those of the subject; how many were there. Erased before, they are no event."""
    assert sql.inside_transaction(), "erasing belongs to what it is done for: open a transaction first"
    erased = erase_set([text_id for text_id in text_ids if text_id], at=erasure.now)
    if not erased:
        return 0
    said = f"erasure:{erasure.id}"
    if not texts_about(said):
        why = keep_text(erasure.reason, shop_id=shop_id).fact
        made = {"by": erasure.by, "subject": subject_key, "reason": why}
        append("erasure.made", said, made, happened_at=erasure.now, shop_id=shop_id)
    facts = {"by": erasure.by, "texts": erased, "erasure": str(erasure.id)}
    append("texts.erased", subject_key, facts, happened_at=erasure.now, shop_id=shop_id)
    return erased


def id_in(subject_key: str) -> UUID:
    """The id that the key of a subject of ours ends in. Raises NotFound ("subject") where it is none."""
    try:
        return UUID(subject_key.partition(":")[2])
    except ValueError as no_id:
        raise nothing_about(subject_key) from no_id


def nothing_about(subject_key: str) -> NotFound:
    return NotFound(_("The record has no text about “%s”.") % subject_key, field="subject")
