"""What the comparison of offers keeps: how far it read, how rare tokens are, keys to find offers by, alike pairs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from joey.catalog.same_item.evidence import Evidence


class SameCursor(models.Model):
    """The last change of a marketplace's offers that was counted, and the last that was compared."""

    marketplace = models.CharField(max_length=64, primary_key=True)
    counted_seq = models.BigIntegerField(default=0)
    compared_seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(compared_seq__lte=F("counted_seq")), name="catalog_counted_first")
        ]


class SameToken(models.Model):
    """How many offers have a token of a title; token 0 counts all offers."""

    token = models.BigIntegerField(primary_key=True)
    offers = models.BigIntegerField()


class SameCount(models.Model):
    """The tokens with which an offer was counted, to be subtracted when it changes."""

    offer = models.OneToOneField("catalog.Offer", models.CASCADE, primary_key=True, related_name="+")
    tokens = ArrayField(models.BigIntegerField())


class SameKey(models.Model):
    """A key by which an offer is found; offers that share one are compared.

    An offer has about a dozen, and they can be rebuilt, so no foreign key is checked for each.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.BigIntegerField()
    marketplace = models.CharField(max_length=64)
    offer = models.ForeignKey("catalog.Offer", models.DO_NOTHING, db_index=False, db_constraint=False, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["offer", "key"], name="catalog_samekey_once")]
        indexes = [models.Index(fields=["key", "marketplace"], name="catalog_samekey_by_key")]


class Alike(models.Model):
    """How alike two offers of two marketplaces are. Each pair has two rows, one from each side.

    `is_same` says that they are the same item, with enough evidence to be shown; the others are rivals, which make it
    less certain.
    """

    id = models.BigAutoField(primary_key=True)
    offer = models.ForeignKey("catalog.Offer", models.CASCADE, db_index=False, related_name="+")
    marketplace = models.CharField(max_length=64)
    other = models.ForeignKey("catalog.Offer", models.CASCADE, related_name="+")
    other_marketplace = models.CharField(max_length=64)
    evidence = models.CharField(max_length=12, choices=[(each.value, each.value) for each in Evidence])
    score = models.IntegerField()  # ten-thousandths
    is_same = models.BooleanField(default=False)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "other"], name="catalog_alike_once"),
            models.UniqueConstraint(
                fields=["offer", "other_marketplace"], condition=Q(is_same=True), name="catalog_one_same_a_marketplace"
            ),
            models.CheckConstraint(
                condition=~Q(marketplace=F("other_marketplace")), name="catalog_alike_across_marketplaces"
            ),
        ]
