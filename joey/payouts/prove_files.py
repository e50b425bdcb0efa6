"""Rule 25: a file hashes to what was kept (texts_match), is named as it was prepared, and parses to its transfers."""

from collections.abc import Iterator, Mapping, Set
from uuid import UUID

from joey.kit import sql
from joey.kit.prove import Check
from joey.kit.refusals import Refusal
from joey.payouts.payee_details import PayeeDetails, read_details
from joey.payouts.rails.port import PreparedFile, Transfer
from joey.payouts.rails.registry import rail_manifests
from joey.record.erasable import bytes_of, texts_of

_FILES = "SELECT id, rail, file_format, message_id, content_id FROM payouts_payoutfile ORDER BY id"
_LEFT_OUT = "SELECT facts ->> 'transfer' AS key FROM record_event WHERE kind = 'payout.left_out'"  # by a restore
_TRANSFERS = """
    SELECT a.rail_key, p.amount_minor, p.currency, p.details_id FROM payouts_payoutattempt a
    JOIN payouts_payout p ON p.id = a.payout_id WHERE a.file_id = %s
"""

# Under another name the bank would not know that it has the file. A restore records no more of what it carries over
# than that it did; the file's own id shows the name as well.
_NAMED_OTHERWISE = """
    SELECT f.message_id AS file, a.id AS transfer, e.facts ->> 'message_id' AS prepared_as
    FROM payouts_payoutfile f JOIN payouts_payoutattempt a ON a.file_id = f.id
    LEFT JOIN record_event e ON e.kind = 'payout.prepared' AND e.subject_key = 'payout:' || a.payout_id
         AND e.facts ->> 'number' = a.number::text
    LEFT JOIN record_event c ON c.kind = 'payout.carried_over' AND c.subject_key = 'payout:' || a.payout_id
    WHERE f.message_id <> 'JB' || upper(replace(f.id::text, '-', ''))
       OR (e.facts ->> 'message_id', e.facts ->> 'rail_key', e.happened_at)
          IS DISTINCT FROM (f.message_id, a.rail_key, f.made_at)
          AND NOT (e.id IS NULL AND c.id IS NOT NULL)
"""


def _first_offender() -> str:
    """A query for the first file that does not parse to its transfers; one that finds nothing if there is none."""
    for offender in _offenders():
        message_id, why = (text.replace("'", "’") for text in offender)
        return f"SELECT '{message_id}' AS file, '{why}' AS why"
    return "SELECT '' AS file, '' AS why WHERE false"


def _offenders() -> Iterator[tuple[str, str]]:
    left_out = {row["key"] for row in sql.rows(_LEFT_OUT)}
    for file in sql.rows(_FILES):
        try:
            content = bytes_of(file["content_id"])
        except KeyError:
            yield file["message_id"], "its bytes are gone, and were not erased"
            continue
        manifest = rail_manifests().get(file["rail"])
        if content is None or manifest is None:  # erased, or a rail that was removed
            continue
        prepared = PreparedFile(file["file_format"], content)
        try:
            written = {each.key: each for each in manifest.read(file["message_id"], prepared)}
        except (ValueError, Refusal) as error:
            yield file["message_id"], f"unreadable: {error}"[:120]
            continue
        promised = sql.rows(_TRANSFERS, [file["id"]])
        if problem := _difference(written, promised, left_out):
            yield file["message_id"], problem


def _difference(written: Mapping[str, Transfer], promised: list[dict[str, object]], left_out: Set[str]) -> str:
    details = texts_of([UUID(str(row["details_id"])) for row in promised])
    for row in promised:
        if UUID(str(row["details_id"])) not in details:
            return f"the details of the transfer {row['rail_key']} are gone, and were not erased"
        transfer = written.get(str(row["rail_key"]))
        if transfer is None:
            return f"the transfer {row['rail_key']} is not in it"
        if (transfer.amount.minor, transfer.amount.currency) != (row["amount_minor"], row["currency"]):
            return f"the transfer {row['rail_key']} has another amount"
        payee = read_details(details[UUID(str(row["details_id"]))])
        if payee is not None and _payee(transfer) != payee:
            return f"the transfer {row['rail_key']} goes to another account"
    unpromised = written.keys() - {str(row["rail_key"]) for row in promised} - left_out
    return "it holds a transfer that no payout promised" if unpromised else ""


def _payee(transfer: Transfer) -> PayeeDetails:
    return PayeeDetails(transfer.holder_name, transfer.account_number, transfer.bank_code)


FILES = [Check("25. A payout file holds the transfers of its payouts and no others", _first_offender)]
NAMES = Check("25. A payout file has the name and the time that were recorded when it was prepared", _NAMED_OTHERWISE)
