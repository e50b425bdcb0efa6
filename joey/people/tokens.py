"""API tokens: made once, shown once, kept as a hash."""

import hashlib
import secrets
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from joey.kit import limits
from joey.kit.client_address import caller_key
from joey.kit.rate_limit import hit_alone
from joey.people.models import ApiToken, Person

PREFIX = "joey_"  # so that a secret scanner recognises one


def make_token(person: Person, shop_id: UUID | None = None) -> str:
    """A new token of 256 random bits for this person; with `shop_id` it reaches that shop only."""
    token = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(person=person, shop_id=shop_id, token_hash=_hash(token))
    return token


def person_of_token(token: str) -> tuple[Person, UUID | None] | None:
    """Whose token it is and the one shop it reaches, if limited; None when unknown, revoked or closed."""
    if not token.startswith(PREFIX):
        return None
    found = (
        ApiToken.objects.select_related("person")
        .filter(token_hash=_hash(token), revoked_at=None, person__is_active=True)
        .first()
    )
    return (found.person, found.shop_id) if found else None


def count_bad_token(address: str) -> None:
    """Count a call with a token that is none. Raises TooMany, for the caller of such calls alone: a good token of the
    same caller is never asked here.
    """
    text = _("Too many calls with tokens that are none came from your network. Try again later.")
    hit_alone(limits.BAD_TOKENS, caller_key(address), text=text)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
