"""Reads back the transfers of a file that this rail wrote, so that `joey prove` can compare them with the payouts."""

import csv
import io
from collections.abc import Sequence
from xml.etree import ElementTree as ET  # reads files that this package wrote, never one from outside

from joey.money.money import parse_amount
from joey.payouts.rails.bank.write_csv import COLUMNS
from joey.payouts.rails.bank.write_pain001 import NAMESPACE
from joey.payouts.rails.port import PreparedFile, Transfer

_NS = f"{{{NAMESPACE}}}"


def read_file(message_id: str, file: PreparedFile) -> Sequence[Transfer]:
    """The transfers in order. Raises ValueError when the bytes are not such a file, or are that of another message id.

    A CSV file holds no message id.
    """
    return _read_csv(file.content) if file.file_format == "csv" else _read_pain001(message_id, file.content)


def _read_pain001(message_id: str, content: bytes) -> list[Transfer]:
    try:
        document = ET.fromstring(content)  # noqa: S314 (our own file)
    except ET.ParseError as error:
        raise ValueError(f"no pain.001 file: {error}") from None
    header = document.findtext(_path("CstmrCdtTrfInitn/GrpHdr/MsgId"))
    payment = document.findtext(_path("CstmrCdtTrfInitn/PmtInf/PmtInfId"))
    if (header, payment) != (message_id, message_id):
        raise ValueError(f"the message id in it is {header}, and {payment} at its transfers")
    return [_transfer(element) for element in document.iter(f"{_NS}CdtTrfTxInf")]


def _transfer(element: ET.Element) -> Transfer:
    amount = element.find(_path("Amt/InstdAmt"))
    if amount is None:
        raise ValueError("a transfer without an amount")
    return Transfer(
        key=_text(element, "PmtId/EndToEndId"),
        amount=parse_amount(amount.text or "", amount.get("Ccy", "")),
        holder_name=_text(element, "Cdtr/Nm"),
        account_number=_text(element, "CdtrAcct/Id/IBAN") or _text(element, "CdtrAcct/Id/Othr/Id"),
        bank_code=_text(element, "CdtrAgt/FinInstnId/BICFI") or _text(element, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId"),
        reference=_text(element, "RmtInf/Ustrd"),
    )


def _path(path: str) -> str:
    return "/".join(_NS + part for part in path.split("/"))


def _text(element: ET.Element, path: str) -> str:
    return element.findtext(_path(path)) or ""


def _read_csv(content: bytes) -> list[Transfer]:
    rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise ValueError("other columns than ours")
    return [
        Transfer(
            key=_cell(row["end_to_end_id"]),
            amount=parse_amount(row["amount"], row["currency"]),
            holder_name=_cell(row["creditor_name"]),
            account_number=_cell(row["creditor_account"]),
            bank_code=_cell(row["creditor_bank"]),
            reference=_cell(row["reference"]),
        )
        for row in rows
    ]


def _cell(text: str) -> str:
    """The cell without the apostrophe that write_csv puts in front of a formula."""
    return text.removeprefix("'")
