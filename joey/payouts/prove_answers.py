"""Parts of rule 27: an answer is what its bytes say, read again by its rail; one that is not of ours is noted."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from joey.kit import sql
from joey.kit.prove import Check
from joey.kit.refusals import Refusal
from joey.payouts.file_problems import is_noted
from joey.payouts.models import PayoutAnswer
from joey.payouts.rails.port import RailManifest
from joey.payouts.rails.registry import rail_manifests
from joey.record.erasable import bytes_of

NOT_OURS = PayoutAnswer.Outcome.NOT_OURS
# A restore that carries payouts over knows of shops, and of what operators dismissed, no more than its backup.
_IS_CARRIED_OVER = """EXISTS (
    SELECT FROM payouts_payoutattempt o JOIN record_event e ON e.subject_key = 'payout:' || o.payout_id
    WHERE o.file_id = w.file_id AND e.kind = 'payout.carried_over')"""
# How the rail named the transfer; NULL where that was erased.
_NAMED = """CASE WHEN w.words_id IS NULL THEN w.key ELSE (
    SELECT convert_from(t.content, 'UTF8') FROM record_erasabletext t WHERE t.id = w.words_id) END"""
_ANSWERS = f"""
    SELECT w.id, w.file_id, {_NAMED} AS named, w.outcome::text, w.amount_minor, w.currency, w.content_id, f.rail,
           f.message_id, a.rail_key, {_IS_CARRIED_OVER} AS is_carried_over
    FROM payouts_answer w JOIN payouts_payoutfile f ON f.id = w.file_id
    LEFT JOIN payouts_payoutattempt a ON a.id = w.attempt_id
    WHERE w.attempt_id IS NOT NULL OR w.outcome = '{NOT_OURS}' ORDER BY w.file_id, w.id
"""
_OF_FILES = f"""
    SELECT w.id, w.outcome::text, w.content_id, f.rail, f.message_id
    FROM payouts_answer w JOIN payouts_payoutfile f ON f.id = w.file_id
    WHERE w.attempt_id IS NULL AND w.outcome <> '{NOT_OURS}' ORDER BY w.id
"""
_STRANGERS = f"""
    SELECT w.id, {_NAMED} AS named, f.problems, EXISTS (
               SELECT FROM payouts_payoutattempt a
               WHERE a.file_id = w.file_id AND a.rail_key = w.key AND a.state <> 'withdrawn') AS is_ours,
           {_IS_CARRIED_OVER} OR EXISTS (
               SELECT FROM record_event e WHERE e.kind = 'payout_file.strangers_dismissed'
               AND e.subject_key = 'payout_file:' || f.message_id AND e.recorded_at > w.recorded_at) AS is_dismissed
    FROM payouts_answer w JOIN payouts_payoutfile f ON f.id = w.file_id
    WHERE w.outcome = '{NOT_OURS}' ORDER BY w.id
"""
_Said = tuple[str | None, str, int | None, str]  # name, outcome, amount and currency of an entry


def _first_offender() -> str:
    """A query for the first answer that its bytes do not hold, or that holds what no row keeps; else for nothing."""
    for row in _offenders():
        return f"SELECT {row['id']} AS answer, '{row['rail_key'] or ''}' AS transfer, '{row['outcome']}' AS kept_as"
    return "SELECT 0 AS answer, '' AS transfer, '' AS kept_as WHERE false"


def _offenders() -> Iterator[dict[str, Any]]:
    for _file, of_file in groupby(sql.rows(_ANSWERS), key=lambda row: row["file_id"]):
        rows = list(of_file)
        ours = {row["rail_key"] for row in rows} - {None}
        kept = {_said(row) for row in rows}
        strangers = {row["named"] for row in rows if row["rail_key"] is None}
        any_erased = None in strangers  # then what these bytes say of any stranger may have been kept and erased
        for _content, of_content in groupby(rows, key=lambda row: row["content_id"]):
            together = list(of_content)
            entries = _entries(together[0])
            if entries is None:  # erased, or a rail that was removed
                continue
            named = {name for name, *_rest in entries}
            for row in together:
                if row["rail_key"] is None:
                    if row["named"] is not None and row["named"] not in named:
                        yield row
                elif row["named"] != row["rail_key"] or _said(row) not in entries:
                    yield row
            if not together[0]["is_carried_over"] and any(
                entry not in kept if entry[0] in ours else not any_erased and entry[0] not in strangers
                for entry in entries
            ):
                yield together[0]


def _said(row: dict[str, Any]) -> _Said:
    return (row["named"], row["outcome"], row["amount_minor"], row["currency"])


def _entries(row: dict[str, Any]) -> set[_Said] | None:
    """What the bytes of an answer say of transfers; None where they cannot be read any more."""
    if (kept := _kept(row)) is None:
        return None
    manifest, content = kept
    try:
        answers = manifest.read_answer(row["message_id"], content)
    except (ValueError, Refusal):
        return set()
    return {(each.key, each.outcome, each.amount_minor, each.currency_code) for each in answers}


def _first_of_a_file() -> str:
    """A query for the first answer about a whole file whose bytes say something else of it; else for nothing."""
    for row in sql.rows(_OF_FILES):
        says = _says_of_file(row)
        if says is not None and says != row["outcome"]:
            kept_as = row["outcome"].replace("'", "’")
            return f"SELECT {row['id']} AS answer, '{kept_as}' AS kept_as, '{says}' AS says"
    return "SELECT 0 AS answer, '' AS kept_as, '' AS says WHERE false"


def _says_of_file(row: dict[str, Any]) -> str | None:
    if (kept := _kept(row)) is None:
        return None
    manifest, content = kept
    try:
        return manifest.read_file_answer(row["message_id"], content)
    except (ValueError, Refusal):
        return ""


def _kept(row: dict[str, Any]) -> tuple[RailManifest, bytes] | None:
    """The bytes of an answer and the rail that reads them; None where they were erased, or the rail was removed."""
    try:
        content = bytes_of(row["content_id"])
    except KeyError:  # gone, and not erased: so they say nothing
        content = b""
    manifest = rail_manifests().get(row["rail"])
    return None if content is None or manifest is None else (manifest, content)


def _first_stranger() -> str:
    """A query for the first answer that was kept as about no transfer of ours, and is about one or was never noted."""
    for row in sql.rows(_STRANGERS):
        if row["is_ours"] or not (row["is_dismissed"] or is_noted(row["named"], row["problems"].splitlines())):
            return f"SELECT {row['id']} AS answer, {bool(row['is_ours'])} AS is_ours"
    return "SELECT 0 AS answer, false AS is_ours WHERE false"


ANSWERS = [
    Check("27. Each answer about a transfer is in the bytes that it was kept with, and what these say is kept",
          _first_offender),
    Check("27. Each answer about a whole file is what the bytes say that it was kept with", _first_of_a_file),
    Check("27. Each answer about a transfer that is not in its file is noted until an operator dismisses it",
          _first_stranger),
]  # fmt: skip
