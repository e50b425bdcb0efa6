"""What marketplaces report: every report as it came (report), and the order line it adds up to."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from joey.kit.ids import new_id
from joey.shops.models import Shop


class Report(models.Model):
    """One report of one order line, whatever it said. Never overwritten; the same report twice is one row."""

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=16)
    kind = models.CharField(max_length=8, choices=[("order", "order"), ("refund", "refund")])
    external_order = models.CharField(max_length=64)
    external_line = models.CharField(max_length=64)
    version = models.CharField(max_length=64)  # the marketplace's own time of change, or the refund case with it
    payload = models.JSONField()
    payload_sha256 = models.BinaryField(max_length=32)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["marketplace", "kind", "external_order", "external_line", "version", "payload_sha256"],
                name="orders_report_once",
            )
        ]


class OrderLine(models.Model):
    """One line of one order at one marketplace, as its newest report has it. Money is the marketplace's word.

    `commission_minor` is what the marketplace says we get for the line (estimated until it settles),
    `service_fee_minor` what it will keep of that, `returned_commission_minor` what it took back after settling
    (net of the fee's own return).
    """

    class State(models.TextChoices):
        """In the order in which a line goes through them."""

        PLACED = "placed"
        PAID = "paid"
        RECEIVED = "received"
        SETTLED = "settled"
        CLOSED = "closed"

    class Suspense(models.TextChoices):
        NONE = ""
        UNKNOWN_POSITION = "unknown_position"
        NOT_LEASED = "not_leased_at_click"
        NO_CLICK_TIME = "no_click_time"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    marketplace = models.CharField(max_length=16)
    external_order = models.CharField(max_length=64)
    external_line = models.CharField(max_length=64)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+")
    suspense = models.CharField(max_length=20, choices=Suspense.choices, blank=True, default="")
    lease_id = models.UUIDField(null=True)
    position_key = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=40, blank=True, default="")
    title = models.CharField(max_length=300, blank=True)
    external_item = models.CharField(max_length=120, blank=True)
    quantity = models.IntegerField()
    currency = models.CharField(max_length=3)
    paid_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField()
    service_fee_minor = models.BigIntegerField()
    returned_paid_minor = models.BigIntegerField(default=0)
    returned_commission_minor = models.BigIntegerField(default=0)
    rate_ppm = models.IntegerField()
    clicked_at = models.DateTimeField(null=True)
    placed_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField()  # the marketplace's time of change of the newest report taken in
    report_digest = models.BinaryField(max_length=32)  # breaks a last tie of two reports, the same way always
    first_seen_at = models.DateTimeField(db_default=Now())
    revision = models.BigIntegerField()  # from one sequence: whoever follows reads what is newer

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["marketplace", "external_order", "external_line"], name="orders_line_once"),
            models.CheckConstraint(
                condition=Q(paid_minor__gte=0)
                & Q(commission_minor__gte=0)
                & Q(service_fee_minor__gte=0)
                & Q(returned_paid_minor__gte=0)
                & Q(returned_commission_minor__gte=0)
                & Q(quantity__gte=0),
                name="orders_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=(Q(shop__isnull=True) & ~Q(suspense="")) | (Q(shop__isnull=False) & Q(suspense="")),
                name="orders_shop_or_suspense",
            ),
        ]
        indexes = [
            models.Index(fields=["marketplace", "revision"], name="orders_line_by_revision"),
            models.Index(fields=["shop", "-first_seen_at"], name="orders_line_of_shop"),
            models.Index(fields=["suspense"], condition=~Q(suspense=""), name="orders_in_suspense"),
        ]


class RefundCase(models.Model):
    """One after-sale case of an order line, as its newest report has it."""

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=16)
    case_id = models.CharField(max_length=64)
    external_order = models.CharField(max_length=64)
    external_line = models.CharField(max_length=64)
    counts = models.BooleanField()  # whether the marketplace takes commission back for it now
    refund_minor = models.BigIntegerField()
    commission_back_minor = models.BigIntegerField()
    reported_at = models.DateTimeField()
    report_digest = models.BinaryField(max_length=32, default=b"")  # breaks a tie of two reports of one moment

    class Meta:
        constraints = [models.UniqueConstraint(fields=["marketplace", "case_id"], name="orders_refund_case_once")]
        indexes = [models.Index(fields=["marketplace", "external_order", "external_line"], name="orders_case_of_line")]


class OrderClaim(models.Model):
    """Which shop an order line belongs to: one line, one shop, for ever. A global claim."""

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=16)
    external_order = models.CharField(max_length=64)
    external_line = models.CharField(max_length=64)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["marketplace", "external_order", "external_line"], name="orders_claim_once")
        ]


class SyncCursor(models.Model):
    """Up to when a marketplace's reports of one kind have been read without a gap."""

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=16)
    kind = models.CharField(max_length=8)
    read_until = models.DateTimeField()
    last_success_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["marketplace", "kind"], name="orders_one_cursor")]
