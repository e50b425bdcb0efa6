"""Read an ISO 20022 pain.001.001.09 file like a bank: safely, and believing none of its own sums."""

import re
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers import expat

from joey.sandbox.amounts import decimal_text, decimals_of
from joey.sandbox.bank.payment_file import Payment, check_file, check_payment, read_amount, refused

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
MOST_DEPTH = 40

_COUNT = re.compile(r"\d{1,15}", re.ASCII)
_SUM = re.compile(r"(\d{1,18})(?:\.(\d{1,3}))?", re.ASCII)
_MOST_DECIMALS = 3


def read_pain001(body: bytes, message_id: str) -> list[Payment]:
    """The payments of the file. Raises Refused (422) naming the element that is wrong."""
    root = _safe_tree(body)
    if root.tag != f"{{{NAMESPACE}}}Document":
        raise refused("Document", f"the root must be Document in {NAMESPACE}")
    message = _one(root, "CstmrCdtTrfInitn", "Document")
    header = _one(message, "GrpHdr", "Document/CstmrCdtTrfInitn")
    if _text(header, "MsgId", "GrpHdr") != message_id:
        raise refused("GrpHdr/MsgId", f"it must equal the {message_id} of the address")
    _text(header, "CreDtTm", "GrpHdr")
    payments: list[Payment] = []
    blocks = _all(message, "PmtInf")
    for number, block in enumerate(blocks, start=1):
        where = f"PmtInf[{number}]"
        if _text(block, "PmtMtd", where) != "TRF":
            raise refused(f"{where}/PmtMtd", "only TRF, a credit transfer, is known")
        _text(block, "PmtInfId", where)
        _one(block, "ReqdExctnDt", where)
        _one(block, "Dbtr", where)
        _account(block, "DbtrAcct", where)
        inside = [
            _payment(each, f"{where}/CdtTrfTxInf[{index}]")
            for index, each in enumerate(_all(block, "CdtTrfTxInf"), start=1)
        ]
        if not inside:
            raise refused(f"{where}/CdtTrfTxInf", "a payment block needs a transfer")
        _check_sums(block, inside, where, needed=False)
        payments += inside
    _check_sums(header, payments, "GrpHdr", needed=True)
    check_file(payments, "EndToEndId")
    return payments


def _payment(element: Element, where: str) -> Payment:
    amount = _one(_one(element, "Amt", where), "InstdAmt", f"{where}/Amt")
    bank = _maybe(element, "CdtrAgt", where)
    remittance = _maybe(element, "RmtInf", where)
    payment = Payment(
        end_to_end_id=_text(_one(element, "PmtId", where), "EndToEndId", f"{where}/PmtId"),
        amount_minor=read_amount(f"{where}/Amt/InstdAmt", (amount.text or "").strip(), amount.get("Ccy", "")),
        currency=amount.get("Ccy", ""),
        creditor_name=_text(_one(element, "Cdtr", where), "Nm", f"{where}/Cdtr"),
        creditor_account=_account(element, "CdtrAcct", where),
        creditor_bank=" ".join("".join(bank.itertext()).split()) if bank is not None else "",
        reference=" ".join("".join(remittance.itertext()).split()) if remittance is not None else "",
    )
    check_payment(
        payment,
        {
            "end_to_end_id": f"{where}/PmtId/EndToEndId",
            "currency": f"{where}/Amt/InstdAmt/@Ccy",
            "creditor_name": f"{where}/Cdtr/Nm",
            "creditor_account": f"{where}/CdtrAcct/Id",
            "reference": f"{where}/RmtInf",
        },
    )
    return payment


def _account(element: Element, name: str, where: str) -> str:
    identity = _one(_one(element, name, where), "Id", f"{where}/{name}")
    iban = _maybe(identity, "IBAN", where)
    if iban is not None:
        return (iban.text or "").strip()
    return _text(_one(identity, "Othr", f"{where}/{name}/Id"), "Id", f"{where}/{name}/Id/Othr")


def _check_sums(element: Element, payments: list[Payment], where: str, *, needed: bool) -> None:
    count, total = _maybe(element, "NbOfTxs", where), _maybe(element, "CtrlSum", where)
    if count is None and needed:
        raise refused(f"{where}/NbOfTxs", "it is missing")
    if count is not None:
        text = (count.text or "").strip()
        if not _COUNT.fullmatch(text) or int(text) != len(payments):
            raise refused(f"{where}/NbOfTxs", f"it says {text[:20]}, but there are {len(payments)} transfers")
    if total is None and needed:
        raise refused(f"{where}/CtrlSum", "it is missing")
    if total is not None:
        text = (total.text or "").strip()
        found = _SUM.fullmatch(text)
        # the sum of the amounts as they are written, whatever their currencies
        really = sum(each.amount_minor * 10 ** (_MOST_DECIMALS - decimals_of(each.currency)) for each in payments)
        if not found or int(found[1] + (found[2] or "").ljust(_MOST_DECIMALS, "0")) != really:
            shown = decimal_text(really, _MOST_DECIMALS)
            raise refused(f"{where}/CtrlSum", f"it says {text[:20]}, but the amounts add up to {shown}")


def _safe_tree(body: bytes) -> Element:
    """The tree of a file without a document type, and so without entities of its own."""
    parser = expat.ParserCreate()
    depth = 0

    def doctype(*_: object) -> None:
        raise refused("DOCTYPE", "a document type is not taken")

    def opened(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise refused("Document", "the elements are nested too deeply")

    def closed(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    try:
        parser.Parse(body, True)
        return fromstring(body)  # noqa: S314 the pass above let no document type through
    except (expat.ExpatError, ParseError, ValueError, LookupError) as error:
        raise refused("Document", f"this is not well-formed XML: {error}") from None


def _all(element: Element, name: str) -> list[Element]:
    return element.findall(f"{{{NAMESPACE}}}{name}")


def _maybe(element: Element, name: str, where: str) -> Element | None:
    found = _all(element, name)
    if len(found) > 1:
        raise refused(f"{where}/{name}", "it may be there only once")
    return found[0] if found else None


def _one(element: Element, name: str, where: str) -> Element:
    found = _maybe(element, name, where)
    if found is None:
        raise refused(f"{where}/{name}", "it is missing")
    return found


def _text(element: Element, name: str, where: str) -> str:
    text = (_one(element, name, where).text or "").strip()
    if not text:
        raise refused(f"{where}/{name}", "it is empty")
    return text
