"""Answers to writes that carry an Idempotency-Key, the rate limiter's windows, the security log, and the list of
partitioned tables.
"""

from django.db import models
from django.db.models.functions import Now

from joey.kit.ids import RowId


class IdempotentAnswer(models.Model):
    """One write by one person on one route under one key: what was asked and what was answered.

    `status` is null while a write that calls the outside world is in progress: then `claim` says which request runs
    it, and `claimed_until` when another one may take over. `body` is null (not JSON's null) once it was erased.
    """

    principal = models.CharField(max_length=64)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    request_sha256 = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    claim = models.UUIDField(null=True, unique=True)
    claimed_until = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal", "route", "key"], name="kit_one_answer_per_key")]


class RateWindow(models.Model):
    """The open window of one limit and one key: how many hits it has taken and when it ends (rate_limit.py)."""

    digest = models.BinaryField(max_length=32, primary_key=True)  # of the limit's name and the key, never the key
    hits = models.PositiveIntegerField()
    ends_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["ends_at"], name="kit_rate_window_over")]


class SecurityEvent(models.Model):
    """One event of the security log (security_log.py). It stays as it is, and is deleted when its time is over."""

    id = models.UUIDField(primary_key=True, db_default=RowId())
    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=48)
    person_id = models.UUIDField(null=True)
    about = models.CharField(max_length=80)
    caller = models.CharField(max_length=45)
    request_id = models.CharField(max_length=64)
    facts = models.JSONField()
    once = models.CharField(max_length=120, null=True, unique=True)  # noqa: DJ001 (two empty ones clash)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "id"], name="kit_security_of_kind"),
            models.Index(fields=["person_id", "id"], name="kit_security_of_person"),
            models.Index(fields=["about", "id"], name="kit_security_about"),
            models.Index(fields=["caller", "id"], name="kit_security_of_caller"),
            models.Index(fields=["request_id"], name="kit_security_of_request"),
        ]


class Partitioned(models.Model):
    """A table with a partition a day. Written by migrations only; `key` is the UUIDv7 column that holds the day."""

    name = models.CharField(max_length=48, primary_key=True)
    key = models.CharField(max_length=48)
    droppable = models.BooleanField()  # whether its old days may be dropped
