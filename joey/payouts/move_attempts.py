"""Moves attempts from state to state, with their payouts, journals and events, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from joey.kit import sql
from joey.kit.sentences import Words
from joey.kit.sets import Int, SetTable
from joey.payouts.journals import PayoutJournal, between, book
from joey.payouts.models import PayoutAttempt
from joey.payouts.states import ATTEMPT_TRANSITIONS, NOT_FINAL, PAYOUT_STATE_OF
from joey.record.append import append_set
from joey.record.erasable import keep_texts
from joey.record.kept_texts import refer

_EVENTS = {
    PayoutAttempt.State.SUBMITTED: "payout.sent",
    PayoutAttempt.State.ACCEPTED: "payout.accepted",
    PayoutAttempt.State.UNKNOWN: "payout.unknown",
    PayoutAttempt.State.SETTLED: "payout.paid",
    PayoutAttempt.State.REJECTED: "payout.failed",
    PayoutAttempt.State.RETURNED: "payout.returned",
    PayoutAttempt.State.NOT_PAID: "payout.failed",
}


@dataclass(frozen=True)
class AttemptMove:
    """One attempt (with its payout and file) to its next state.

    `bank_reason` is the rail's own words or an operator's, `reason` what the shopkeeper reads; both or neither.
    """

    attempt: PayoutAttempt
    to: str
    bank_reason: str = ""
    reason: Words = ""


@dataclass(frozen=True)
class MovedAttempt:
    """A row of the set that is moved."""

    attempt_id: UUID
    payout_id: UUID
    shop_id: UUID
    number: Int
    rail_key: str
    message_id: str
    before: str
    after: str
    is_final: bool
    payout_state: str | None
    event: str
    bank_reason_id: UUID | None = None
    bank_reason_sha256: bytes | None = None
    reason_id: UUID | None = None
    reason_sha256: bytes | None = None


def move_attempts(moves: Sequence[AttemptMove], *, now: datetime) -> None:
    """Move them all. The caller has locked their file and read their states after that."""
    if not moves:
        return
    rows = _rows(moves)
    moved = SetTable("moved", MovedAttempt).create().fill(rows)
    count = sql.execute(
        f"""
        UPDATE payouts_payoutattempt a
        SET state = m.after, finished_at = CASE WHEN m.is_final THEN %s ELSE NULL END,
            reason_id = coalesce(m.bank_reason_id, a.reason_id),
            reason_sha256 = coalesce(m.bank_reason_sha256, a.reason_sha256)
        FROM {moved} m WHERE a.id = m.attempt_id AND a.state = m.before
        """,
        [now],
    )
    assert count == len(rows), "the file's lock keeps its attempts in the states that were read"
    _move_payouts(moved, now)
    book(
        PayoutJournal(
            kind=kind,
            payout_id=move.attempt.payout_id,
            number=move.attempt.number,
            shop_id=move.attempt.shop_id,
            rail_account=move.attempt.file.rail_account,
            currency=move.attempt.payout.currency,
            amount_minor=move.attempt.payout.amount_minor,
            happened_at=now,
        )
        for move in moves
        for kind in between(move.attempt.state, move.to)
    )
    _append(moved, now)
    for move in moves:
        move.attempt.state = move.to


def _rows(moves: Sequence[AttemptMove]) -> list[MovedAttempt]:
    with_reason = [move for move in moves if move.reason]
    texts = [(move.attempt.shop_id, text) for move in with_reason for text in (move.bank_reason, move.reason)]
    kept = iter(keep_texts(texts))
    reasons = {move.attempt.id: refer("bank_reason", next(kept)) | refer("reason", next(kept)) for move in with_reason}
    for move in moves:
        assert move.to in ATTEMPT_TRANSITIONS[move.attempt.state], f"{move.attempt.state} → {move.to} is no transition"
    return [
        MovedAttempt(
            attempt_id=move.attempt.id,
            payout_id=move.attempt.payout_id,
            shop_id=move.attempt.shop_id,
            number=move.attempt.number,
            rail_key=move.attempt.rail_key,
            message_id=move.attempt.file.message_id,
            before=move.attempt.state,
            after=move.to,
            is_final=move.to not in NOT_FINAL,
            payout_state=PAYOUT_STATE_OF.get(PayoutAttempt.State(move.to)),
            event=_EVENTS[PayoutAttempt.State(move.to)],
            **reasons.get(move.attempt.id, {}),
        )
        for move in moves
    ]


def _move_payouts(moved: SetTable[MovedAttempt], now: datetime) -> None:
    sql.execute(f"SELECT id FROM payouts_payout WHERE id IN (SELECT payout_id FROM {moved}) ORDER BY id FOR UPDATE")
    sql.execute(
        f"""
        UPDATE payouts_payout p SET state = 'sent'
        FROM {moved} m WHERE p.id = m.payout_id AND m.before = 'prepared' AND p.state = 'approved'
        """
    )
    sql.execute(
        f"""
        UPDATE payouts_payout p
        SET state = m.payout_state, finished_at = %s, reason_id = coalesce(m.reason_id, p.reason_id),
            reason_sha256 = coalesce(m.reason_sha256, p.reason_sha256)
        FROM {moved} m WHERE p.id = m.payout_id AND m.payout_state IS NOT NULL
        """,
        [now],
    )


def _append(moved: SetTable[MovedAttempt], now: datetime) -> None:
    append_set(
        f"""
        SELECT shop_id, event AS kind, 'payout:' || payout_id AS subject_key, %s AS happened_at,
               jsonb_build_object('number', number)
               || CASE event WHEN 'payout.sent' THEN jsonb_build_object('rail_key', rail_key, 'message_id', message_id)
                  ELSE '{{}}' END
               || CASE WHEN reason_id IS NULL THEN '{{}}' ELSE jsonb_build_object(
                   'bank_reason', bank_reason_id || ':' || encode(bank_reason_sha256, 'hex'),
                   'reason', reason_id || ':' || encode(reason_sha256, 'hex')) END AS facts
        FROM {moved}
        """,
        [now],
    )
