"""Make a person an operator: after signing in with a code like everyone else they may use the office."""

from django.db import transaction

from joey.kit.clock import now as database_now
from joey.people.contact import read_contact
from joey.people.models import Person
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
