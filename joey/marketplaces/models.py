"""Marketplaces that exist by being imported, as rows; the others are folders. And when an account may be called."""

from django.db import models


class ImportedFeed(models.Model):
    """What the operator allowed one feed (`feed:NAME`): above all, where its links may lead."""

    code = models.CharField(primary_key=True, max_length=64)
    hosts = models.JSONField()  # a list of host names, sorted
    picture_hosts = models.JSONField()
    zone = models.CharField(max_length=64)
    price_hours = models.PositiveIntegerField()

    class Meta:
        db_table = "marketplaces_feed"


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
