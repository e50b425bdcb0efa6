"""What marketplaces report: every report as it came, and the order lines that they add up to."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from joey.kit.ids import RowId, new_id
from joey.shops.models import Shop


class Report(models.Model):
    """One report of one order line, whatever it says. Never overwritten; the same report twice is one row.

    A partitioned table: what makes a report the same one is in ReportDigest.
    """

    id = models.UUIDField(primary_key=True, db_default=RowId(), editable=False)
    marketplace = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=[("order", "order"), ("refund", "refund")])
    external_order = models.CharField(max_length=64)
    external_line = models.CharField(max_length=64)
    version = models.CharField(max_length=64)  # the marketplace's own time of change, or the refund case with it
    payload = models.JSONField()
    payload_sha256 = models.BinaryField(max_length=32)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["marketplace", "external_order", "external_line"], name="orders_report_of_line")
        ]


class ReportDigest(models.Model):
    """The SHA-256 of everything that makes a report what it is: each is kept once, on whatever day it is repeated."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    report_id = models.UUIDField()


class OrderLine(models.Model):
    """One line of one order at one marketplace, as its most recent report has it, with the amounts it reports.

    `commission_minor` is what the marketplace says we get for the line (estimated until it settles),
    `service_fee_minor` what it will keep of that, `returned_commission_minor` what it took back after settling
    (net of the fee's own return). A `held` line is kept and estimated, and never confirmed: its most recent report has
    a code that is new to us ("unknown_code"), or says that the marketplace froze the order or sees a risk in it.
    `evidence_*` is the piece of evidence that decided the shop; a line in suspense has all pieces of its most recent
    report in `failed_evidence`, each with its problem or the shop it names.
    """

    class State(models.TextChoices):
        """In the order in which a line goes through them."""

        PLACED = "placed"
        PAID = "paid"
        RECEIVED = "received"
        SETTLED = "settled"
        CLOSED = "closed"
        UNKNOWN = "unknown"  # only codes that are new to us were reported; estimated like a paid one, and held

    class Suspense(models.TextChoices):
        NONE = ""
        UNKNOWN_POSITION = "unknown_position"
        NOT_LEASED_AT_CLICK = "not_leased_at_click"
        NOT_LEASED_AT_ORDER = "not_leased_at_order"
        NO_CLICK_TIME = "no_click_time"
        NO_ORDER_TIME = "no_order_time"
        UNKNOWN_SUB_ID = "unknown_sub_id"
        CONFLICTING_EVIDENCE = "conflicting_evidence"
        NO_EVIDENCE = "no_evidence"

    class Held(models.TextChoices):
        NO = ""
        UNKNOWN_CODE = "unknown_code"
        FROZEN = "frozen"
        RISK = "risk"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    marketplace = models.CharField(max_length=64)
    external_order = models.CharField(max_length=64)
    external_line = models.CharField(max_length=64)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+")
    suspense = models.CharField(max_length=24, choices=Suspense.choices, blank=True, default="")
    failed_evidence = models.JSONField(default=list)  # [{"kind", "key", "at", "problem", "shop"}], while in suspense
    lease_id = models.UUIDField(null=True)
    evidence_kind = models.CharField(max_length=20, blank=True, default="")  # one of sharing.attribute.KINDS
    evidence_key = models.CharField(max_length=120, blank=True, default="")
    evidence_at = models.DateTimeField(null=True)  # the time of the click or order that decided who held the position
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=40, blank=True, default="")
    held = models.CharField(max_length=16, choices=Held.choices, blank=True, default="")
    held_at = models.DateTimeField()  # the time of change of the report that `held` is from
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
    reported_at = models.DateTimeField()  # the marketplace's time of change of the most recent report
    report_digest = models.BinaryField(max_length=32)  # breaks a last tie of two reports, the same way always
    first_seen_at = models.DateTimeField(db_default=Now())
    revision = models.BigIntegerField()  # from one sequence; a follower reads what is newer

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
    """One after-sale case of an order line, as its most recent report has it."""

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=64)
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
    """Which shop an order line belongs to, for ever. A global claim."""

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=64)
    external_order = models.CharField(max_length=64)
    external_line = models.CharField(max_length=64)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["marketplace", "external_order", "external_line"], name="orders_claim_once")
        ]


class SyncCursor(models.Model):
    """Up to when one question has been answered for one account at a marketplace, without a gap."""

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=64)
    account = models.CharField(max_length=128)  # the connector's name for our account there
    question = models.CharField(max_length=40)
    read_until = models.DateTimeField()
    rescanned_on = models.DateField(null=True)  # the marketplace's day on which older days were last asked again
    last_success_at = models.DateTimeField(null=True)
    trouble = models.TextField(blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["marketplace", "account", "question"], name="orders_one_cursor")]
