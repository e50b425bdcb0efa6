"""Write a bank file as ISO 20022 pain.001.001.09, and let it leave only when the published schema accepts it."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # written here, never read: nothing foreign is parsed
from zoneinfo import ZoneInfo

from joey.money.money import EXPONENTS, Money
from joey.payouts.account_number import is_bic, is_iban_shaped
from joey.payouts.rails.bank_file.instruction import Instruction
from joey.payouts.rails.bank_file.our_bank import OurBank

if TYPE_CHECKING:
    import xmlschema

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
SCHEMA = Path(__file__).parent / "schema" / "pain.001.001.09.xsd"
BANK_ZONE = ZoneInfo("Asia/Shanghai")  # a date in the file is a day at the bank


class FileBreaksSchema(Exception):
    """The file that was written is not valid; it must not leave."""


def write_pain001(message_id: str, instructions: Sequence[Instruction], bank: OurBank, *, made_at: datetime) -> bytes:
    """One credit transfer initiation of all `instructions` (one currency), in UTF-8, nothing transliterated.

    Element order and names: ISO 20022 CustomerCreditTransferInitiationV09. Raises FileBreaksSchema.
    """
    total = _sum(instructions)
    document = ET.Element("Document", xmlns=NAMESPACE)
    message = _in(document, "CstmrCdtTrfInitn")
    header = _in(message, "GrpHdr")
    _in(header, "MsgId", message_id)
    _in(header, "CreDtTm", made_at.astimezone(BANK_ZONE).isoformat(timespec="seconds"))
    _in(header, "NbOfTxs", str(len(instructions)))
    _in(header, "CtrlSum", total.decimal_text)
    _in(_in(header, "InitgPty"), "Nm", bank.debtor_name)

    payment = _in(message, "PmtInf")
    _in(payment, "PmtInfId", message_id)
    _in(payment, "PmtMtd", "TRF")
    _in(payment, "NbOfTxs", str(len(instructions)))
    _in(payment, "CtrlSum", total.decimal_text)
    _in(_in(payment, "ReqdExctnDt"), "Dt", made_at.astimezone(BANK_ZONE).date().isoformat())
    _in(_in(payment, "Dbtr"), "Nm", bank.debtor_name)
    _account(_in(payment, "DbtrAcct"), bank.debtor_account)
    _agent(_in(payment, "DbtrAgt"), bank.debtor_bank)
    for instruction in instructions:
        _transfer(payment, instruction)

    content: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    trouble = next(_schema().iter_errors(content), None)
    if trouble is not None:
        raise FileBreaksSchema(f"{message_id}: {trouble.path}: {trouble.reason}")
    return content


def _transfer(payment: ET.Element, instruction: Instruction) -> None:
    transfer = _in(payment, "CdtTrfTxInf")
    _in(_in(transfer, "PmtId"), "EndToEndId", instruction.end_to_end_id)
    amount = _in(_in(transfer, "Amt"), "InstdAmt", instruction.amount.decimal_text)
    amount.set("Ccy", instruction.amount.currency)
    if instruction.creditor_bank:
        _agent(_in(transfer, "CdtrAgt"), instruction.creditor_bank)
    _in(_in(transfer, "Cdtr"), "Nm", instruction.creditor_name)
    _account(_in(transfer, "CdtrAcct"), instruction.creditor_account)
    _in(_in(transfer, "RmtInf"), "Ustrd", instruction.reference)


def _account(parent: ET.Element, number: str) -> None:
    identity = _in(parent, "Id")
    if is_iban_shaped(number):
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


def _sum(instructions: Sequence[Instruction]) -> Money:
    currencies = {instruction.amount.currency for instruction in instructions}
    if len(currencies) != 1 or not currencies <= EXPONENTS.keys():
        raise ValueError("a bank file holds transfers of one currency, at least one")
    return Money(sum(instruction.amount.minor for instruction in instructions), currencies.pop())


@cache
def _schema() -> "xmlschema.XMLSchema":
    import xmlschema  # 11 MB, and a second to import: only who writes a file pays for it

    return xmlschema.XMLSchema(str(SCHEMA), allow="local")
