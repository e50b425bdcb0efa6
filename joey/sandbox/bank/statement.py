"""The bank's own statement, which no trouble changes: everything that left it, and everything that came back."""

from sqlite3 import Row
from xml.etree.ElementTree import Element, SubElement, tostring

from joey.sandbox import beijing
from joey.sandbox.amounts import decimal_text, decimals_of
from joey.sandbox.bank.payments import ripen
from joey.sandbox.world.state import World

CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def statement_xml(world: World) -> bytes:
    """A minimal camt.053.001.08 with everything that was booked, oldest first."""
    ripen(world)
    rows = world.rows("SELECT * FROM bank_payment WHERE times_paid > 0 ORDER BY at, message_id, line")
    root = Element("Document", xmlns=CAMT)
    message = SubElement(root, "BkToCstmrStmt")
    header = SubElement(message, "GrpHdr")
    created = beijing.utc_text(world.now())
    _texts(header, MsgId=f"STATEMENT-{world.now()}", CreDtTm=created)
    statement = SubElement(message, "Stmt")
    _texts(statement, Id=f"STATEMENT-{world.now()}", CreDtTm=created)
    identity = SubElement(SubElement(SubElement(statement, "Acct"), "Id"), "Othr")
    _texts(identity, Id="JOEY-DEMO")
    for row in rows:
        for time in range(row["times_paid"]):
            _entry(statement, row, f"{row['end_to_end_id']}/{time + 1}", "DBIT", row["at"])
        if row["returned_at"] is not None:
            _entry(statement, row, f"{row['end_to_end_id']}/R", "CRDT", row["returned_at"])
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _entry(statement: Element, row: Row, reference: str, direction: str, at: int) -> None:
    entry = SubElement(statement, "Ntry")
    _texts(entry, NtryRef=reference)
    amount = SubElement(entry, "Amt", Ccy=row["currency"])
    amount.text = decimal_text(row["amount_minor"], decimals_of(row["currency"]))
    _texts(entry, CdtDbtInd=direction)
    _texts(SubElement(entry, "Sts"), Cd="BOOK")
    _texts(SubElement(entry, "BookgDt"), DtTm=beijing.utc_text(at))
    details = SubElement(SubElement(entry, "NtryDtls"), "TxDtls")
    _texts(SubElement(details, "Refs"), EndToEndId=row["end_to_end_id"])
    parties = SubElement(details, "RltdPties")
    _texts(SubElement(SubElement(parties, "Cdtr"), "Pty"), Nm=row["creditor_name"])
    _texts(SubElement(SubElement(SubElement(parties, "CdtrAcct"), "Id"), "Othr"), Id=row["creditor_account"])


def _texts(element: Element, **texts: str) -> None:
    for name, text in texts.items():
        SubElement(element, name).text = text
