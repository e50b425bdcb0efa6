"""A list of goods at an address: where it is, when it is asked, and what came of it last."""

from django.db import models
from django.db.models import Q


class FeedAddress(models.Model):
    """The address of one imported feed. It may hold a secret, so it is sealed, and only its host is shown."""

    marketplace = models.CharField(primary_key=True, max_length=64)  # "feed:tea"
    sealed = models.BinaryField()
    key_id = models.CharField(max_length=16)
    host = models.CharField(max_length=255)
    mapping = models.CharField(max_length=1000, blank=True, default="")  # a file, or the name of one that comes along
    every_hours = models.PositiveSmallIntegerField()
    at = models.TimeField(null=True)  # in the zone of the pages; without it, `every_hours` after the last time
    is_complete = models.BooleanField()  # goods that the list lacks are withdrawn
    added_at = models.DateTimeField()
    next_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)  # it lacks too many goods, and waits for an operator
    missing = models.IntegerField(null=True)  # of `live` goods, so many are not in the list that is held
    live = models.IntegerField(null=True)
    may_shrink = models.BooleanField(default=False)  # an operator looked: the next list counts, however short
    asked_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=20, blank=True, default="")  # "200", "304", "404", or "none"
    bytes = models.BigIntegerField(null=True)
    trouble = models.TextField(blank=True, default="")  # why the last time failed, as kit/sentences.py keeps it
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)
    imported_at = models.DateTimeField(null=True)
    imported_digest = models.CharField(max_length=64, blank=True, default="")  # of the list and of its mapping
    confirmed_at = models.DateTimeField(null=True)  # until when the offers of that import were said to be so
    taken = models.IntegerField(null=True)
    refused = models.IntegerField(null=True)
    changed = models.IntegerField(null=True)
    withdrawn = models.IntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(every_hours__in=(1, 2, 3, 4, 6, 8, 12, 24)), name="catalog_feed_divides_a_day"
            )
        ]
        indexes = [models.Index(fields=["next_at"], name="catalog_feed_by_time")]
