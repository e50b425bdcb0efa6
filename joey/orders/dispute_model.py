"""A dispute about an order line, and what keeps it one."""

from django.db import models
from django.db.models import Q

from joey.kit.ids import new_id


class Dispute(models.Model):
    """An order line about which an operator has to decide: its marketplace closed it for a violation, or its shop
    appealed. While one for a violation is open, the line is held (joey/orders/mark_violations.py).

    `text` is the shop's, and may be left out; `answer` the operator's. A shop that appeals while a dispute for a
    violation is open adds its text to that.
    """

    class Cause(models.TextChoices):
        VIOLATION = "violation"  # found by the marketplace: one dispute of each line and reason for good
        APPEAL = "appeal"  # the shop's: one of each line at a time

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    line = models.ForeignKey("orders.OrderLine", models.PROTECT, related_name="+")
    cause = models.CharField(max_length=10, choices=Cause.choices)
    reason = models.CharField(max_length=40, blank=True)  # why the marketplace closed the line; "": it holds it
    opened_at = models.DateTimeField()
    appealed_at = models.DateTimeField(null=True)
    text_id = models.UUIDField(null=True)
    text_sha256 = models.BinaryField(max_length=32, null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=40, blank=True, default="")  # a person's id, or "terminal"
    answer_id = models.UUIDField(null=True)
    answer_sha256 = models.BinaryField(max_length=32, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["line", "reason"], condition=Q(cause="violation"), name="orders_violation_once"
            ),
            models.UniqueConstraint(
                fields=["line"], condition=Q(cause="appeal", closed_at=None), name="orders_one_open_appeal"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by="", answer_id=None)
                | Q(closed_at__isnull=False, answer_id__isnull=False) & ~Q(closed_by=""),
                name="orders_dispute_answered",
            ),
            models.CheckConstraint(
                condition=Q(cause="violation") & ~Q(reason="") | Q(cause="appeal", appealed_at__isnull=False),
                name="orders_dispute_has_a_cause",
            ),
        ]
        indexes = [
            models.Index(fields=["line"], name="orders_dispute_of_line"),
            models.Index(fields=["opened_at"], condition=Q(closed_at=None), name="orders_open_dispute"),
        ]
