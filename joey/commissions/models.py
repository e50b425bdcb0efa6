"""What an order line earned for its shop, each change of it, and what keeps it from being booked or paid."""

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now

from joey.kit.ids import new_id
from joey.orders.models import OrderLine
from joey.people.models import Person
from joey.shops.models import Shop


class PlanVersion(models.Model):
    """A version of the flat plan: how much of the base the shopkeeper gets, and how long it waits. Append-only."""

    id = models.BigAutoField(primary_key=True)
    shopkeeper_ppm = models.IntegerField()
    platform_ppm = models.IntegerField()
    waiting_days = models.IntegerField()
    from_at = models.DateTimeField()
    # The operator; null: the first one, which comes with Joey.
    published_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(shopkeeper_ppm__gte=0, platform_ppm__gte=0)
                & Q(shopkeeper_ppm=1_000_000 - F("platform_ppm")),
                name="commissions_plan_shares_all",
            ),
            models.CheckConstraint(condition=Q(waiting_days__range=(0, 90)), name="commissions_plan_waits_days"),
        ]


class Commission(models.Model):
    """One line's commission as its last revision left it: what the ledger holds for the line now.

    The shop's part is pending, held (was available, blocked) and released (made available, however much of it was paid
    out since). What the marketplace takes beyond what the line gave is `penalty_minor`, and then there is no base.
    """

    class State(models.TextChoices):
        EARNED = "earned"  # some of it waits: for settlement, days, or a hold to end
        CONFIRMED = "confirmed"  # all of it is available for payout

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    order_line = models.OneToOneField(OrderLine, models.PROTECT, related_name="+")
    marketplace = models.CharField(max_length=64)
    plan = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+")
    plan_moment = models.DateTimeField()  # when this version had to be in force, fixed at the first booking
    plan_moment_kind = models.CharField(max_length=8)  # which of the reported times that is: "clicked", "placed" …
    rate_ppm = models.IntegerField(null=True)  # the marketplace's rate in the first report, if that has one
    # What the offer showed at `plan_moment`, if that is the click or the order; null where the catalogue does not know.
    shown_rate_ppm = models.IntegerField(null=True)
    shown_offer_id = models.UUIDField(null=True)
    currency = models.CharField(max_length=3)
    base_minor = models.BigIntegerField()  # net of the marketplace's own service fee and of returns; never below zero
    penalty_minor = models.BigIntegerField(default=0)
    amount_minor = models.BigIntegerField()  # the shopkeeper's part
    pending_minor = models.BigIntegerField()
    held_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0)
    platform_minor = models.BigIntegerField()
    platform_released_minor = models.BigIntegerField(default=0)  # of platform_minor, what is revenue
    rounding_minor = models.BigIntegerField()
    settled = models.BooleanField(default=False)  # the marketplace owes it now (receivable); it is not only expected
    restarted = models.BooleanField(default=False)  # was closed or un-settled once: settled again, it waits again
    # Of what is pending, in the marketplace's zone; an estimate until settled.
    payable_on = models.DateField(null=True)
    # What the marketplace took back for the line in other currencies, of which the shop's part is booked: {"USD": 2}.
    elsewhere = models.JSONField(default=dict)
    holds_of_all = models.IntegerField(default=0)  # open holds of the whole amount
    hold_minor = models.BigIntegerField(default=0)  # the sum of the open holds of a part
    revision = models.IntegerField(default=1)  # of this commission: one for each row of commissions_revision
    line_revision = models.BigIntegerField()  # the order line's revision that this row answers to
    earned_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)  # when some of it last became available
    state = models.GeneratedField(
        expression=Case(
            When(Q(pending_minor=0, held_minor=0, released_minor__gt=0), then=Value("confirmed")),
            default=Value("earned"),
        ),
        output_field=models.CharField(max_length=10, choices=State.choices),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(base_minor=F("amount_minor") + F("platform_minor") + F("rounding_minor"))
                & Q(amount_minor__gte=0, platform_minor__gte=0, rounding_minor__gte=0),
                name="commissions_parts_make_the_base",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor=F("pending_minor") + F("held_minor") + F("released_minor"))
                & Q(pending_minor__gte=0, held_minor__gte=0, released_minor__gte=0)
                & Q(platform_released_minor__gte=0, platform_minor__gte=F("platform_released_minor")),
                name="commissions_where_the_parts_are",
            ),
            models.CheckConstraint(
                condition=Q(penalty_minor=0) | Q(penalty_minor__gt=0, base_minor=0),
                name="commissions_base_or_penalty",
            ),
            models.CheckConstraint(
                condition=Q(shown_rate_ppm__isnull=True, shown_offer_id__isnull=True)
                | Q(
                    shown_rate_ppm__isnull=False,
                    shown_rate_ppm__range=(0, 1_000_000),
                    shown_offer_id__isnull=False,
                    plan_moment_kind__in=("clicked", "placed"),
                ),
                name="commissions_shown_by_an_offer",
            ),
            models.CheckConstraint(
                condition=Q(settled=True) | Q(held_minor=0, released_minor=0, platform_released_minor=0),
                name="commissions_unsettled_is_pending",
            ),
            models.CheckConstraint(
                condition=Q(holds_of_all__gte=0, hold_minor__gte=0), name="commissions_holds_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "-earned_at"], name="commissions_of_shop"),
            models.Index(
                fields=["marketplace", "payable_on"],
                condition=Q(settled=True)
                & (Q(pending_minor__gt=0) | Q(platform_minor__gt=F("platform_released_minor"))),
                name="commissions_waiting",
            ),
            models.Index(
                fields=["id"],
                condition=Q(held_minor__gt=0) | Q(holds_of_all__gt=0) | Q(hold_minor__gt=0),
                name="commissions_with_holds",
            ),
        ]


class Revision(models.Model):
    """One change of a commission: what the line said, what followed from it, and why. Append-only.

    `number` counts from one without a gap; the journals of the change refer to commission and number.
    """

    pk = models.CompositePrimaryKey("commission_id", "number")
    commission_id = models.UUIDField()
    number = models.IntegerField()
    because = models.CharField(max_length=24)  # the kind of its event, or "noted": write_changes.py
    line_revision = models.BigIntegerField()
    line_state = models.CharField(max_length=10)
    line_held = models.CharField(max_length=16, blank=True)
    line_unread = models.BooleanField(db_default=False)  # a newer report of it could not be read
    line_unclear_refund = models.BooleanField(db_default=False)  # several lines had the name that its refund says
    line_frozen = models.BooleanField(db_default=False)  # the marketplace kept the commission of its trade back
    line_export_differs = models.BooleanField(db_default=False)  # a later export said something else of it
    line_violation = models.BooleanField(db_default=False)  # a violation that no operator had decided about
    line_causes = models.JSONField(default=list)  # why its reports held it: orders/hold_causes.py
    given_minor = models.BigIntegerField()  # what the marketplace said it gives for the line
    fee_minor = models.BigIntegerField()
    back_minor = models.BigIntegerField()  # what it took back after settlement
    quantity = models.IntegerField()
    buyer_paid_minor = models.BigIntegerField()
    buyer_refunded_minor = models.BigIntegerField()
    protected_minor = models.BigIntegerField()  # price protection, before settlement and after
    changed_at = models.DateTimeField()  # the marketplace's time of the change
    settled_at = models.DateTimeField(null=True)
    base_minor = models.BigIntegerField()
    penalty_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    pending_minor = models.BigIntegerField()
    held_minor = models.BigIntegerField()
    released_minor = models.BigIntegerField()
    platform_minor = models.BigIntegerField()
    platform_released_minor = models.BigIntegerField()
    rounding_minor = models.BigIntegerField()
    settled = models.BooleanField()
    payable_on = models.DateField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())  # the moment of the run
    # After the lock of the commission, so in the order of locks. The app's role cannot say another time.
    booked_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "commissions_revision"


class Hold(models.Model):
    """A block of one commission, or of an amount of it, with class and reason. Append-only; HoldClosing ends it.

    A person's reason is kept apart, where it can be erased (record/kept_texts.py); a hold of a report
    or of quarantine has none but its class.
    """

    class Class(models.TextChoices):
        UNKNOWN_CODE = "unknown_code"
        REFUNDS_UNREAD = "refunds_unread"  # no report that is asked for would bring a refund of it
        FROZEN = "frozen"  # by the marketplace
        RISK = "risk"
        CONTRADICTION = "contradiction"
        CURRENCY = "currency"  # reported in another currency than before
        UNREADABLE = "unreadable"  # a report newer than what its line shows cannot be read
        UNCLEAR_REFUND = "unclear_refund"  # several lines have the name that a refund report says
        EXPORT_DIFFERS = "export_differs"  # an export that was made later says something else
        VIOLATION = "violation"  # the marketplace found one; its dispute is open
        QUARANTINE = "quarantine"  # its line cannot be booked at its newest report
        REVIEW = "review"  # an operator looks into it

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    commission = models.ForeignKey(Commission, models.PROTECT, related_name="+")
    hold_class = models.CharField(max_length=16, choices=Class.choices)
    amount_minor = models.BigIntegerField(null=True)  # null: all of it
    reason_id = models.UUIDField(null=True)
    reason_sha256 = models.BinaryField(null=True)
    opened_by = models.CharField(max_length=40)  # a person's id, "terminal", "report" or "quarantine"
    opened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())  # after the lock of the commission, so in the order of locks

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__isnull=True) | Q(amount_minor__gt=0), name="commissions_hold_of_something"
            ),
            models.CheckConstraint(
                condition=Q(reason_id__isnull=False) | Q(opened_by="report") | Q(opened_by="quarantine"),
                name="commissions_hold_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["commission"], name="commissions_hold_of")]


class HoldClosing(models.Model):
    """The end of a hold. Append-only."""

    hold = models.OneToOneField(Hold, models.PROTECT, primary_key=True, related_name="+")
    reason_id = models.UUIDField(null=True)
    reason_sha256 = models.BinaryField(null=True)
    closed_by = models.CharField(max_length=40)
    closed_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())


class QuarantinedLine(models.Model):
    """An order line that cannot be booked, and why; the events of the line keep when that began and ended.

    It is tried again when its line is reported again, and by an operator (`retry_quarantined`).
    """

    line = models.OneToOneField(OrderLine, models.PROTECT, primary_key=True, related_name="+")
    marketplace = models.CharField(max_length=64)
    revision = models.BigIntegerField()  # the line's revision that could not be booked
    reason = models.CharField(max_length=24)  # a code of joey.commissions.quarantine
    detail = models.CharField(max_length=200, blank=True)  # what the database said
    since = models.DateTimeField()


class EarnCursor(models.Model):
    """Up to which order line revision a marketplace's lines have been turned into commissions.

    Revisions of a marketplace are given out under its advisory lock, so a reader that sees one sees all smaller ones.
    """

    marketplace = models.CharField(max_length=64, primary_key=True)
    revision = models.BigIntegerField(default=0)
    caught_up_at = models.DateTimeField(null=True)  # when it last had nothing left to read
