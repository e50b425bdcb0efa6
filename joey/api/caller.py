"""Who calls: the person behind a token, and the one shop it may be limited to. A browser's session is not asked."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer

from joey.kit.client_address import address_of
from joey.kit.refusals import Forbidden, NotFound
from joey.kit.security_log import note_refused
from joey.people.actors import note_no_operator
from joey.people.models import Person, Scope
from joey.people.tokens import LiveToken, count_bad_token, live_token
from joey.shops.models import Shop
from joey.shops.queries import shop_of

LONGEST_TOKEN = 200


class ScopeMissing(Forbidden):
    """The token is good and was made for other things."""

    code = "scope_missing"

    def __init__(self, scope: str) -> None:
        text = _("This token was not made for this. Make one with the scope “%(scope)s”.")
        super().__init__(text % {"scope": scope}, scope=scope)


class BearerToken(HttpBearer):
    """`Authorization: Bearer joey_…`, of a token with this scope.

    Raises ScopeMissing, and TooMany for a caller that tries many tokens which are none.
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> LiveToken | None:
        found = live_token(token) if len(token) <= LONGEST_TOKEN and token.isascii() else None
        if found is None:
            count_bad_token(address_of(request))
            return None
        if self.scope not in found.scopes:
            note_refused("token.scope_missing", person=found.person.pk, facts={"scope": self.scope.value})
            raise ScopeMissing(self.scope.value)
        return found


def caller_of(request: HttpRequest) -> LiveToken:
    """The caller, once BearerToken has accepted the token."""
    return cast(LiveToken, cast(Any, request).auth)


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
        note_no_operator(caller.person)
        raise NotFound(_("There is nothing at this address."))
    return caller.person
