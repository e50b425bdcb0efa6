"""Who calls: the person behind a token, and the one shop it may be limited to. A browser's session is not asked."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer

from joey.kit.client_address import address_of
from joey.kit.refusals import Forbidden, NotFound
from joey.people.models import Person
from joey.people.tokens import count_bad_token, person_of_token
from joey.shops.models import Shop
from joey.shops.queries import shop_of

LONGEST_TOKEN = 200


@dataclass(frozen=True)
class Caller:
    """A person with an open account. `shop_id` set: the token reaches that shop and nothing else."""

    person: Person
    shop_id: UUID | None


class BearerToken(HttpBearer):
    """`Authorization: Bearer joey_…`. One query. Raises TooMany for a caller that tries many which are none."""

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        found = person_of_token(token) if len(token) <= LONGEST_TOKEN and token.isascii() else None
        if found is None:
            count_bad_token(address_of(request))
            return None
        return Caller(*found)


def caller_of(request: HttpRequest) -> Caller:
    """The caller, once BearerToken has accepted the token."""
    return cast(Caller, cast(Any, request).auth)


def shop_for(request: HttpRequest, slug: str) -> Shop:
    """The caller's shop at that address. Raises NotFound: another's shop looks as if it did not exist. One query."""
    caller = caller_of(request)
    shop = shop_of(caller.person, slug)
    if caller.shop_id not in (None, shop.id):
        raise NotFound(_("You have no shop at this address."))
    return shop


def whole_person(request: HttpRequest) -> Person:
    """The caller, for what no single shop owns. Raises Forbidden for a token that is limited to one."""
    caller = caller_of(request)
    if caller.shop_id is not None:
        raise Forbidden(_("This token is for one shop only. Make one without a shop for this."))
    return caller.person


def operator(request: HttpRequest) -> Person:
    """The caller as an operator. Raises NotFound for everyone else, so that the office cannot be found by trying."""
    caller = caller_of(request)
    if caller.shop_id is not None or not caller.person.is_staff:
        raise NotFound(_("There is nothing at this address."))
    return caller.person
