"""Accounts hold balances, journals say why, postings move an amount from debit to credit, in pairs that are allowed.

A posting is a debit and a credit in one row, so an unbalanced entry cannot be written down at all.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from joey.kit.ids import RowId
from joey.ledger.chart import (
    HOUSE_BOOK,
    HOUSE_KINDS,
    KINDS_WITH_PARTY,
    SHOP_KINDS,
    AccountKind,
    Side,
    kinds_with,
)


class Account(models.Model):
    """What one book holds in one place and currency. `balance_minor` is credits minus debits."""

    id = models.BigAutoField(primary_key=True)
    book_id = models.UUIDField()
    kind = models.CharField(max_length=32, choices=[(kind.value, kind.value) for kind in AccountKind])
    party = models.CharField(max_length=64, blank=True, default="")  # chart.py says of what
    currency = models.CharField(max_length=3)
    balance_minor = models.BigIntegerField(db_default=0)
    postings = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book_id", "kind", "party", "currency"], name="ledger_one_account_of_a_kind"
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=SHOP_KINDS) & ~Q(book_id=HOUSE_BOOK))
                | Q(kind__in=HOUSE_KINDS, book_id=HOUSE_BOOK),
                name="ledger_account_kind_of_its_book",
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=KINDS_WITH_PARTY) & ~Q(party="")) | (~Q(kind__in=KINDS_WITH_PARTY) & Q(party="")),
                name="ledger_account_party_of_its_kind",
            ),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="ledger_account_currency"),
            models.CheckConstraint(
                condition=~Q(kind__in=kinds_with(shop=Side.NEVER_BELOW_ZERO))
                | Q(book_id=HOUSE_BOOK)
                | Q(balance_minor__gte=0),
                name="ledger_account_not_below_zero",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=kinds_with(shop=Side.NEVER_ABOVE_ZERO)) | Q(balance_minor__lte=0),
                name="ledger_account_not_above_zero",
            ),
        ]


class Journal(models.Model):
    """One happening in one book; `reference` with `kind` is unique, so it cannot be booked twice.

    Without partitions, because that key has to hold across days. Its id is a UUIDv7 and names the day of its postings.
    """

    id = models.UUIDField(primary_key=True, db_default=RowId())
    book_id = models.UUIDField()
    kind = models.CharField(max_length=48)
    reference = models.CharField(max_length=120)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["book_id", "kind", "reference"], name="ledger_booked_once")]
        indexes = [models.Index(fields=["book_id", "id"], name="ledger_journal_of_book")]


class Pair(models.Model):
    """A pair of accounts that journals of a kind may post: postings.py as a table, applied by posting_rules.py."""

    pk = models.CompositePrimaryKey("journal_kind", "debit_kind", "credit_kind")
    journal_kind = models.CharField(max_length=48)
    debit_kind = models.CharField(max_length=32)
    credit_kind = models.CharField(max_length=32)
    overdraws = models.BooleanField()  # may leave shop:available below zero


class Posting(models.Model):
    """A positive amount from the debited account to the credited one.

    One partition a day, by the day in the journal's id (joey/kit/partitions.py), so that the postings of a journal are
    in one. The database's primary key is (journal_id, id). Never dropped.
    """

    id = models.BigAutoField(primary_key=True)
    # Without foreign keys: the trigger in posting_rules.py checks these three and more, for all rows of a statement.
    # Without indexes on the accounts: no page reads the postings of an account, and each would cost every booking.
    journal = models.ForeignKey(Journal, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    book_id = models.UUIDField()
    debit = models.ForeignKey(Account, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    credit = models.ForeignKey(Account, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="ledger_amount_above_zero"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_two_different_accounts"),
        ]
