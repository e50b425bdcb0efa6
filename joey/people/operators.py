"""Operators: people who may use the office, after signing in with a code like everyone else."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit.clock import now as database_now
from joey.kit.refusals import Forbidden
from joey.people.contact import read_contact
from joey.people.models import Person
from joey.people.queries import person_by_contact
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


def operator_by_contact(contact_text: str) -> Person:
    """The operator with this contact, for a command's `--by`. Raises Invalid ("contact"), Forbidden ("by")."""
    person = person_by_contact(read_contact(contact_text))
    if person is None or not person.is_operator:
        refusal = _("%s is no operator of this instance. `joey operator create` makes someone one.")
        raise Forbidden(refusal % contact_text, field="by")
    return person
