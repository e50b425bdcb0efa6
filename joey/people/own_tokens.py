"""API tokens that are there: list them and end one. The tokens themselves are not kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import NotFound
from joey.kit.security_log import note
from joey.people.actors import name_of
from joey.people.models import ApiToken, Person

_NO_TOKEN = _("There is no such token; it may have ended already.")


@dataclass(frozen=True)
class TokenRow:
    """A live token; `shop_id` None reaches all of the person's shops. `used_at` is to the hour."""

    id: UUID
    contact: str
    shop_id: UUID | None
    scopes: tuple[str, ...]
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None


def tokens_of(person: Person, shop_id: UUID, *, now: datetime) -> list[TokenRow]:
    """The person's live tokens that reach this shop, newest first. One query."""
    return [row for row in _rows(_live(now).filter(person=person)) if row.shop_id in (None, shop_id)]


def live_tokens(person: Person | None, *, now: datetime, limit: int) -> list[TokenRow]:
    """Live tokens of this person, or of everyone, newest first, for operators. One query."""
    live = _live(now)
    return _rows((live if person is None else live.filter(person=person))[:limit])


@transaction.atomic
def revoke_token_of(person: Person, token_id: UUID, *, now: datetime) -> None:
    """End one of the person's tokens. Raises NotFound."""
    if not _end(_live(now).filter(person=person, id=token_id), by=person, now=now):
        raise NotFound(_NO_TOKEN)


@transaction.atomic
def end_token(token_id: UUID, *, by: Person | None, now: datetime) -> None:
    """End anyone's token, for an operator; `by` None: from the terminal. Raises NotFound."""
    if not _end(_live(now).filter(id=token_id), by=by, now=now):
        raise NotFound(_NO_TOKEN)


def end_tokens_of(person: Person, *, by: Person | None, now: datetime) -> int:
    """End all of the person's tokens; how many."""
    return _end(ApiToken.objects.filter(person=person, revoked_at=None), by=by, now=now)


def _live(now: datetime) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(revoked_at=None, ends_at__gt=now).select_related("person").order_by("-made_at")


def _rows(found: QuerySet[ApiToken]) -> list[TokenRow]:
    return [
        TokenRow(
            each.id, each.person.contact, each.shop_id, tuple(each.scopes), each.made_at, each.ends_at, each.used_at
        )
        for each in found
    ]


def _end(found: QuerySet[ApiToken], *, by: Person | None, now: datetime) -> int:
    ended = list(found.order_by("pk").select_for_update(of=("self",)))
    ApiToken.objects.filter(pk__in=[token.pk for token in ended]).update(revoked_at=now)
    for token in ended:
        facts = {"by": name_of(by), "of": str(token.person_id)}
        note("token.ended", person=by.pk if by else None, about=f"token:{token.pk}", facts=facts)
    return len(ended)
