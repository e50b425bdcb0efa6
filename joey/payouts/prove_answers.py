"""A part of rule 27: what a kept answer is said to say is what its bytes say, read again by its rail."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from joey.kit import sql
from joey.kit.prove import Check
from joey.kit.refusals import Refusal
from joey.payouts.rails.registry import rail_manifests
from joey.record.erasable import bytes_of

_ANSWERS = """
    SELECT w.id, w.key, w.outcome, w.amount_minor, w.currency, w.content_id, f.rail, a.rail_key
    FROM payouts_answer w JOIN payouts_payoutfile f ON f.id = w.file_id
    JOIN payouts_payoutattempt a ON a.id = w.attempt_id ORDER BY w.content_id, w.id
"""


def _first_offender() -> str:
    """A query for the first answer that its bytes do not hold; one that finds nothing if there is none."""
    for row in _offenders():
        return f"SELECT {row['id']} AS answer, '{row['rail_key']}' AS transfer, '{row['outcome']}' AS kept_as"
    return "SELECT 0 AS answer, '' AS transfer, '' AS kept_as WHERE false"


def _offenders() -> Iterator[dict[str, Any]]:
    for (content_id, rail), rows in groupby(sql.rows(_ANSWERS), key=lambda row: (row["content_id"], row["rail"])):
        content, manifest = bytes_of(content_id), rail_manifests().get(rail)
        if content is None or manifest is None:  # erased, or a rail that was removed
            continue
        try:
            said = {
                (entry.key, entry.outcome, entry.amount_minor, entry.currency)
                for entry in manifest.read_answer(content)
            }
        except (ValueError, Refusal):
            said = set()
        for row in rows:
            if row["key"] != row["rail_key"] or (
                (row["key"], row["outcome"], row["amount_minor"], row["currency"]) not in said
            ):
                yield row


ANSWERS = [Check("27. Each answer about a transfer is in the bytes that it was kept with", _first_offender)]
