"""What happened, one row each, never changed. The trace reads it; later the public log is made from it."""

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    """`kind` happened to `subject_key` ("order_line:0190…"). `facts` are values of that moment, no personal data."""

    id = models.BigAutoField(primary_key=True)
    shop_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=48)
    subject_key = models.CharField(max_length=80)
    facts = models.JSONField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["subject_key", "id"], name="record_event_of_subject")]
