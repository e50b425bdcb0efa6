"""The promise to pay (payout), each attempt to keep it, what left for the bank and what came back, and what stops it.

What a person or a bank wrote is not in these rows but in record_erasabletext, where it can be erased: the columns
`…_id` and `…_sha256` refer to it (record/kept_texts.py). Most tables here take INSERT only; the migration says which.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from joey.kit.ids import new_id
from joey.people.models import Person
from joey.shops.models import Shop


class PayoutLimits(models.Model):
    """What payouts of one currency need, in minor units: a version, in force from `from_at` until the next one.

    Without a row nothing is paid out in the currency.
    """

    id = models.BigAutoField(primary_key=True)
    currency = models.CharField(max_length=3)
    version = models.PositiveIntegerField()
    floor_minor = models.BigIntegerField()
    by_rule_below_minor = models.BigIntegerField()  # below it, and below it within 24 hours, no operator is needed
    two_from_minor = models.BigIntegerField()  # from it on, two operators have to approve
    per_operator_day_minor = models.BigIntegerField()  # most that one operator approves within 24 hours
    from_at = models.DateTimeField()
    published_at = models.DateTimeField(db_default=Now())
    published_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # null: came with Joey

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "version"], name="payouts_limits_version_once"),
            models.CheckConstraint(
                condition=Q(floor_minor__gt=0, by_rule_below_minor__gte=0, per_operator_day_minor__gt=0)
                & Q(two_from_minor__gte=F("by_rule_below_minor")),
                name="payouts_limits_in_order",
            ),
        ]


class Payee(models.Model):
    """A version of where a shop's money goes on one rail. A new one pauses payouts until `usable_from` (72 hours)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    rail = models.CharField(max_length=16)
    version = models.PositiveIntegerField()
    details_id = models.UUIDField()  # payee_details.py
    details_sha256 = models.BinaryField()
    changed_at = models.DateTimeField()
    usable_from = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "rail", "version"], name="payouts_payee_version_once")]


class Payout(models.Model):
    """A promise: this amount, to this payee. The ledger reserves its money as soon as it is requested."""

    class State(models.TextChoices):
        REQUESTED = "requested"
        APPROVED = "approved"  # also while its file is prepared: it can still be stopped
        SENT = "sent"  # it may have left us
        PAID = "paid"
        FAILED = "failed"  # the bank rejected it, or it never arrived: the money is available again
        RETURNED = "returned"  # it was paid and came back
        REFUSED = "refused"  # an operator, the gate or its keeper stopped it before it left

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    payee = models.ForeignKey(Payee, models.PROTECT, related_name="+")
    rail = models.CharField(max_length=16)
    # copied from the payee, so that either text can be erased without the other
    details_id = models.UUIDField()  # payee_details.py
    details_sha256 = models.BinaryField()
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices)
    reason_id = models.UUIDField(null=True)  # what the shopkeeper reads about its end
    reason_sha256 = models.BinaryField(null=True)
    key_sha256 = models.BinaryField()  # of the Idempotency-Key that it was requested with
    requested_at = models.DateTimeField()
    approvals_needed = models.PositiveSmallIntegerField(null=True)  # by the limits in force when it was approved
    # null: the rule approved it, the gate stopped it, or a restore does not know the operator
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payouts_amount_above_zero"),
            models.UniqueConstraint(fields=["shop", "key_sha256"], name="payouts_one_per_key"),
            models.UniqueConstraint(
                fields=["shop", "currency"],
                condition=Q(state__in=["requested", "approved", "sent"]),
                name="payouts_one_in_progress",
            ),
        ]
        indexes = [models.Index(fields=["state", "requested_at"], name="payouts_by_state")]


class PayoutApproval(models.Model):
    """An operator approved a payout. How many are needed is in the limits."""

    id = models.BigAutoField(primary_key=True)
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="+")
    operator = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "payouts_approval"
        constraints = [models.UniqueConstraint(fields=["payout", "operator"], name="payouts_approved_once")]


class PayoutFile(models.Model):
    """One file for a rail: the message id is its key there, the bytes never change once written.

    It belongs to one rail account and is never submitted to or asked of another. The last five columns are notes; what
    happened to the file is in its submissions and answers.
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
    withdrawn_at = models.DateTimeField(null=True)  # it was never submitted and never will be
    asked_at = models.DateTimeField(null=True)  # when the rail was last asked about its transfers
    answered_at = models.DateTimeField(null=True)  # when the last of its transfers was final
    problems = models.TextField(blank=True, default="")  # one line each, for an operator
    is_leaving = models.BooleanField(db_default=False)  # in a call since its last submission (sending_lock.py)

    class Meta:
        indexes = [
            models.Index(fields=["made_at"], condition=~Q(problems=""), name="payouts_noted_files"),
            models.Index(fields=["made_at"], condition=Q(is_leaving=True), name="payouts_leaving_files"),
        ]


class PayoutSubmission(models.Model):
    """The bytes of a file may have left for the rail: committed before the first one does."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(PayoutFile, models.PROTECT, related_name="+")
    rail_account = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())  # by the database's clock, so in the order of the locks

    class Meta:
        db_table = "payouts_submission"


class PayoutAttempt(models.Model):
    """One attempt to keep the promise: a transfer in a file. The payout's key at the rail is the same in each."""

    class State(models.TextChoices):
        PREPARED = "prepared"  # in a file that has not left
        WITHDRAWN = "withdrawn"  # its file was withdrawn before it left
        SUBMITTED = "submitted"  # it may have left us
        ACCEPTED = "accepted"  # the rail has it
        UNKNOWN = "unknown"  # nothing is sent again; an answer or two operators end it
        SETTLED = "settled"
        REJECTED = "rejected"
        RETURNED = "returned"  # settled, and came back
        NOT_PAID = "not_paid"  # settled, and found never to have been paid

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    rail_key = models.CharField(max_length=35)  # EndToEndId: the payout's id
    file = models.ForeignKey(PayoutFile, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    reason_id = models.UUIDField(null=True)  # the rail's own words
    reason_sha256 = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payout", "number"], name="payouts_attempt_once"),
            # money can leave once: another attempt only when every earlier one never left
            models.UniqueConstraint(
                fields=["payout"], condition=~Q(state="withdrawn"), name="payouts_one_attempt_that_can_pay"
            ),
            models.UniqueConstraint(
                fields=["rail_key"], condition=~Q(state="withdrawn"), name="payouts_one_transfer_per_key"
            ),
        ]


class PayoutAnswer(models.Model):
    """What a rail said of a file (`attempt` null), or of one of its transfers; rows may share one answer's bytes.

    A row is written only when it says something else than the one before it.
    """

    class Outcome(models.TextChoices):
        RECEIPT = "receipt"  # of the file: the rail has it
        NOT_KNOWN = "not_known"  # of the file: the rail does not know it
        FILE_REFUSED = "refused"  # of the file
        ACCEPTED = "accepted"
        SETTLED = "settled"
        REJECTED = "rejected"
        RETURNED = "returned"
        UNREADABLE = "unreadable"  # also of the file: the rail knows it, and that is all
        NOT_OURS = "not_ours"  # of a transfer that is not in this file

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(PayoutFile, models.PROTECT, related_name="+")
    submission = models.ForeignKey(PayoutSubmission, models.PROTECT, related_name="+")  # the latest when it came
    attempt = models.ForeignKey(PayoutAttempt, models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=35, blank=True, default="")  # of the transfer, or a digest (rail_key.py)
    words_id = models.UUIDField(null=True)  # how the rail named a transfer that is not ours, where it is no such key
    words_sha256 = models.BinaryField(null=True)
    asked_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True, default="")  # "?": no code of a currency
    content_id = models.UUIDField()  # the bytes of the answer
    content_sha256 = models.BinaryField()
    recorded_at = models.DateTimeField(db_default=Now())  # by the database's clock, in the order of the file's locks

    class Meta:
        db_table = "payouts_answer"
        constraints = [
            models.CheckConstraint(
                condition=Q(words_id=None, words_sha256=None, key__regex="^([0-9A-F]{32})?$")
                | Q(words_id__isnull=False, words_sha256__isnull=False, key__regex="^~[0-9a-f]{32}$"),
                name="payouts_answer_keeps_no_words",
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^([A-Z]{3}|\?)?$"), name="payouts_answer_names_a_currency"
            ),
        ]


class PayoutHold(models.Model):
    """A block with a reason, on one payout or on all payouts of a shop (payout null), until a closing is written."""

    class Cause(models.TextChoices):
        OPERATOR = "operator"
        UNKNOWN = "unknown"  # it is not known what became of the attempt
        # the rail's answers for the attempt contradict each other or our books, or an operator's finding does
        CONTRADICTION = "contradiction"
        RETURNED = "returned"  # the attempt's money came back

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="+")
    attempt = models.ForeignKey(PayoutAttempt, models.PROTECT, null=True, related_name="+")  # what it is about
    cause = models.CharField(max_length=16, choices=Cause.choices)
    reason_id = models.UUIDField()
    reason_sha256 = models.BinaryField()
    placed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+"
    )  # null: by an answer or a command
    placed_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cause="operator", attempt=None) | ~Q(cause="operator") & Q(attempt__isnull=False),
                name="payouts_hold_names_its_attempt",
            )
        ]


class PayoutHoldClosing(models.Model):
    """A hold ended: released by an operator, or because an answer or a decision settled the question."""

    hold = models.OneToOneField(PayoutHold, models.PROTECT, primary_key=True, related_name="+")
    closed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+"
    )  # null: by an answer or a command
    reason_id = models.UUIDField(null=True)
    reason_sha256 = models.BinaryField(null=True)
    closed_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())


class PayoutDecision(models.Model):
    """An operator's written finding about an attempt that is unknown or contradicted, or that it contradicts itself.

    Two who agree end it. Of each operator the last one counts.
    """

    class Outcome(models.TextChoices):
        SETTLED = "settled"
        REJECTED = "rejected"
        RETURNED = "returned"
        OVERPAID = "overpaid"  # it was paid although it was booked back, or it was paid twice
        OVERPAID_AGAIN = "overpaid_again"  # it was paid once more than that
        NOT_PAID = "not_paid"  # it was booked as paid and never left

    id = models.BigAutoField(primary_key=True)
    hold = models.ForeignKey(PayoutHold, models.PROTECT, related_name="+")  # the open question
    attempt = models.ForeignKey(PayoutAttempt, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    borne_by = models.CharField(max_length=8, choices=[("shop", "shop"), ("platform", "platform")])
    operator = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason_id = models.UUIDField()
    reason_sha256 = models.BinaryField()
    at = models.DateTimeField()
    carried_out = models.BooleanField()  # the second of two that agree
    # Which overpayment of the transfer it books, or says came back; null where it confirms what is booked.
    overpayment = models.PositiveSmallIntegerField(null=True)

    class Meta:
        db_table = "payouts_decision"
        constraints = [
            models.UniqueConstraint(fields=["hold"], condition=Q(carried_out=True), name="payouts_question_ends_once"),
            models.CheckConstraint(
                condition=Q(overpayment=None)
                | Q(carried_out=True, overpayment__gt=0, outcome__in=["overpaid", "overpaid_again", "returned"]),
                name="payouts_overpayment_is_found",
            ),
        ]


class PayoutPause(models.Model):
    """A stop of all sending until it is ended, as after a restore, when books and bank may differ."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reason_id = models.UUIDField()
    reason_sha256 = models.BinaryField()
    placed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # null: from the terminal
    placed_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())


class PayoutPauseEnding(models.Model):
    """A pause ended."""

    pause = models.OneToOneField(PayoutPause, models.PROTECT, primary_key=True, related_name="+")
    reason_id = models.UUIDField()
    reason_sha256 = models.BinaryField()
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # null: from the terminal
    ended_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
