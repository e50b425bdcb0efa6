"""Read a payment file in CSV: a header line with exactly the known columns, then one payment a line."""

import csv
import io

from joey.sandbox.bank.payment_file import Payment, check_file, check_payment, read_amount, refused

COLUMNS = (
    "end_to_end_id", "amount", "currency", "creditor_name", "creditor_account", "creditor_bank", "reference",
)  # fmt: skip


def read_csv(body: bytes) -> list[Payment]:
    """The payments of the file. Raises Refused (422) naming line and column."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise refused("file", "it must be UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise refused("line 1", f"the columns must be {','.join(COLUMNS)}")
        payments = [_payment(line, row) for line, row in enumerate(reader, start=2)]
    except csv.Error as error:
        raise refused("file", f"this is not CSV: {error}") from None
    check_file(payments, "end_to_end_id")
    return payments


def _payment(line: int, row: list[str]) -> Payment:
    if len(row) != len(COLUMNS):
        raise refused(f"line {line}", f"it has {len(row)} columns instead of {len(COLUMNS)}")
    values = dict(zip(COLUMNS, row, strict=True))
    amount = read_amount(f"line {line} amount", values.pop("amount"), values["currency"])
    payment = Payment(amount_minor=amount, **values)
    check_payment(payment, {name: f"line {line} {name}" for name in COLUMNS})
    return payment
