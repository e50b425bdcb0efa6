"""A shop, its shelves, its listings. There is no price here, no fee, no stock and no inviter."""

from django.db import models
from django.db.models.functions import Now

from joey.catalog.models import Offer
from joey.kit.ids import new_id
from joey.kit.sentences import worded
from joey.people.models import Person


class Shop(models.Model):
    """A shop of one person, open to everyone at /s/<slug>."""

    class Front(models.TextChoices):
        """Whether the front page shows it (discoverable.py)."""

        BY_RULE = "by_rule"
        SHOWN = "shown"  # an operator has looked at it
        KEPT_OFF = "kept_off"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.CharField(max_length=30, unique=True)  # a global claim
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    intro = models.CharField(max_length=200, blank=True, default="")
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    front = models.CharField(max_length=8, choices=Front.choices, default=Front.BY_RULE)


class ShopAccount(models.Model):
    """The keeper's own account at a marketplace, by which one shop goes there (own_account.py). Kept after it ended."""

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    marketplace = models.CharField(max_length=64)  # the code of its connector
    code = models.CharField(max_length=64, unique=True)  # the account's, joey/marketplaces/own_codes.py
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "marketplace"], condition=models.Q(ended_at=None), name="shops_one_own_account"
            )
        ]


class Shelf(models.Model):
    """A section of a shop."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    name = models.CharField(max_length=30)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "name"], name="shops_shelf_name_once")]


class Listing(models.Model):
    """An offer listed in a shop. Its price is the offer's."""

    class State(models.TextChoices):
        PUBLISHED = "published"
        REFUSED = "refused"  # by the rules; rule and reason are kept
        HIDDEN = "hidden"  # by the keeper or an operator

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+", db_index=False)  # the constraint below has one
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="+", db_index=False)
    shelf = models.ForeignKey(Shelf, models.SET_NULL, null=True, related_name="+")
    position = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=12, choices=State.choices)
    hidden_by_operator = models.BooleanField(default=False)  # then its keeper cannot show it again, and may appeal
    rule_id = models.CharField(max_length=16, blank=True, default="")
    reason = models.TextField(blank=True, default="")  # as it is stored; `why` is what people read
    pack_version = models.CharField(max_length=24, blank=True, default="")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "offer"], name="shops_offer_listed_once")]
        indexes = [models.Index(fields=["offer"], name="shops_listing_of_offer")]

    @property
    def why(self) -> str:
        """Why it is refused, in the language that is active now, or what an operator wrote who hid it."""
        return worded(self.reason)


class BuyerReport(models.Model):
    """Someone says that something is wrong with a listing or a shop, or its keeper appeals; an operator answers.

    Its texts are in the record, where they can be erased, and deleting it leaves the event.
    """

    class Outcome(models.TextChoices):
        NOTHING = "nothing"  # neither hidden nor shown
        HIDDEN = "hidden"
        SHOWN = "shown"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = models.CharField(max_length=12, unique=True)  # by which the reporter reads the answer
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    listing = models.ForeignKey(Listing, models.SET_NULL, null=True, related_name="+")  # none: about the whole shop
    reason = models.CharField(max_length=12)
    words_id = models.UUIDField(null=True)  # record.erasable
    words_sha256 = models.BinaryField(null=True)
    reported_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=40, blank=True, default="")
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True, default="")
    answer_id = models.UUIDField(null=True)
    answer_sha256 = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["answer_by"], condition=models.Q(answered_at=None), name="shops_report_open"),
            models.Index(fields=["answered_at"], name="shops_report_answered"),
        ]


class RateNotice(models.Model):
    """The cuts of one day in what a keeper lists, of which they are notified once. Deleted after some weeks."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    day = models.DateField()  # in the zone of the pages
    cuts = models.JSONField()  # the deepest first: [{"offer": id, "was_ppm": …, "now_ppm": …}]
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="shops_rate_notice_once_a_day")]
        indexes = [models.Index(fields=["made_at"], name="shops_rate_notice_by_age")]
