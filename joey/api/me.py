"""Whose token this is, and what it reaches."""

from uuid import UUID

from django.http import HttpRequest

from joey.api.caller import caller_of
from joey.api.scopes import ScopedRouter
from joey.api.shapes import Out
from joey.people.models import Scope

router = ScopedRouter(tags=["me"])


class MeOut(Out):
    """The person behind the token. `limited_to_one_shop`: the token reaches one shop and nothing else, and reads
    neither phone nor e-mail. `scopes`: what it may do.
    """

    id: UUID
    name: str
    phone: str | None
    email: str | None
    language: str
    is_operator: bool
    limited_to_one_shop: bool
    scopes: list[str]


@router.get("/me", response=MeOut)
def get_me(request: HttpRequest) -> MeOut:
    """Who I am."""
    caller = caller_of(request)
    person, whole = caller.person, caller.shop_id is None
    return MeOut(
        id=person.id,
        name=person.name,
        phone=person.phone if whole else None,
        email=person.email if whole else None,
        language=person.language,
        is_operator=person.is_staff,
        limited_to_one_shop=not whole,
        scopes=[scope for scope in Scope.values if scope in caller.scopes],
    )
