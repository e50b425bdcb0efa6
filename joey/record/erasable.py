"""Text that is kept for as long as it may be, referred to from rows that are kept for ever.

A name, an account, a reason or a bank's answer is personal, and may have to be erased; ledgers, payouts and events
must not change. So the text is a row here, and the append-only row keeps a `TextRef`: the row's id and a salted
digest. The digest shows that the text is the one that was meant; once the text is erased, and the salt with it,
nothing can be guessed from the digest any more.

In a package's append-only model, two plain columns:

    reason_id = models.UUIDField(null=True)            # record.erasable
    reason_sha256 = models.BinaryField(null=True)

In its verb: `kept = keep_text(reason, shop_id=shop.id)`, store `kept.id` and `kept.digest`. In an event, where
`kinds.py` declares the fact as `TEXT`: `{"reason": kept.fact}`. To show it: `text_of(kept.id)`, None once it was
erased. In its `prove.py`, one line per pair of columns:
`texts_match("payouts_decision", "reason_id", "reason_sha256")`.

Erasing replaces the row's text and salt by nothing; the row remains. PostgreSQL drops the old version at its next
vacuum; backups hold it until they expire.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop

from joey.kit import sql
from joey.kit.ids import new_id
from joey.kit.prove import Check
from joey.kit.sentences import Words, to_keep, worded

SALT_BYTES = 16
TEXTS_MATCH = gettext_noop("Each text that %s refers to is the one that was kept, or was erased")


@dataclass(frozen=True)
class TextRef:
    """What an append-only row keeps of a text: where it is, and SHA-256 over salt and UTF-8 bytes."""

    id: UUID
    digest: bytes

    @property
    def fact(self) -> str:
        """Both as one value among the facts of an event."""
        return f"{self.id}:{self.digest.hex()}"

    @classmethod
    def from_fact(cls, fact: str) -> "TextRef":
        """Read what `fact` wrote."""
        text_id, digest = fact.split(":")
        return cls(UUID(text_id), bytes.fromhex(digest))


def keep_text(text: Words | bytes, *, shop_id: UUID | None) -> TextRef:
    """Keep one text (or bytes, such as a file, or sentences of ours); the reference to store.

    `shop_id` says whose it is, to be erased with the rest of that shop; None: it is about no shop, or about several.
    """
    return keep_texts([(shop_id, text)])[0]


def keep_texts(texts: Iterable[tuple[UUID | None, Words | bytes]]) -> list[TextRef]:
    """Keep many (shop_id, text) by COPY; their references in the same order."""
    assert sql.inside_transaction(), "a text is kept with the row that refers to it, or not at all"
    rows = [(new_id(), shop_id, secrets.token_bytes(SALT_BYTES), _as_bytes(text)) for shop_id, text in texts]
    sql.copy_rows("record_erasabletext", ("id", "shop_id", "salt", "content"), rows)
    return [TextRef(text_id, hashlib.sha256(salt + content).digest()) for text_id, _shop, salt, content in rows]


def text_of(text_id: UUID) -> str | None:
    """The text, sentences of ours in the active language, or None when it was erased."""
    return texts_of([text_id])[text_id]


def bytes_of(text_id: UUID) -> bytes | None:
    """The bytes as they were kept, or None when they were erased."""
    return _contents([text_id])[text_id]


def texts_of(text_ids: Sequence[UUID]) -> Mapping[UUID, str | None]:
    """Each text by its id; None where it was erased. One query. Raises KeyError on use for an id that never was."""
    return {key: None if content is None else worded(content.decode()) for key, content in _contents(text_ids).items()}


def erase(text_id: UUID, *, at: datetime) -> bool:
    """Erase one text; False when it was erased before."""
    return erase_set([text_id], at=at) == 1


def erase_set(text_ids: Iterable[UUID], *, at: datetime) -> int:
    """Erase these texts; how many were still there.

    `at` is when the event that says so happened: `prove` compares the two.
    """
    assert sql.inside_transaction(), "erasing belongs to what it is done for: open a transaction first"
    return sql.execute(
        "UPDATE record_erasabletext SET content = NULL, salt = NULL, erased_at = %s"
        " WHERE id IN (SELECT id FROM record_erasabletext"
        " WHERE erased_at IS NULL AND id = ANY(%s) ORDER BY id FOR UPDATE)",  # two at once lock in one order
        [at, list(text_ids)],
    )


def erased_count() -> int:
    """How many texts were erased so far, for `joey prove`."""
    return int(sql.value("SELECT count(*) FROM record_erasabletext WHERE erased_at IS NOT NULL"))


def texts_match(table: str, id_column: str, digest_column: str) -> Check:
    """The rule that each text `table` refers to is there and is the one that was kept, or was erased."""
    return Check(
        TEXTS_MATCH % f"{table}.{id_column}",
        f"""
        SELECT r.text FROM (  -- one text may be that of many rows
            SELECT DISTINCT {id_column} AS text, {digest_column} AS digest FROM {table} WHERE {id_column} IS NOT NULL
        ) AS r LEFT JOIN record_erasabletext t ON t.id = r.text
        WHERE t.id IS NULL OR (t.erased_at IS NULL AND sha256(t.salt || t.content) IS DISTINCT FROM r.digest)
        """,
    )


def _as_bytes(text: Words | bytes) -> bytes:
    return text if isinstance(text, bytes) else to_keep(text).encode()


def _contents(text_ids: Sequence[UUID]) -> dict[UUID, bytes | None]:
    found = sql.tuples("SELECT id, content FROM record_erasabletext WHERE id = ANY(%s)", [list(text_ids)])
    return {key: None if content is None else bytes(content) for key, content in found}
