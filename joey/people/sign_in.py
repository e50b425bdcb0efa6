"""Turn a correct code into the person it belongs to, who is created with the first one."""

import hmac
import unicodedata
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from joey.kit.refusals import Forbidden, Invalid, Text
from joey.kit.security_log import note, note_refused
from joey.people.code_hash import browser_hash, code_hash
from joey.people.codes import WRONG_TRIES_MAX, Purpose
from joey.people.contact import Contact, read_contact
from joey.people.models import Person, SignInCode
from joey.people.queries import person_by_contact
from joey.record.append import append


class WrongCode(Invalid):
    """It is not the code. The text depends on what this browser did only, so it tells nothing of an account."""

    code = "wrong_code"

    def __init__(self, text: Text) -> None:
        super().__init__(text, field="code")


class CodeOver(WrongCode):
    """No code of this browser works any more: a new one is needed."""

    code = "code_over"


def person_for_code(
    contact: Contact | str,
    code: str,
    *,
    browser: str,
    now: datetime,
    purpose: str = Purpose.SIGN_IN,
    language: str = "zh-hans",
) -> Person:
    """The person who proved `contact` with a code that was sent to it for this browser and purpose. A code works once.

    `language` is kept for a person made here. Raises WrongCode (each counts as a try on every code that waits; the
    third ends one), CodeOver, Invalid ("contact"), Forbidden for a closed account.
    """
    if not isinstance(contact, Contact):
        contact = read_contact(contact)
    person = _try_code(contact, _digits(code), browser, purpose, now, language)
    if isinstance(person, WrongCode):  # raised here and not inside, or the transaction would roll the wrong try back
        raise person
    if not person.is_active:
        _note_failed(contact, purpose, "closed", person)
        raise Forbidden(_("This account is closed."))
    return person


@transaction.atomic(durable=True)
def _try_code(
    contact: Contact, code: str, browser: str, purpose: str, now: datetime, language: str
) -> Person | WrongCode:
    # FOR UPDATE: of two connections with the same right code the second waits and then finds it used.
    mine = SignInCode.objects.filter(contact=contact.value, browser_hash=browser_hash(browser), purpose=purpose)
    live = mine.filter(used_at=None, expires_at__gt=now, wrong_tries__lt=WRONG_TRIES_MAX)
    waiting = list(live.select_for_update().order_by("sent_at"))
    if not waiting:
        _note_failed(contact, purpose, "code_over", person_by_contact(contact))
        return CodeOver(_("This code no longer works. Ask for a new one."))
    typed = code_hash(contact.value, code, browser=browser, purpose=purpose)
    right = next((each for each in waiting if hmac.compare_digest(bytes(each.code_hash), typed)), None)
    if right is None:
        SignInCode.objects.filter(pk__in=[each.pk for each in waiting]).update(wrong_tries=F("wrong_tries") + 1)
        _note_failed(contact, purpose, "wrong_code", person_by_contact(contact))
        return _wrong(left=WRONG_TRIES_MAX - 1 - min(each.wrong_tries for each in waiting))
    live.update(expires_at=now)
    SignInCode.objects.filter(pk=right.pk).update(used_at=now)
    person = _person(contact, now, language)
    if person.is_active:
        note(f"{purpose}.succeeded", person=person.pk, about=contact.key, facts={"by": contact.kind})
    return person


def _note_failed(contact: Contact, purpose: str, reason: str, person: Person | None) -> None:
    note_refused(f"{purpose}.failed", person=person.pk if person else None, about=contact.key, facts={"reason": reason})


def _wrong(left: int) -> WrongCode:
    if not left:
        return CodeOver(_("This code is wrong, and it was the last try. Ask for a new one."))
    text = ngettext_lazy(
        "This code is wrong. Check it: %(left)d try is left.",
        "This code is wrong. Check it: %(left)d tries are left.",
        "left",
    )
    return WrongCode(text % {"left": left})


def _person(contact: Contact, now: datetime, language: str) -> Person:
    person, made = Person.objects.get_or_create(
        **{contact.kind: contact.value}, defaults={"language": language, "joined_at": now, "password": "!"}
    )
    if made:
        append("person.joined", f"person:{person.id}", {"by": contact.kind}, happened_at=now)
    return person


def _digits(code: str) -> str:
    """The typed code, full-width digits read as digits and blanks between them left out; never fails."""
    return "".join(unicodedata.normalize("NFKC", code[:60]).split())[:20] if isinstance(code, str) else ""
