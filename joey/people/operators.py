"""Operators: people who may use the office, after signing in with a code like everyone else, until that right ends."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit import sql
from joey.kit.clock import now as database_now
from joey.kit.refusals import Conflict, Forbidden
from joey.people.actors import name_of
from joey.people.contact import read_contact
from joey.people.models import Person
from joey.people.own_tokens import end_tokens_of
from joey.people.queries import person_by_contact
from joey.people.sessions import end_sessions_of
from joey.record.append import append


@transaction.atomic(durable=True)
def make_operator(contact_text: str) -> Person:
    """The person with this contact (made when new), now an operator. Raises Invalid ("contact")."""
    contact = read_contact(contact_text)
    person, _made = Person.objects.get_or_create(**{contact.kind: contact.value}, defaults={"password": "!"})
    Person.objects.filter(pk=person.pk).update(is_staff=True, is_superuser=True, is_active=True)
    person.refresh_from_db()
    append("person.made_operator", f"person:{person.id}", {}, happened_at=database_now())
    return person


@transaction.atomic(durable=True)
def end_operator(person: Person, *, by: Person | None) -> None:
    """Take an operator's right away, and end their sessions and tokens with it; the account stays.

    `by` None: from the terminal. Raises Conflict for someone who is no operator, and for the last one.
    """
    sql.lock_until_end("operators")  # or two operators who end each other would leave none
    operators = set(Person.objects.filter(is_staff=True, is_active=True).values_list("pk", flat=True))
    if not Person.objects.filter(pk=person.pk, is_staff=True).exists():
        raise Conflict(_("%s is no operator.") % person.contact)
    if operators <= {person.pk}:
        raise Conflict(_("%s is the last operator. Make someone else one first.") % person.contact)
    if by is not None and by.pk not in operators:
        raise Forbidden(_("You are no operator any more."), field="by")
    now = database_now()
    Person.objects.filter(pk=person.pk).update(is_staff=False, is_superuser=False)
    end_sessions_of(person, by=by)
    end_tokens_of(person, by=by, now=now)
    append("person.operator_ended", f"person:{person.id}", {"by": name_of(by)}, happened_at=now)


def operator_by_contact(contact_text: str) -> Person:
    """The operator with this contact, for a command's `--by`. Raises Invalid ("contact"), Forbidden ("by")."""
    person = person_by_contact(read_contact(contact_text))
    if person is None or not person.is_operator:
        refusal = _("%s is no operator of this instance. `joey operator create` makes someone one.")
        raise Forbidden(refusal % contact_text, field="by")
    return person
