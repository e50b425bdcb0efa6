"""One line of a bank file: pay this amount to this account."""

from dataclasses import dataclass

from joey.money.money import Money


@dataclass(frozen=True)
class Instruction:
    """`end_to_end_id` (at most 35 of A-Z0-9) is our key for it, at the bank and in every answer."""

    end_to_end_id: str
    amount: Money
    creditor_name: str
    creditor_account: str  # IBAN or the country's own number
    creditor_bank: str  # BIC, CNAPS or ""
    reference: str  # what the receiver reads on the statement
