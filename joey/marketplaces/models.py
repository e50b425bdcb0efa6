"""Marketplaces that exist by being imported, as rows; the others are folders. Accounts that keepers have of their own.
And when an account may be called.
"""

from django.db import models
from django.db.models import Q


class ImportedFeed(models.Model):
    """What the operator allowed one feed (`feed:NAME`): above all, where its links may lead."""

    code = models.CharField(primary_key=True, max_length=64)
    hosts = models.JSONField()  # a list of host names, sorted
    picture_hosts = models.JSONField()
    zone = models.CharField(max_length=64)
    price_hours = models.PositiveIntegerField()

    class Meta:
        db_table = "marketplaces_feed"


class OwnAccount(models.Model):
    """A keeper's own account at a marketplace (own_accounts.py). Removed, it keeps its code and its name there, so that
    its orders can be explained and the same account resumes under the same code.
    """

    code = models.CharField(primary_key=True, max_length=64)  # own:MARKETPLACE:…
    marketplace = models.CharField(max_length=64)
    account = models.CharField(max_length=128)  # the connector's name for it, without any secret
    sealed = models.BinaryField(null=True)  # its credentials, for the key in the file alone; null: destroyed
    key_id = models.CharField(max_length=16)
    connected_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Its orders would be counted twice.
            models.UniqueConstraint(
                fields=["marketplace", "account"], condition=Q(removed_at=None), name="marketplaces_own_once"
            ),
            models.CheckConstraint(
                condition=Q(sealed__isnull=True, removed_at__isnull=False)
                | Q(sealed__isnull=False, removed_at__isnull=True),
                name="marketplaces_own_sealed_or_removed",
            ),
        ]


class CallTurn(models.Model):
    """From when on the next call of one kind may be made with one account (pace.py).

    `kind` is a lane, "bulk" or "people", whose calls follow each other at a rate; or what the marketplace throttles, a
    method or "" for all of them, with what it answered in `words` and how long it was when it was heard. Unlogged: a
    database that crashed has forgotten it.
    """

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=64)
    account = models.CharField(max_length=128)  # the connector's name for our account there
    kind = models.CharField(max_length=100)
    free_at = models.DateTimeField()
    # Of a throttle, past ones too: the next one without a named time is longer.
    wait_seconds = models.FloatField(default=0)
    words = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["marketplace", "account", "kind"], name="marketplaces_one_turn")]
