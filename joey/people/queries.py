"""Finding people."""

from uuid import UUID

from joey.people.contact import Contact
from joey.people.models import Person


def person_by_id(person_id: UUID) -> Person | None:
    """The person with an open account, or None."""
    return Person.objects.filter(pk=person_id, is_active=True).first()


def person_by_contact(contact: Contact) -> Person | None:
    """Whoever proved this contact, or None. For commands: a face must not tell strangers the answer."""
    return Person.objects.filter(**{contact.kind: contact.value}).first()
