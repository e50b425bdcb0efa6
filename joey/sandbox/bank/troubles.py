"""What is wrong with the bank: for everything or one file or one transfer, until ended or a number of times."""

from sqlite3 import Row

from joey.sandbox.world.state import World

FORGET, FORGET_KEYS = "forget", "forget_keys"
REFUSE_FILES, REFUSE_AFTER_ACCEPTING, REFUSE_ANSWERS = "refuse_files", "refuse_after_accepting", "refuse_answers"
PAY_THEN_TIME_OUT, PAY_TWICE, SLOW = "pay_then_time_out", "pay_twice", "slow"
ANSWER_FOR_OTHER, GARBLE, LEAVE_OUT, CONTRADICT = "answer_for_other", "garble", "leave_out", "contradict"
ONCE = frozenset({PAY_THEN_TIME_OUT, PAY_TWICE, ANSWER_FOR_OTHER})  # without a number of times


def begin(
    world: World, kind: str, *, file: str | None = None, transfer: str | None = None, times: int | None = None,
    other: str | None = None,
) -> None:  # fmt: skip
    """Begin a trouble in place of the same one at the same file or transfer."""
    with world.change() as db:
        db.execute("DELETE FROM bank_trouble WHERE kind = ? AND file IS ? AND transfer IS ?", (kind, file, transfer))
        db.execute(
            "INSERT INTO bank_trouble (kind, file, transfer, times_left, other) VALUES (?, ?, ?, ?, ?)",
            (kind, file, transfer, times if times is not None or kind not in ONCE else 1, other),
        )


def end(world: World, *kinds: str, file: str | None = None) -> None:
    """End these troubles: everywhere, or only those that strike one file."""
    with world.change() as db:
        for kind in kinds:
            db.execute("DELETE FROM bank_trouble WHERE kind = ? AND (? IS NULL OR file = ?)", (kind, file, file))


def end_all(world: World) -> None:
    """End every trouble, and take back what was said by hand: the bank answers the truth from now on."""
    with world.change() as db:
        db.execute("DELETE FROM bank_trouble")
        db.execute(
            "UPDATE bank_payment SET said_state = NULL, said_reason = '', said_amount_minor = NULL,"
            " said_currency = NULL, said_times = NULL"
        )


def running(world: World) -> list[Row]:
    """Every trouble that is not over, oldest first."""
    return world.rows("SELECT * FROM bank_trouble ORDER BY number")


def strike(world: World, kind: str, *, file: str | None = None, transfer: str | None = None) -> Row | None:
    """The trouble of this kind that strikes this file or this transfer now, counted; None when there is none.

    Call it outside `change()`.
    """
    found = world.row(
        "SELECT * FROM bank_trouble WHERE kind = ? AND (file IS NULL OR file = ?) AND transfer IS ?"
        " ORDER BY file IS NULL, number LIMIT 1",
        kind,
        file,
        transfer,
    )
    if found is not None and found["times_left"] is not None:
        with world.change() as db:
            db.execute("DELETE FROM bank_trouble WHERE number = ? AND times_left = 1", (found["number"],))
            db.execute("UPDATE bank_trouble SET times_left = times_left - 1 WHERE number = ?", (found["number"],))
    return found
