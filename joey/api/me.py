"""Whose token this is, and what it reaches."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from joey.api.caller import caller_of
from joey.api.shapes import Out

router = Router(tags=["me"])


class MeOut(Out):
    """The person behind the token. `limited_to_one_shop`: the token reaches one shop and nothing else."""

    id: UUID
    name: str
    phone: str | None
    email: str | None
    language: str
    is_operator: bool
    limited_to_one_shop: bool


@router.get("/me", response=MeOut)
def get_me(request: HttpRequest) -> MeOut:
    """Who I am."""
    caller = caller_of(request)
    person = caller.person
    return MeOut(
        id=person.id,
        name=person.name,
        phone=person.phone,
        email=person.email,
        language=person.language,
        is_operator=person.is_staff,
        limited_to_one_shop=caller.shop_id is not None,
    )
