"""Who may decide about money: active operators, and never on what lets money of their own shop leave."""

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Forbidden
from joey.people.actors import check_active
from joey.people.models import Person
from joey.shops.models import Shop


def check_operator(by: Person, shop: Shop | None = None) -> None:
    """Raises Forbidden unless `by` is an active operator who does not own the shop."""
    check_active(by)
    if shop is not None and shop.owner_id == by.id:
        raise Forbidden(_("This is about your own shop: another operator has to decide on it."))
