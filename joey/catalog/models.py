"""What marketplaces sell, as they show it, and what it cost over time."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from joey.catalog.feeds.models import FeedAddress
from joey.catalog.same_item.models import Alike, SameCount, SameCursor, SameKey, SameToken
from joey.catalog.search.models import AskedSearch
from joey.kit.ids import new_id

__all__ = [
    "Alike", "AskedSearch", "FeedAddress", "Offer", "PricePoint", "SameCount", "SameCursor", "SameKey", "SameToken",
]  # fmt: skip


class Offer(models.Model):
    """One item as one marketplace sells it. Its id there may rotate; `identity` stays the same."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    marketplace = models.CharField(max_length=64)
    identity = models.CharField(max_length=200)
    external_id = models.CharField(max_length=120)
    former_ids = ArrayField(models.CharField(max_length=120), default=list)
    title = models.CharField(max_length=300)  # as the marketplace shows it
    translations = models.JSONField(default=dict)  # {"en": "…", "zh-hans": "…"} where the source gives one
    brand = models.CharField(max_length=80, blank=True, default="")
    model = models.CharField(max_length=80, blank=True, default="")  # the maker's model number
    gtin = models.CharField(max_length=14, blank=True, default="")  # GTIN-14 with a correct check digit, or ""
    category = models.CharField(max_length=60, blank=True)
    seller = models.CharField(max_length=120, blank=True)
    seller_kind = models.CharField(max_length=40, blank=True)
    ships_from = models.CharField(max_length=120, blank=True)
    url = models.URLField(max_length=1000)
    picture_urls = ArrayField(models.CharField(max_length=1000), default=list)
    currency = models.CharField(max_length=3)
    list_minor = models.BigIntegerField(null=True)
    now_minor = models.BigIntegerField(null=True)  # null: price unknown, kept but not listable
    coupon_minor = models.BigIntegerField(null=True)  # what it costs with the coupon
    coupon_until = models.DateTimeField(null=True)
    commission_ppm = models.IntegerField(default=0)
    # Every rate that it showed and since when, the oldest first: joey/catalog/rate_history.py.
    rates_ppm = ArrayField(models.IntegerField(), default=list)
    rates_since = ArrayField(models.DateTimeField(), default=list)
    volume = models.BigIntegerField(null=True)
    in_stock = models.BooleanField(default=True)
    withdrawn_at = models.DateTimeField(null=True)  # the marketplace no longer sells it
    looked_at = models.DateTimeField(null=True)  # when it was last asked for and not found
    as_of = models.DateTimeField()  # when this was read from the marketplace
    expires_at = models.DateTimeField()  # after this the price is not shown
    seq = models.BigIntegerField(default=0)  # grows with each change; followers read what is newer

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["marketplace", "identity"], name="catalog_offer_once"),
            models.CheckConstraint(
                condition=(Q(now_minor__isnull=True) | Q(now_minor__gt=0))
                & (Q(list_minor__isnull=True) | Q(list_minor__gt=0))
                & (Q(coupon_minor__isnull=True) | Q(coupon_minor__gt=0)),
                name="catalog_prices_above_zero",
            ),
            models.CheckConstraint(
                condition=Q(commission_ppm__gte=0) & Q(commission_ppm__lte=1_000_000), name="catalog_rate_in_bounds"
            ),
        ]
        indexes = [
            models.Index(fields=["marketplace", "external_id"], name="catalog_offer_by_id"),
            models.Index(fields=["expires_at"], name="catalog_offer_by_expiry"),
            models.Index(fields=["marketplace", "seq"], name="catalog_offer_followed"),
        ]


class PricePoint(models.Model):
    """What an offer cost (with its coupon) from a moment on. Append-only."""

    id = models.BigAutoField(primary_key=True)
    offer = models.ForeignKey(Offer, models.DO_NOTHING, related_name="+")
    at = models.DateTimeField()
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "at"], name="catalog_one_price_at_a_time"),
            models.CheckConstraint(condition=Q(price_minor__gt=0), name="catalog_point_above_zero"),
        ]
