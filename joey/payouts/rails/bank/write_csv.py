"""Writes a file of transfers as CSV, for banks that do not accept XML. No cell can become a formula."""

import csv
import io
from collections.abc import Sequence

from joey.payouts.rails.port import Transfer

COLUMNS = (
    "end_to_end_id", "amount", "currency", "creditor_name", "creditor_account", "creditor_bank", "reference",
)  # fmt: skip
# Characters that start a formula in a spreadsheet (OWASP, CSV injection), with their full-width forms.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def write_csv(transfers: Sequence[Transfer]) -> bytes:
    """RFC 4180 in UTF-8: a header, one line per transfer, CRLF. Amounts are plain decimals like 19.90."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    lines.writerow(COLUMNS)
    for transfer in transfers:
        lines.writerow(
            [
                _cell(transfer.key),
                transfer.amount.decimal_text,
                transfer.amount.currency,
                _cell(transfer.holder_name),
                _cell(transfer.account_number),
                _cell(transfer.bank_code),
                _cell(transfer.reference),
            ]
        )
    return out.getvalue().encode()


def _cell(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would otherwise read a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
