"""Turn a correct code into the person it belongs to, who is created with the first one."""

import hmac
import unicodedata
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Forbidden, Invalid
from joey.people.code_hash import code_hash
from joey.people.contact import Contact, read_contact
from joey.people.models import Person, SignInCode
from joey.record.append import append

WRONG_TRIES_MAX = 5
_NO_HASH = bytes(32)


class WrongCode(Invalid):
    """Wrong, used, expired or never sent: one text for all, or it would reveal which contacts have an account."""

    code = "wrong_code"

    def __init__(self) -> None:
        text = _("This code is wrong or no longer works. Check it, or ask for a new one.")
        super().__init__(text, field="code")


def person_for_code(contact: Contact | str, code: str, *, now: datetime, language: str = "zh-hans") -> Person:
    """The person who proved `contact` with the newest code sent to it. A code works once.

    `language` is kept for a person made here. Raises WrongCode (each counts as a try; the fifth ends the
    code), Invalid ("contact"), Forbidden for a closed account.
    """
    if not isinstance(contact, Contact):
        contact = read_contact(contact)
    person = _try_code(contact, _digits(code), now, language)
    if person is None:  # raised here and not inside, or the transaction would roll the wrong try back
        raise WrongCode
    if not person.is_active:
        raise Forbidden(_("This account is closed."))
    return person


@transaction.atomic(durable=True)
def _try_code(contact: Contact, code: str, now: datetime, language: str) -> Person | None:
    # FOR UPDATE: of two connections with the same right code the second waits and then finds it used.
    sent = (
        SignInCode.objects.select_for_update()
        .filter(contact=contact.value, used_at=None, expires_at__gt=now, wrong_tries__lt=WRONG_TRIES_MAX)
        .order_by("-sent_at")
        .first()
    )
    kept = bytes(sent.code_hash) if sent else _NO_HASH
    right = hmac.compare_digest(kept, code_hash(contact.value, code))
    if sent is None:
        return None
    if not right:
        SignInCode.objects.filter(pk=sent.pk).update(wrong_tries=sent.wrong_tries + 1)
        return None
    SignInCode.objects.filter(pk=sent.pk).update(used_at=now)
    return _person(contact, now, language)


def _person(contact: Contact, now: datetime, language: str) -> Person:
    person, made = Person.objects.get_or_create(
        **{contact.kind: contact.value}, defaults={"language": language, "joined_at": now, "password": "!"}
    )
    if made:
        append("person.joined", f"person:{person.id}", {"by": contact.kind}, happened_at=now)
    return person


def _digits(code: str) -> str:
    """The typed code, full-width digits read as digits; never fails."""
    return unicodedata.normalize("NFKC", code).strip()[:20] if isinstance(code, str) else ""
