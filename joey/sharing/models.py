"""Links, clicks, outbound clicks, positions and their leases: how an order finds its shop."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from joey.kit.ids import new_id
from joey.shops.models import Listing, Shop


class Position(models.Model):
    """A place at a marketplace (ad zone, pid, tag, tracking id) that its order reports name. Its key never changes."""

    id = models.BigAutoField(primary_key=True)
    marketplace = models.CharField(max_length=64)
    key = models.CharField(max_length=80)
    registered_at = models.DateTimeField(db_default=Now())
    # Null while leased. Else no shop gets it before this: window and refund time after its last reported use.
    free_from = models.DateTimeField(null=True, db_default=Now())
    was_leased = models.BooleanField(default=False, db_default=False)  # one that never was is taken first
    refused_at = models.DateTimeField(null=True)  # since when the marketplace links no item on it
    withdrawn_at = models.DateTimeField(null=True)  # no shop gets it any more

    class Meta:
        constraints = [models.UniqueConstraint(fields=["marketplace", "key"], name="sharing_position_once")]
        indexes = [
            models.Index(
                fields=["marketplace", "was_leased", "free_from", "id"],
                condition=Q(free_from__isnull=False),
                name="sharing_free_positions",
            )
        ]


class PositionLease(models.Model):
    """One shop's time on one position. An order belongs to the lease that covers its reported click or order time.

    Shop, position and beginning never change: the app role may only end and prolong a lease, and the database writes
    a LeaseChange at each of these.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    marketplace = models.CharField(max_length=64)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    leased_from = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # no new links on it from here
    until = models.DateTimeField(null=True)  # window and refund time are over: the position may serve another shop
    last_used_at = models.DateTimeField()
    # Another shop had the position before, and what it shared may still sell: see attribute.py.
    is_reuse = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["position"], condition=Q(ended_at__isnull=True), name="sharing_one_open_lease"
            ),
            models.UniqueConstraint(
                fields=["shop", "marketplace"], condition=Q(ended_at__isnull=True), name="sharing_one_lease_per_shop"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("leased_from")), name="sharing_lease_forwards"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended_at__isnull=True)
                | Q(until__isnull=False, ended_at__isnull=False, until__gte=F("ended_at")),
                name="sharing_ended_lease_rests",
            ),
        ]


class LeaseChange(models.Model):
    """The opening of a lease, and each change of its end. Append-only, written by the database itself."""

    id = models.BigAutoField(primary_key=True)
    lease = models.ForeignKey(PositionLease, models.PROTECT, related_name="+")
    position = models.ForeignKey(Position, models.PROTECT, related_name="+")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    leased_from = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(db_default=Now())


class Link(models.Model):
    """A share link of one shop: /l/<code>. Channel "shop" is the listing's own link inside its shop.

    Append-only: a code that was shared, or went along as a sub-id, names this shop for ever.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=16, unique=True)  # a global claim
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    listing = models.ForeignKey(Listing, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=16)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "listing", "channel"], name="sharing_link_per_channel")]


class TrackedUrl(models.Model):
    """A marketplace's tracked address of a listing, on a lease, with the code of a link as its sub-id, or both.

    Append-only: it is the evidence that a lease had a link to an item, and since when.
    """

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    listing = models.ForeignKey(Listing, models.CASCADE, related_name="+")
    lease = models.ForeignKey(PositionLease, models.CASCADE, null=True, related_name="+")
    sub_id = models.CharField(max_length=64, blank=True, default="")  # "": the address serves every link of the listing
    # What the address was asked for: the item's id on that day, and its title as the marketplace shows it.
    item = models.CharField(max_length=120, blank=True, default="")
    title = models.CharField(max_length=300, blank=True, default="")
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
        indexes = [  # how an order line finds what the shop linked to
            models.Index(fields=["shop", "item"], name="sharing_tracked_item"),
            models.Index(fields=["shop", "title"], name="sharing_tracked_title"),
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
    """A visitor went on to the marketplace. Append-only; in the partition of its click's day.

    `by_keeper`: on the shop's own position, by the keeper of the shop, who was signed in. Of no other visitor anything
    about who it was is kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    click_id = models.UUIDField()
    shop_id = models.UUIDField()
    at = models.DateTimeField(db_default=Now())
    marketplace = models.CharField(max_length=64)
    lease_id = models.UUIDField(null=True)  # null: no position was free, or the link's code went along as a sub-id
    by_keeper = models.BooleanField(db_default=False)

    class Meta:
        indexes = [
            models.Index(fields=["lease_id", "at"], condition=Q(by_keeper=True), name="sharing_outbound_by_keeper")
        ]
