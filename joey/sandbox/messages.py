"""Messages that would go out by SMS or e-mail, shown in the outbox instead."""

from typing import Any

from joey.sandbox.refused import invalid
from joey.sandbox.world.state import World

LONGEST_TEXT = 4000


def keep(world: World, recipient: str, kind: str, text: str) -> int:
    """Put a message into the outbox; returns its number. Raises Refused 422."""
    if not recipient.strip() or len(recipient) > 200:
        raise invalid("to", "a recipient of 1 to 200 characters")
    if not text or len(text) > LONGEST_TEXT:
        raise invalid("text", f"a text of 1 to {LONGEST_TEXT} characters")
    if len(kind) > 60:
        raise invalid("kind", "at most 60 characters")
    with world.change() as db:
        done = db.execute(
            "INSERT INTO message (recipient, kind, text, at) VALUES (?, ?, ?, ?)", (recipient, kind, text, world.now())
        )
    return int(done.lastrowid or 0)


def newest(world: World, recipient: str = "", limit: int = 200) -> list[dict[str, Any]]:
    """Messages, newest first; all of them without a recipient."""
    rows = world.rows(
        "SELECT * FROM message WHERE ? = '' OR recipient = ? ORDER BY number DESC LIMIT ?", recipient, recipient, limit
    )
    return [
        {"id": row["number"], "to": row["recipient"], "kind": row["kind"], "text": row["text"], "at": row["at"]}
        for row in rows
    ]
