"""Marketplaces that exist by being imported, as rows; the others are folders."""

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
