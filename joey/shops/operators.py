"""Who may decide about money: active operators, and never on what lets money of their own shop leave."""

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Forbidden
from joey.people.models import Person
from joey.shops.models import Shop


def check_operator(by: Person, shop: Shop | None = None) -> None:
    """Raises Forbidden unless `by` is an active operator who does not own the shop."""
    if not by.is_operator:
        raise Forbidden(_("Only an operator can do this."))
    if shop is not None and shop.owner_id == by.id:
        raise Forbidden(_("This is about your own shop: another operator has to decide on it."))


def name_of(by: Person | None) -> str:
    """An actor among an event's facts; None works in a terminal."""
    return str(by.id) if by else "terminal"
