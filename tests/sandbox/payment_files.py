"""Payment files for the bank's tests, right by default and wrong on request."""

from dataclasses import dataclass, field
from decimal import Decimal

HEADER = "end_to_end_id,amount,currency,creditor_name,creditor_account,creditor_bank,reference\n"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


@dataclass
class Transfer:
    """One payment of a test file."""

    end_to_end_id: str
    amount: str = "12.50"
    currency: str = "CNY"
    name: str = "梅 Mei"
    account: str = "6222020200112233445"
    attributes: str = ""
    bank: str = "ICBKCNBJ"
    reference: str = "Joey 2026-11"

    def xml(self) -> str:
        return (
            f"<CdtTrfTxInf><PmtId><EndToEndId>{self.end_to_end_id}</EndToEndId></PmtId>"
            f'<Amt><InstdAmt Ccy="{self.currency}">{self.amount}</InstdAmt></Amt>'
            f"<CdtrAgt><FinInstnId><BICFI>{self.bank}</BICFI></FinInstnId></CdtrAgt>"
            f"<Cdtr><Nm>{self.name}</Nm></Cdtr>"
            f"<CdtrAcct><Id><Othr><Id>{self.account}</Id></Othr></Id></CdtrAcct>"
            f"<RmtInf><Ustrd>{self.reference}</Ustrd></RmtInf></CdtTrfTxInf>"
        )

    def csv(self) -> str:
        return ",".join(
            (self.end_to_end_id, self.amount, self.currency, self.name, self.account, self.bank, self.reference)
        ) + "\n"  # fmt: skip


@dataclass
class PaymentFile:
    """A pain.001 file; what is not given is worked out rightly."""

    message_id: str
    transfers: list[Transfer] = field(default_factory=list)
    count: str | None = None
    total: str | None = None
    method: str = "TRF"
    block_count: str = ""
    namespace: str = NAMESPACE
    doctype: str = ""

    def xml(self) -> bytes:
        count = str(len(self.transfers)) if self.count is None else self.count
        total = str(sum(Decimal(each.amount) for each in self.transfers)) if self.total is None else self.total
        debtor = "<Dbtr><Nm>Joey</Nm></Dbtr><DbtrAcct><Id><Othr><Id>1001</Id></Othr></Id></DbtrAcct>"
        agent = "<DbtrAgt><FinInstnId><BICFI>ICBKCNBJ</BICFI></FinInstnId></DbtrAgt>"
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>{self.doctype}<Document xmlns="{self.namespace}">'
            f"<CstmrCdtTrfInitn><GrpHdr><MsgId>{self.message_id}</MsgId><CreDtTm>2026-11-22T10:00:00Z</CreDtTm>"
            f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum><InitgPty><Nm>Joey</Nm></InitgPty></GrpHdr>"
            f"<PmtInf><PmtInfId>{self.message_id}-1</PmtInfId><PmtMtd>{self.method}</PmtMtd>{self.block_count}"
            f"<ReqdExctnDt><Dt>2026-11-22</Dt></ReqdExctnDt>{debtor}{agent}"
            + "".join(each.xml() for each in self.transfers)
            + "</PmtInf></CstmrCdtTrfInitn></Document>"
        ).encode()
