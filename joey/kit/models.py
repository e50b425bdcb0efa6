"""Answers to writes that carry an Idempotency-Key, the rate limiter's windows, and the list of partitioned tables."""

from django.db import models
from django.db.models.functions import Now


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


class Partitioned(models.Model):
    """A table with a partition a day. Written by migrations only; `key` is the UUIDv7 column that holds the day."""

    name = models.CharField(max_length=48, primary_key=True)
    key = models.CharField(max_length=48)
    droppable = models.BooleanField()  # whether its old days may be dropped
