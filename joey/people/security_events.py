"""Events of the security log, with the contact of who did it, and as they are asked for."""

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, UUIDField, When
from django.db.models.functions import Cast, Coalesce, Substr

from joey.kit.client_address import caller_key
from joey.kit.models import SecurityEvent
from joey.kit.refusals import Refusal
from joey.people.contact import read_contact
from joey.people.models import Person
from joey.people.queries import person_by_contact


def with_contacts(events: QuerySet[SecurityEvent]) -> QuerySet[SecurityEvent]:
    """Each with `contact` of who did it and `whom` it was done to, None where that is no person that is known."""
    of_person = Case(When(about__startswith="person:", then=Cast(Substr("about", len("person:") + 1), UUIDField())))
    events = events.annotate(about_person=of_person)
    return events.annotate(contact=_contact("person_id"), whom=_contact("about_person"))


def _contact(column: str) -> Subquery:
    return Subquery(Person.objects.filter(pk=OuterRef(column)).values(contact=Coalesce("email", "phone")))


def asked_for(events: QuerySet[SecurityEvent], term: str) -> QuerySet[SecurityEvent]:
    """Those of one request, thing, caller, e-mail address or phone number, written whole; of a blank term all."""
    term = term.strip()
    return events.filter(_asked_for(term)) if term else events


def _asked_for(term: str) -> Q:
    found = Q(request_id=term) | Q(about=term)
    if caller := caller_key(term):
        return found | Q(caller=caller)
    try:
        contact = read_contact(term)
    except Refusal:
        return found
    person = person_by_contact(contact)
    of_account = Q(person_id=person.pk) | Q(about=f"person:{person.pk}") if person else Q()
    return found | Q(about=contact.key) | of_account
