"""Who decides for the instance: an active operator, or the operator who works in its terminal."""

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Forbidden
from joey.people.models import Person


def check_active(by: Person) -> None:
    """Raises Forbidden unless `by` is an active operator."""
    if not by.is_operator:
        raise Forbidden(_("Only an operator can do this."))


def name_of(by: Person | None) -> str:
    """An actor among an event's facts; None works in a terminal."""
    return str(by.id) if by else "terminal"
