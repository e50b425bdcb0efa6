"""A person's API tokens: list them and end one. The tokens themselves are not kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import NotFound
from joey.people.models import ApiToken, Person


@dataclass(frozen=True)
class TokenRow:
    """A live token; `shop_id` None reaches all of the person's shops."""

    id: UUID
    shop_id: UUID | None
    made_at: datetime


def tokens_of(person: Person, shop_id: UUID) -> list[TokenRow]:
    """Live tokens that reach this shop, newest first. One query."""
    rows = ApiToken.objects.filter(person=person, revoked_at=None).order_by("-made_at")
    return [TokenRow(row.id, row.shop_id, row.made_at) for row in rows if row.shop_id in (None, shop_id)]


def revoke_token_of(person: Person, token_id: UUID, *, now: datetime) -> None:
    """End one of the person's tokens. Raises NotFound."""
    if not ApiToken.objects.filter(person=person, id=token_id, revoked_at=None).update(revoked_at=now):
        raise NotFound(_("There is no such token; it may have ended already."))
