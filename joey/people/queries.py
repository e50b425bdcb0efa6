"""Finding people."""

from joey.people.contact import Contact
from joey.people.models import Person


def person_by_contact(contact: Contact) -> Person | None:
    """The person who proved this contact, or None. For commands only: a face must not reveal it to strangers."""
    return Person.objects.filter(**{contact.kind: contact.value}).first()
