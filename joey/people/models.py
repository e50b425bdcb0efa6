"""Who someone is: one account, reached by phone or e-mail, signed in by a code."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from joey.kit.ids import new_id


class PersonManager(BaseUserManager["Person"]):
    """Django's hook for finding a person by contact."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(Q(phone=username) | Q(email=username))


class Person(AbstractBaseUser, PermissionsMixin):
    """A person with at least one contact proved by a code. `is_staff` opens the office."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phone = models.CharField(max_length=16, null=True, unique=True)  # E.164  # noqa: DJ001 (two empty ones clash)
    email = models.EmailField(max_length=254, null=True, unique=True)  # lower case  # noqa: DJ001
    name = models.CharField(max_length=60, blank=True, default="")
    language = models.CharField(max_length=8, default="zh-hans")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[PersonManager] = PersonManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(phone__isnull=False) | Q(email__isnull=False), name="people_person_can_be_reached"
            )
        ]

    def __str__(self) -> str:
        return self.contact  # Django's returns the e-mail, which a person who signed in by phone has not

    @property
    def is_operator(self) -> bool:
        """May decide for the instance; one who was shut out may not."""
        return self.is_staff and self.is_active

    @property
    def contact(self) -> str:
        return self.email or self.phone or ""


class SignInCode(models.Model):
    """A code sent to a contact for one browser and one purpose, kept as a keyed hash. It works once and allows few
    wrong tries.
    """

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in"
        CONFIRM = "confirm"  # a step that moves money

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.CharField(max_length=254)
    purpose = models.CharField(max_length=8, choices=Purpose)
    browser_hash = models.BinaryField(max_length=32)
    is_long = models.BooleanField(default=False)
    was_not_sent = models.BooleanField(default=False)  # the gateway did not say that it took it
    code_hash = models.BinaryField(max_length=32)
    sent_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["contact", "sent_at"], name="people_code_of_contact"),
            models.Index(fields=["browser_hash", "sent_at"], name="people_code_of_browser"),
            models.Index(
                fields=["sent_at"], name="people_code_not_used", condition=Q(used_at__isnull=True, is_long=False)
            ),
        ]


class PersonSession(AbstractBaseSession):
    """A session of Django's, and whose it is; session_store.py writes it. Its data is signed; the key opens it."""

    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")  # null: no one has signed in there
    signed_in_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    agent = models.CharField(max_length=300, blank=True, default="")


class Scope(models.TextChoices):
    """What a token may do. joey/api/scopes.py says which scope each operation needs."""

    READ = "read"  # all that its person may see
    LIST = "list"  # change the shop: its goods, its shelves, orders that it misses
    SHARE = "share"  # make links
    MONEY = "money"  # ask for payouts, change where they go, decide on them


class ApiToken(models.Model):
    """A key to the API: of one person, for some scopes and until a day, perhaps for one shop only. The token is shown
    once and not kept.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    shop_id = models.UUIDField(null=True)
    token_hash = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=8, choices=Scope))
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)  # to the hour
    revoked_at = models.DateTimeField(null=True)
