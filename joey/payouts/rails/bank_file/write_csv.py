"""Write a bank file as CSV, for banks and people who take no XML. No cell can become a formula."""

import csv
import io
from collections.abc import Sequence

from joey.payouts.rails.bank_file.instruction import Instruction

COLUMNS = (
    "end_to_end_id", "amount", "currency", "creditor_name", "creditor_account", "creditor_bank", "reference",
)  # fmt: skip
# What a spreadsheet takes for the start of a formula (OWASP, CSV injection), with the full-width spellings.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def write_csv(instructions: Sequence[Instruction]) -> bytes:
    """RFC 4180 in UTF-8: a header, a line an instruction, CRLF. Amounts are plain decimals like 19.90."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    lines.writerow(COLUMNS)
    for instruction in instructions:
        lines.writerow(
            [
                _cell(instruction.end_to_end_id),
                instruction.amount.decimal_text,
                instruction.amount.currency,
                _cell(instruction.creditor_name),
                _cell(instruction.creditor_account),
                _cell(instruction.creditor_bank),
                _cell(instruction.reference),
            ]
        )
    return out.getvalue().encode()


def _cell(text: str) -> str:
    """As it is, or with an apostrophe before it, which a spreadsheet reads as "this is text"."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
