"""Links, clicks, outbound clicks, positions and their leases: how an order finds its shop."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from joey.kit.ids import new_id
from joey.shops.models import Listing, Shop


class Position(models.Model):
    """A place at a marketplace (ad zone, pid, tag, tracking id) that its order reports name."""

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=64)
    key = models.CharField(max_length=80)
    registered_at = models.DateTimeField(db_default=Now())
    free_from = models.DateTimeField(null=True, db_default=Now())  # null while leased; else not leased before this

    class Meta:
        constraints = [models.UniqueConstraint(fields=["marketplace", "key"], name="sharing_position_once")]


class PositionLease(models.Model):
    """One shop's time on one position. An order belongs to the lease that covers its reported click or order time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    marketplace = models.CharField(max_length=64)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    leased_from = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # no new links on it from here
    until = models.DateTimeField(null=True)  # window and refund time are over: the position may serve another shop
    last_used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["position"], condition=Q(until__isnull=True), name="sharing_one_open_lease"
            ),
            models.UniqueConstraint(
                fields=["shop", "marketplace"], condition=Q(ended_at__isnull=True), name="sharing_one_lease_per_shop"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("leased_from")), name="sharing_lease_forwards"
            ),
        ]


class Link(models.Model):
    """A share link of one shop: /l/<code>. Channel "shop" is the listing's own link inside its shop."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=16, unique=True)  # a global claim
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    listing = models.ForeignKey(Listing, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=16)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "listing", "channel"], name="sharing_link_per_channel")]


class TrackedUrl(models.Model):
    """A marketplace's tracked address of a listing, on a lease, with the code of a link as its sub-id, or both."""

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    listing = models.ForeignKey(Listing, models.CASCADE, related_name="+")
    lease = models.ForeignKey(PositionLease, models.CASCADE, null=True, related_name="+")
    sub_id = models.CharField(max_length=64, blank=True, default="")  # "": the address serves every link of the listing
    url = models.URLField(max_length=2000)
    copy_code = models.CharField(max_length=300, blank=True, default="")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "listing", "lease", "sub_id"], name="sharing_tracked_once"),
            models.UniqueConstraint(
                fields=["shop", "listing", "sub_id"],
                condition=Q(lease__isnull=True),
                name="sharing_tracked_once_by_sub_id",
            ),
            models.CheckConstraint(
                condition=Q(lease__isnull=False) | ~Q(sub_id=""), name="sharing_tracked_by_something"
            ),
        ]


class Click(models.Model):
    """A link was opened, by a person or a program. Append-only; clicks never pay, only reported orders do."""

    class Visitor(models.TextChoices):
        PERSON = "person"
        PREVIEW = "preview"  # a messenger fetching a card
        PREFETCH = "prefetch"
        ROBOT = "robot"
        EMBEDDED = "embedded"  # opened inside a frame or as an image: no person tapped

    id = models.UUIDField(primary_key=True, editable=False)
    shop_id = models.UUIDField()
    link_id = models.UUIDField()
    listing_id = models.UUIDField()
    at = models.DateTimeField(db_default=Now())
    visitor_key = models.BinaryField(max_length=16)  # keyed by a salt of the day: "the same browser today", no more
    visitor = models.CharField(max_length=10, choices=Visitor.choices)
    referrer_host = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["link_id", "id"], name="sharing_click_of_link"),
            models.Index(fields=["shop_id", "id"], name="sharing_click_of_shop"),
        ]


class OutboundClick(models.Model):
    """A visitor went on to the marketplace. Append-only; in the partition of its click's day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    click_id = models.UUIDField()
    shop_id = models.UUIDField()
    at = models.DateTimeField(db_default=Now())
    marketplace = models.CharField(max_length=64)
    lease_id = models.UUIDField(null=True)  # null: no position was free, or the link's code went along as a sub-id
