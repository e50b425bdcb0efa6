"""Who decides for the instance: an active operator, or the operator who works in its terminal."""

from django.utils.translation import gettext_lazy as _

from joey.kit import clock
from joey.kit.refusals import Forbidden
from joey.kit.security_log import note_refused
from joey.people.models import Person


def check_active(by: Person) -> None:
    """Raises Forbidden unless `by` is an active operator."""
    if not by.is_operator:
        raise Forbidden(_("Only an operator can do this."))


def note_no_operator(person: Person) -> None:
    """Into the security log, once a day for each person: someone who is no operator asked for what operators may do."""
    note_refused("office.refused", person=person.pk, once=f"office {person.pk} {clock.now():%Y-%m-%d}")


def name_of(by: Person | None) -> str:
    """An actor among an event's facts; None works in a terminal."""
    return str(by.id) if by else "terminal"
