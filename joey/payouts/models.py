"""The promise to pay (payout), each attempt to keep it, and the payee.

What a person or a bank wrote is not in these rows but in record_erasabletext, where it can be erased: the columns
`…_id` and `…_sha256` refer to it (record/kept_texts.py).
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from joey.kit.ids import new_id
from joey.people.models import Person
from joey.shops.models import Shop


class Payee(models.Model):
    """Where a shop's money goes on one rail. A change pauses payouts until `usable_from` (72 hours)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    rail = models.CharField(max_length=16)
    details_id = models.UUIDField()  # payee_details.py
    details_sha256 = models.BinaryField()
    changed_at = models.DateTimeField()
    usable_from = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "rail"], name="payouts_one_payee_per_rail")]


class Payout(models.Model):
    """A promise: this amount, to this payee. The ledger reserves its money as soon as it is requested."""

    class State(models.TextChoices):
        REQUESTED = "requested"
        APPROVED = "approved"
        SENT = "sent"
        PAID = "paid"
        FAILED = "failed"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    payee = models.ForeignKey(Payee, models.PROTECT, related_name="+")
    rail = models.CharField(max_length=16)
    # copied from the payee and frozen: a later change of details cannot redirect a promise already made
    details_id = models.UUIDField()  # payee_details.py
    details_sha256 = models.BinaryField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices)
    reason_id = models.UUIDField(null=True)
    reason_sha256 = models.BinaryField(null=True)
    idempotency_key = models.CharField(max_length=200)
    requested_at = models.DateTimeField()
    first_approved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # large amounts only
    first_approved_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payouts_amount_above_zero"),
            models.UniqueConstraint(fields=["shop", "idempotency_key"], name="payouts_one_per_key"),
            models.UniqueConstraint(
                fields=["shop", "currency"],
                condition=Q(state__in=["requested", "approved", "sent"]),
                name="payouts_one_in_progress",
            ),
            # a refusal is one operator's; an approval of a large amount is two's
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(state="refused") | ~Q(decided_by=F("first_approved_by")),
                name="payouts_two_are_two",
            ),
        ]
        indexes = [models.Index(fields=["state", "requested_at"], name="payouts_by_state")]


class PayoutHold(models.Model):
    """A block with a reason, on one payout or on all payouts of a shop (payout null)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="+")
    reason_id = models.UUIDField()
    reason_sha256 = models.BinaryField()
    placed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)


class PayoutPause(models.Model):
    """A stop of all sending until an operator ends it, as after a restore, when books and bank may differ."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reason_id = models.UUIDField()
    reason_sha256 = models.BinaryField()
    placed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # null: from the terminal


class PayoutFile(models.Model):
    """One file for a rail: the message id is its key there, the bytes never change once written.

    It belongs to one rail account and is never submitted to or asked of another.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rail = models.CharField(max_length=16)
    rail_account = models.CharField(max_length=64)  # rails/port.py, rail_account
    message_id = models.CharField(max_length=35, unique=True)
    file_format = models.CharField(max_length=16)
    currency = models.CharField(max_length=3)
    content_id = models.UUIDField()
    content_sha256 = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())
    handed_over_at = models.DateTimeField(null=True)  # when the rail confirmed that it has the file
    asked_at = models.DateTimeField(null=True)  # when the rail was last asked about its transfers
    answered_at = models.DateTimeField(null=True)  # when the last of its transfers was answered
    problems = models.TextField(blank=True, default="")  # one line each, for an operator


class PayoutAttempt(models.Model):
    """One attempt to keep the promise: one transfer with one key at the rail, however often it is submitted."""

    class State(models.TextChoices):
        PREPARED = "prepared"
        SENT = "sent"
        SETTLED = "settled"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    rail_key = models.CharField(max_length=35, unique=True)  # EndToEndId; ours, from the payout's id and number
    file = models.ForeignKey(PayoutFile, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    reason_id = models.UUIDField(null=True)
    reason_sha256 = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payout", "number"], name="payouts_attempt_once"),
            # money can leave once: a new attempt only when every earlier one was rejected
            models.UniqueConstraint(
                fields=["payout"], condition=~Q(state="rejected"), name="payouts_one_attempt_that_can_pay"
            ),
        ]
