"""Where money goes, as one text: a name, an account and a bank code, kept where they can be erased."""

import json
from dataclasses import asdict, dataclass
from uuid import UUID

from joey.kit.refusals import Text
from joey.payouts.account_number import bank_name
from joey.record.erasable import TextRef, keep_text


@dataclass(frozen=True)
class PayeeDetails:
    """As account_number.py read them."""

    holder_name: str
    account_number: str
    bank_code: str

    @property
    def account_end(self) -> str:
        """What the record says of the account: its last characters."""
        return self.account_number[-4:]

    @property
    def masked_account(self) -> str:
        return "•••• " + self.account_end

    @property
    def bank(self) -> Text:
        """The name of the bank, "" where neither the number nor the code says it."""
        return bank_name(self.account_number, self.bank_code)


def keep_details(details: PayeeDetails, *, shop_id: UUID) -> TextRef:
    """Keep them for one row; each row has a text of its own, so that each can be erased by itself."""
    return keep_text(json.dumps(asdict(details), ensure_ascii=False), shop_id=shop_id)


def read_details(text: str | None) -> PayeeDetails | None:
    """What keep_details kept; None when it was erased."""
    return PayeeDetails(**json.loads(text)) if text else None
