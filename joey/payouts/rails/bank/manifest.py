"""The bank rail as data: what a bank transfer can carry and how long its answers may change."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from joey.money.money import EXPONENTS
from joey.payouts.rails.bank.rail import connect_bank
from joey.payouts.rails.bank.read_answer import read_answer, read_file_answer
from joey.payouts.rails.bank.read_file import read_file
from joey.payouts.rails.port import RailManifest

MANIFEST = RailManifest(
    code="bank",
    name=_("bank transfer"),
    formats={"pain001": _("ISO 20022 payment file (pain.001)"), "csv": _("Table (CSV)")},
    currencies=frozenset(EXPONENTS),
    batch_size=500,
    # Banks check message ids for duplicates over a bounded time; ask yours, and never set more than it promises.
    remembers_keys_for=timedelta(days=30),
    refusing_a_file_is_final=False,  # a gateway may refuse a repeat of a file that it paid
    answers_within=timedelta(days=14),  # longer than any row of bank holidays
    may_return_for=timedelta(days=60),
    connect=connect_bank,
    read=read_file,
    read_answer=read_answer,
    read_file_answer=read_file_answer,
)
