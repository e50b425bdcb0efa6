"""Writes a file of transfers as ISO 20022 pain.001.001.09 and refuses one that the published schema rejects."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # written only: no XML from outside is parsed here

from joey.money.money import EXPONENTS, Money
from joey.payouts.account_number import is_bic, is_iban
from joey.payouts.rails.bank.connection import BankConnection
from joey.payouts.rails.port import Transfer

if TYPE_CHECKING:
    import xmlschema

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
SCHEMA = Path(__file__).parent / "schema" / "pain.001.001.09.xsd"


class FileBreaksSchema(Exception):
    """The written file is not valid, so it must not be submitted."""


def write_pain001(message_id: str, transfers: Sequence[Transfer], bank: BankConnection, *, made_at: datetime) -> bytes:
    """One credit transfer initiation of all `transfers` (one currency), in UTF-8, nothing transliterated.

    Element order and names: ISO 20022 CustomerCreditTransferInitiationV09. Raises FileBreaksSchema.
    """
    total = _sum(transfers)
    document = ET.Element("Document", xmlns=NAMESPACE)
    message = _in(document, "CstmrCdtTrfInitn")
    header = _in(message, "GrpHdr")
    _in(header, "MsgId", message_id)
    _in(header, "CreDtTm", made_at.astimezone(bank.zone).isoformat(timespec="seconds"))
    _in(header, "NbOfTxs", str(len(transfers)))
    _in(header, "CtrlSum", total.decimal_text)
    _in(_in(header, "InitgPty"), "Nm", bank.debtor_name)

    payment = _in(message, "PmtInf")
    _in(payment, "PmtInfId", message_id)
    _in(payment, "PmtMtd", "TRF")
    _in(payment, "NbOfTxs", str(len(transfers)))
    _in(payment, "CtrlSum", total.decimal_text)
    _in(_in(payment, "ReqdExctnDt"), "Dt", made_at.astimezone(bank.zone).date().isoformat())
    _in(_in(payment, "Dbtr"), "Nm", bank.debtor_name)
    _account(_in(payment, "DbtrAcct"), bank.debtor_account)
    _agent(_in(payment, "DbtrAgt"), bank.debtor_bank)
    for transfer in transfers:
        _transfer(payment, transfer)

    content: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    error = next(_schema().iter_errors(content), None)
    if error is not None:
        raise FileBreaksSchema(f"{message_id}: {error.path}: {error.reason}")
    return content


def _transfer(payment: ET.Element, transfer: Transfer) -> None:
    element = _in(payment, "CdtTrfTxInf")
    _in(_in(element, "PmtId"), "EndToEndId", transfer.key)
    amount = _in(_in(element, "Amt"), "InstdAmt", transfer.amount.decimal_text)
    amount.set("Ccy", transfer.amount.currency)
    if transfer.bank_code:
        _agent(_in(element, "CdtrAgt"), transfer.bank_code)
    _in(_in(element, "Cdtr"), "Nm", transfer.holder_name)
    _account(_in(element, "CdtrAcct"), transfer.account_number)
    _in(_in(element, "RmtInf"), "Ustrd", transfer.reference)


def _account(parent: ET.Element, number: str) -> None:
    identity = _in(parent, "Id")
    if is_iban(number):
        _in(identity, "IBAN", number)
    else:
        _in(_in(identity, "Othr"), "Id", number)


def _agent(parent: ET.Element, code: str) -> None:
    institution = _in(parent, "FinInstnId")
    if is_bic(code):
        _in(institution, "BICFI", code)
    elif code:
        clearing = _in(institution, "ClrSysMmbId")
        _in(_in(clearing, "ClrSysId"), "Cd", "CNAPS")
        _in(clearing, "MmbId", code)
    else:
        _in(_in(institution, "Othr"), "Id", "NOTPROVIDED")


def _in(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = text
    return child


def _sum(transfers: Sequence[Transfer]) -> Money:
    currencies = {transfer.amount.currency for transfer in transfers}
    if len(currencies) != 1 or not currencies <= EXPONENTS.keys():
        raise ValueError("a bank file holds transfers of one currency, at least one")
    return Money(sum(transfer.amount.minor for transfer in transfers), currencies.pop())


@cache
def _schema() -> "xmlschema.XMLSchema":
    import xmlschema  # 11 MB and a second to import: loaded only where a file is written

    return xmlschema.XMLSchema(str(SCHEMA), allow="local")
