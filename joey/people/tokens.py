"""API tokens: made once, shown once, kept as a hash; for some scopes, until a day."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from joey.kit import limits
from joey.kit.client_address import caller_key
from joey.kit.rate_limit import hit_alone
from joey.kit.refusals import Invalid
from joey.kit.security_log import note, note_refused
from joey.people.models import ApiToken, Person, Scope

PREFIX = "joey_"  # so that a secret scanner recognises one
DAYS, DAYS_MOST = 90, 365
NOTED_EVERY = timedelta(hours=1)  # when it was last used; a call is no reason to write each time


@dataclass(frozen=True)
class LiveToken:
    """Whose a token is, what it may do, and the one shop that it reaches, if it is limited to one."""

    person: Person
    shop_id: UUID | None
    scopes: frozenset[str]


@transaction.atomic
def make_token(
    person: Person, shop_id: UUID | None = None, *, scopes: Collection[str], days: int = DAYS, now: datetime
) -> str:
    """A new token of 256 random bits for this person; with `shop_id` it reaches that shop only.

    A face that makes one for the scope money asks for a fresh code first. Raises Invalid ("scopes", "days").
    """
    if not scopes or not set(scopes) <= set(Scope.values):
        raise Invalid(_("Choose at least one thing that the token may do."), field="scopes")
    if not 1 <= days <= DAYS_MOST:
        raise Invalid(_("A token works for 1 to %d days.") % DAYS_MOST, field="days")
    token = PREFIX + secrets.token_urlsafe(32)
    made = ApiToken.objects.create(
        person=person,
        shop_id=shop_id,
        token_hash=_hash(token),
        scopes=[scope for scope in Scope.values if scope in scopes],
        made_at=now,
        ends_at=now + timedelta(days=days),
    )
    note("token.made", person=person.pk, about=f"token:{made.pk}", facts={"scopes": made.scopes, "days": days})
    return token


def live_token(token: str) -> LiveToken | None:
    """What a token opens; None when it is unknown, over, ended, or its account is closed. One query, and once an hour
    another that notes its use.
    """
    if not token.startswith(PREFIX):
        return None
    live = ApiToken.objects.filter(revoked_at=None, ends_at__gt=Now(), person__is_active=True)
    found = live.select_related("person").annotate(asked_at=Now()).filter(token_hash=_hash(token)).first()
    if found is None:
        return None
    if found.used_at is None or found.used_at <= found.asked_at - NOTED_EVERY:
        was = Q(used_at=None) | Q(used_at__lte=Now() - NOTED_EVERY)  # of calls at once the first notes it
        ApiToken.objects.filter(was, pk=found.pk).update(used_at=Now())
    return LiveToken(found.person, found.shop_id, frozenset(found.scopes))


def count_bad_token(address: str) -> None:
    """Count a call with a token that is none. Raises TooMany, for the caller of such calls alone: a good token of the
    same caller is never asked here.
    """
    text = _("Too many calls with tokens that are none came from your network. Try again later.")
    hit_alone(limits.BAD_TOKENS, caller_key(address), text=text)
    note_refused("token.unknown")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
