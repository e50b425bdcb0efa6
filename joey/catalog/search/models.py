"""What was asked at marketplaces, so that the same words are asked once and not for each visitor."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from joey.kit.ids import new_id


class AskedSearch(models.Model):
    """One page of a search at a marketplace: when it was asked last, and what it named or what went wrong.

    Not answered and not in trouble: a process is asking just now. `offer_ids` are those of the last answer that came.
    """

    class Trouble(models.TextChoices):
        LATE = "late"  # it has not answered in time; its answer may still come
        UNAVAILABLE = "unavailable"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    marketplace = models.CharField(max_length=64)  # the connector's code
    words = models.CharField(max_length=100, blank=True)  # as the marketplace was asked for them
    category = models.CharField(max_length=60, blank=True)
    sort = models.CharField(max_length=16)
    page = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    hits = models.PositiveIntegerField(default=0)  # that the marketplace named
    without_id = models.PositiveIntegerField(default=0)  # of them, without an id or a link
    offer_ids = ArrayField(models.UUIDField(), default=list)
    trouble = models.CharField(max_length=12, choices=Trouble, blank=True, default="")
    rest_until = models.DateTimeField(null=True)  # these words are not asked before; for more see `asker`
    # The person whose words met the trouble, and who asks nothing there before; once a second person met one, no one
    # does. Null for a trouble that is the marketplace's whatever the words: no one asks. A refusal is of words only.
    asker = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["marketplace", "words", "category", "sort", "page"], name="catalog_search_asked_once"
            ),
            models.CheckConstraint(
                condition=(Q(trouble="") & Q(rest_until=None)) | (~Q(trouble="") & Q(rest_until__isnull=False)),
                name="catalog_trouble_is_rested_from",
            ),
        ]
        indexes = [
            models.Index(
                fields=["marketplace", "rest_until"],
                name="catalog_marketplace_rests",
                condition=Q(rest_until__isnull=False),
            ),
            models.Index(fields=["asked_at"], name="catalog_search_forgotten"),
        ]
