"""The bank as a rail: files of transfers, written as ISO 20022 or CSV, exchanged over HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joey.kit.sentences import Sentence
from joey.payouts.rails.bank.client import read_answers, submit_file
from joey.payouts.rails.bank.connection import BankConnection, read_connection
from joey.payouts.rails.bank.reasons import reason_for_people
from joey.payouts.rails.bank.write_csv import write_csv
from joey.payouts.rails.bank.write_pain001 import write_pain001
from joey.payouts.rails.port import FileAnswer, FileReceipt, PreparedFile, Transfer, TransferAnswer


@dataclass(frozen=True)
class BankRail:
    """See Rail in port.py."""

    bank: BankConnection

    @property
    def account(self) -> str:
        return self.bank.account

    @property
    def label(self) -> str:
        """The holder, and the number's end where there is enough of a number to leave something out."""
        number = self.bank.debtor_account
        return self.bank.debtor_name + (f" •••• {number[-4:]}" if len(number) > 8 else "")

    def prepare(self, file_key: str, transfers: Sequence[Transfer], *, made_at: datetime) -> PreparedFile:
        if self.bank.file_format == "csv":
            return PreparedFile("csv", write_csv(transfers))
        return PreparedFile("pain001", write_pain001(file_key, transfers, self.bank, made_at=made_at))

    def submit(self, file_key: str, file: PreparedFile) -> FileReceipt:
        return submit_file(self.bank, file_key, file)

    def ask(self, file_key: str) -> FileAnswer:
        return read_answers(self.bank, file_key)

    def reason_for_people(self, answer: TransferAnswer) -> tuple[Sentence, ...]:
        return reason_for_people(answer)


def connect_bank(account: Mapping[str, Any]) -> BankRail:
    """The bank of an entry in JOEY_RAILS."""
    return BankRail(read_connection(account))
