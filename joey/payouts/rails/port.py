"""What a payment rail provides. A rail is a folder beside this file with a `manifest.py`, found by `registry.py`.

`prepare` is pure: the same transfers give the same bytes, and nothing leaves. `read` is its inverse. `submit` hands the
bytes over under a key that the rail remembers for a time. `ask` reads what became of each transfer. Every answer comes
with its bytes, which are kept before anything follows from them.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from joey.kit.refusals import Invalid, NotFound, Text, Unavailable
from joey.kit.sentences import Sentence
from joey.money.money import Money

ACCEPTED, SETTLED, REJECTED, RETURNED = "accepted", "settled", "rejected", "returned"
LONGEST_CALL = timedelta(seconds=20)  # what `submit` and `ask` take at most, whatever the other side does
RECEIPT, NOT_KNOWN, REFUSED = "receipt", "not_known", "refused"  # of a file as a whole
UNREADABLE = "unreadable"  # a state word that the rail's folder does not know, or an entry that lacks what it needs


class RailUnavailable(Unavailable):
    """No answer, or an unreadable one: whether the rail has the file is unknown.

    `content` is the bytes of an unreadable one that names the file, or of the beginning that arrived of one: what
    became of it is open, but the rail knows it. `words` are the rail's own, for the operator who asked: `text` goes to
    logs, where they could not be erased.
    """

    code = "rail_unavailable"

    def __init__(self, text: Text, *, content: bytes = b"", words: str = "") -> None:
        super().__init__(text)
        self.content = content
        self.words = words


class FileRefused(Invalid):
    """The rail refused the file as a whole; `content` is the answer's bytes, `words` are the rail's own, to be kept."""

    code = "file_refused"

    def __init__(self, text: Text, *, content: bytes = b"", words: str = "") -> None:
        super().__init__(text)
        self.content = content
        self.words = words


class FileUnknown(NotFound):
    """The rail answers that it does not know this file; `content` is the answer's bytes."""

    code = "file_unknown"

    def __init__(self, text: Text, *, content: bytes = b"") -> None:
        super().__init__(text)
        self.content = content


@dataclass(frozen=True)
class Transfer:
    """Pay `amount` to this account. `key` (at most 35 of A-Z0-9) names the transfer at the rail and in its answers."""

    key: str
    amount: Money
    holder_name: str
    account_number: str  # IBAN, bank card or the country's own number
    bank_code: str  # BIC, CNAPS or ""
    reference: str  # what the receiver reads on the statement


@dataclass(frozen=True)
class PreparedFile:
    """The bytes to hand over and their format, which the rail names."""

    file_format: str
    content: bytes


@dataclass(frozen=True)
class TransferAnswer:
    """What the rail says of one transfer: `outcome` is one of the words above; code and reason if it was stopped.

    One entry that cannot be read is UNREADABLE and says nothing about its neighbours.
    """

    key: str
    outcome: str
    amount_minor: int | None
    currency: str
    reason_code: str = ""
    reason: str = ""

    @property
    def currency_code(self) -> str:
        """The currency where it is written as one, "" where none was named, "?" for any other words of the rail's."""
        return self.currency if re.fullmatch("([A-Z]{3})?", self.currency) else "?"


@dataclass(frozen=True)
class FileReceipt:
    """The rail confirms that it has the file."""

    content: bytes


@dataclass(frozen=True)
class FileAnswer:
    """What became of each transfer of a file so far, with the answer's bytes."""

    content: bytes
    transfers: Sequence[TransferAnswer]


class Rail(Protocol):
    """One rail connected to one account. `submit` raises RailUnavailable, FileRefused; `ask` RailUnavailable,
    FileUnknown."""

    @property
    def account(self) -> str:
        """Its identity, see rail_account."""

    @property
    def label(self) -> str:
        """What an operator knows the account by, such as its holder and the end of its number; no secret."""

    def prepare(self, file_key: str, transfers: Sequence[Transfer], *, made_at: datetime) -> PreparedFile:
        """The file of these transfers, all in one currency. No side effects."""

    def submit(self, file_key: str, file: PreparedFile) -> FileReceipt:
        """Hand the file over; returns once the rail has confirmed that it received it. Ends within LONGEST_CALL."""

    def ask(self, file_key: str) -> FileAnswer:
        """What became of each transfer of a submitted file so far."""

    def reason_for_people(self, answer: TransferAnswer) -> tuple[Sentence, ...]:
        """Why a transfer was rejected or came back and what to do, some 200 characters; worded when it is read."""


@dataclass(frozen=True)
class RailManifest:
    """A rail as data. `connect` takes the rail's entry in JOEY_RAILS."""

    code: str  # the folder's name, and what payees and payouts keep
    name: Text
    formats: Mapping[str, Text]  # what people call the formats of its files
    currencies: frozenset[str]
    batch_size: int  # most transfers in one file
    remembers_keys_for: timedelta  # within it, submitting the same file again cannot pay twice
    refusing_a_file_is_final: bool  # whether a refused file has certainly paid nothing
    answers_within: timedelta  # after it nothing more is waited for: what is still open is unknown, for operators
    may_return_for: timedelta  # how long after settling a transfer may still come back
    connect: Callable[[Mapping[str, Any]], Rail]
    # The inverse of `prepare`, `submit` and `ask`: what the kept bytes of a file, and of an answer about it, say under
    # the file's key. They raise ValueError where the bytes say nothing, or name another file.
    read: Callable[[str, PreparedFile], Sequence[Transfer]]
    read_answer: Callable[[str, bytes], Sequence[TransferAnswer]]
    read_file_answer: Callable[[str, bytes], str]  # of the file as a whole: a word above, or "" for nothing


def rail_account(*, rail: str, host: str, debtor_account: str, mode: str) -> str:
    """The identity of an account at a rail. A file carries one and never goes to another.

    `mode` keeps a bank's test system apart from its live one where both share a host and an account number.
    """
    return hashlib.sha256(json.dumps([rail, host.lower(), debtor_account, mode]).encode()).hexdigest()
