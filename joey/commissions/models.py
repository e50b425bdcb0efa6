"""What an order line earned for its shop, frozen with the plan of that moment; holds are rows beside it."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from joey.kit.ids import new_id
from joey.orders.models import OrderLine
from joey.shops.models import Shop


class PlanVersion(models.Model):
    """A version of the flat plan: how much of the base the shopkeeper gets, and how long it waits."""

    id = models.BigAutoField(primary_key=True)
    shopkeeper_ppm = models.IntegerField()
    platform_ppm = models.IntegerField()
    waiting_days = models.IntegerField()
    from_at = models.DateTimeField()

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
    """One line's commission. The three parts are what the ledger holds for it now; they sum to the base."""

    class State(models.TextChoices):
        EARNED = "earned"  # pending: waiting for settlement, days, or a hold to end
        CONFIRMED = "confirmed"  # available for payout

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    order_line = models.OneToOneField(OrderLine, models.PROTECT, related_name="+")
    marketplace = models.CharField(max_length=64)
    plan = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+")
    rate_ppm = models.IntegerField()  # the marketplace's rate when it was first reported
    currency = models.CharField(max_length=3)
    base_minor = models.BigIntegerField()  # net of the marketplace's own service fee and of returns
    amount_minor = models.BigIntegerField()  # the shopkeeper's part
    platform_minor = models.BigIntegerField()
    rounding_minor = models.BigIntegerField()
    settled = models.BooleanField(default=False)  # the marketplace owes it (receivable), no longer only expected
    state = models.CharField(max_length=10, choices=State.choices)
    payable_on = models.DateField(null=True)  # in the marketplace's zone; an estimate until settled
    earned_revision = models.BigIntegerField()  # the order line's revision this row answers to
    earned_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(base_minor=F("amount_minor") + F("platform_minor") + F("rounding_minor"))
                & Q(amount_minor__gte=0, platform_minor__gte=0, rounding_minor__gte=0),
                name="commissions_parts_make_the_base",
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "-earned_at"], name="commissions_of_shop"),
            models.Index(fields=["payable_on"], condition=Q(state="earned", settled=True), name="commissions_waiting"),
        ]


class CommissionHold(models.Model):
    """A block with a reason, of this commission only. It is over when `released_at` is set.

    The reason is kept apart, where it can be erased (record/kept_texts.py).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    commission = models.ForeignKey(Commission, models.PROTECT, related_name="+")
    reason_id = models.UUIDField()
    reason_sha256 = models.BinaryField()
    placed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["commission"], condition=Q(released_at__isnull=True), name="commissions_held_now")
        ]


class EarnCursor(models.Model):
    """Up to which order line revision a marketplace's lines have been turned into commissions.

    Revisions of a marketplace are given out under its advisory lock, so a reader that sees one sees all smaller ones.
    """

    marketplace = models.CharField(max_length=64, primary_key=True)
    revision = models.BigIntegerField(default=0)
