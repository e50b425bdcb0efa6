"""Parts of rule 33: what waits for a rail is still asked about, and not for longer than the rail may take."""

from django.conf import settings

from joey.kit.prove import Check, is_ahead
from joey.payouts.rails.registry import rail_manifests
from joey.payouts.states import NOT_FINAL

_NOTED = "f.made_at, f.asked_at, f.answered_at, f.withdrawn_at"
_NOT_FINAL = ", ".join(f"'{state}'" for state in NOT_FINAL)


def _marked() -> str:
    """What is said to be answered is not asked about as often, and once nothing may come back never again; nor is what
    is said to be asked about in the future, but in a demo, where time is pretended. An hour is for processes that take
    turns at a file, each with the time at which it began.
    """
    ahead = "false" if settings.SANDBOX_URL or settings.OF_DEMO else is_ahead(_NOTED)
    return f"""
    SELECT f.message_id AS file, f.answered_at, f.withdrawn_at, array_agg(a.state::text) AS transfers
    FROM payouts_payoutfile f JOIN payouts_payoutattempt a ON a.file_id = f.id
    LEFT JOIN record_event e ON e.kind = 'payout.paid' AND e.subject_key = 'payout:' || a.payout_id
    GROUP BY f.id
    HAVING (f.answered_at IS NULL AND f.withdrawn_at IS NULL) <> bool_or(a.state IN ({_NOT_FINAL}))
        OR (f.withdrawn_at IS NOT NULL) <> bool_and(a.state = 'withdrawn')
        OR f.answered_at < max(e.happened_at) - interval '1 hour'
        OR {ahead}
    """


ANSWERED = Check(
    "33. A payout file is marked answered, or withdrawn, exactly when all its transfers are, never in the future",
    _marked,
)


def _overdue() -> str:
    """By the database's clock; the job of every minute has a day to find it."""
    rails = [(each.code, each.answers_within.total_seconds()) for each in rail_manifests().values()]
    values = ", ".join(f"('{code}', interval '{seconds} seconds')" for code, seconds in rails)
    return f"""
        SELECT a.id AS attempt, a.state, s.since FROM payouts_payoutattempt a
        JOIN payouts_payoutfile f ON f.id = a.file_id
        JOIN (VALUES {values or "('', interval '0')"}) AS rail (code, answers_within) ON rail.code = f.rail
        JOIN (SELECT file_id, min(recorded_at) AS since FROM payouts_submission GROUP BY 1) AS s ON s.file_id = f.id
        WHERE a.state IN ('submitted', 'accepted') AND s.since < now() - rail.answers_within - interval '1 day'
    """


OPEN_TRANSFERS = [
    ANSWERED,
    Check("33. No transfer waits for its rail longer than that may take: then it is unknown", _overdue),
]
