"""What happened, one row each, never changed; and the texts that may be erased, to which such rows refer."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from joey.kit.ids import RowId, new_id

# Every order line brings events of these.
KINDS_OF_EACH_LINE = [
    "order_line.reported",
    "order_line.returned",
    "commission.earned",
    "commission.adjusted",
    "commission.settled",
    "commission.confirmed",
]


class Event(models.Model):
    """`kind` happened to `subject_key` ("order_line:0190…"). `facts` are the values that `kinds.py` declares.

    One partition a day, by the day in the id (joey/kit/partitions.py). Never dropped.
    """

    id = models.UUIDField(primary_key=True, db_default=RowId())
    shop_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=48)
    version = models.SmallIntegerField()  # of the kind: which facts it has
    subject_key = models.CharField(max_length=80)
    facts = models.JSONField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["subject_key", "id"], name="record_event_of_subject"),
            # One of a hundred kinds among millions of order lines: for those who look for a kind and for no subject.
            models.Index(fields=["kind"], condition=~Q(kind__in=KINDS_OF_EACH_LINE), name="record_event_of_rare_kind"),
        ]


class EventNumber(models.Model):
    """The place of an event in the order in which transactions committed, given out by `number_events`."""

    number = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)  # of a partitioned table, so no foreign key


class ErasableText(models.Model):
    """A text that rows kept for ever refer to. Erased: content and salt are gone, and the row says since when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop_id = models.UUIDField(null=True)
    salt = models.BinaryField(null=True)
    content = models.BinaryField(null=True)  # UTF-8 where it is text
    kept_at = models.DateTimeField(db_default=Now())
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, salt__isnull=False, content__isnull=False)
                | Q(erased_at__isnull=False, salt__isnull=True, content__isnull=True),
                name="record_text_is_there_or_erased",
            )
        ]
