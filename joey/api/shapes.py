"""What every body is made of: strict input, money, times, lists."""

from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from django.core import signing
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StrictInt, WithJsonSchema

from joey.kit.refusals import Invalid
from joey.money.money import BIGINT_MAX, EXPONENTS, Money

T = TypeVar("T")

MOST_PER_PAGE = 100
SALT = "api.cursor"


def rfc3339(moment: datetime) -> str:
    """2026-11-23T10:00:00Z, with microseconds where there are some."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


Time = Annotated[
    datetime,
    PlainSerializer(rfc3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
Whole = StrictInt


class In(BaseModel):
    """What a client sends. A field that is not declared (a price, a fee, an inviter) is refused by name."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class Out(BaseModel):
    """What we answer."""

    model_config = ConfigDict(extra="forbid")


class MoneyIn(In):
    """An amount in minor units: a whole number, never text, never with a comma or a point."""

    minor: Annotated[Whole, Field(ge=-BIGINT_MAX, le=BIGINT_MAX)]
    currency: Annotated[str, Field(min_length=3, max_length=3, json_schema_extra={"enum": sorted(EXPONENTS)})]

    def read(self) -> Money:
        """Raises Invalid ("currency") for one that Joey does not know."""
        return Money(self.minor, self.currency)


class MoneyOut(Out):
    """`text` is for people: ¥19.90."""

    minor: int
    currency: str
    text: str


def money(amount: Money) -> MoneyOut:
    return MoneyOut(minor=amount.minor, currency=amount.currency, text=amount.text)


def money_or_none(amount: Money | None) -> MoneyOut | None:
    return None if amount is None else money(amount)


class ListOf(Out, Generic[T]):
    """One page of a list. `next` goes into `cursor`; null on the last page."""

    items: list[T]
    next: str | None


class PageIn(In):
    """Which page of a list."""

    limit: Annotated[int, Field(ge=1, le=MOST_PER_PAGE)] = 30
    cursor: Annotated[str, Field(max_length=2000)] | None = None


def seal(name: str, inner: str | None) -> str | None:
    """A cursor of the list `name` that a client can only give back: signed, so that it cannot be made up."""
    return None if inner is None else signing.dumps(inner, salt=f"{SALT}.{name}")


def unseal(name: str, cursor: str | None) -> str | None:
    """What `seal` put in. Raises Invalid ("cursor") for anything else, another list's cursor too."""
    if cursor is None:
        return None
    try:
        return str(signing.loads(cursor, salt=f"{SALT}.{name}"))
    except signing.BadSignature:
        raise Invalid(_("This cursor is not one that Joey gave for this list."), field="cursor") from None
