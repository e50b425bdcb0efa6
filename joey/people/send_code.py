"""Send a code to a contact: to sign in, or to confirm a step that moves money.

It belongs to the browser that asked for it and to its purpose, so a stranger's requests neither end it nor use it up.
"""

import secrets
from collections.abc import Iterator
from datetime import datetime
from math import ceil

import phonenumbers
from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from joey.kit import limits, sql
from joey.kit.client_address import caller_key, network_of
from joey.kit.rate_limit import Limit, hit
from joey.kit.refusals import Invalid, TooMany, Unavailable
from joey.people.code_hash import browser_hash, code_hash
from joey.people.codes import DIGITS, LIFE, Purpose, digits_of_next, is_known, waiting_code
from joey.people.contact import HOME_REGION, Contact, read_contact
from joey.people.models import SignInCode
from joey.people.notices import send_notice
from joey.people.queries import person_by_contact

TEXTS: dict[str, Promise] = {
    Purpose.SIGN_IN: _("%(code)s is your Joey code to sign in, for 10 minutes. Do not share it."),
    Purpose.CONFIRM: _(
        "%(code)s is your Joey code to confirm a step that moves money, for 10 minutes. Do not share it. If you did not"
        " begin such a step, do not enter it."
    ),
}


class JustSent(TooMany):
    """This browser was sent a code for the same a moment ago; it is on its way and still works."""

    code = "just_sent"


def send_code(
    contact_text: str, *, browser: str, address: str, language: str, now: datetime, purpose: str = Purpose.SIGN_IN
) -> Contact:
    """Send a code that works for this browser and purpose; returns the contact as it was understood.

    `browser` is the random value of the browser's cookie, to confirm that of its session; `address` is the client's.
    Of both only a hash is kept. The answer is the same whether or not the contact has an account.
    Raises Invalid ("contact"), JustSent, TooMany, Unavailable.
    """
    contact = read_contact(contact_text)
    sent, code = _keep(contact, browser, address, purpose, now)
    with override(language):
        text = str(TEXTS[purpose]) % {"code": code}
    kind = "code" if purpose == Purpose.SIGN_IN else "code_to_confirm"
    try:
        send_notice(contact, text, kind=kind, language=language)
    except Unavailable:  # it may have left all the same, so it still works, and no one has to wait for it
        SignInCode.objects.filter(pk=sent.pk).update(was_not_sent=True)
        raise
    return contact


@transaction.atomic(durable=True)
def _keep(contact: Contact, browser: str, address: str, purpose: str, now: datetime) -> tuple[SignInCode, str]:
    sql.lock_until_end(f"codes:{contact.value}")
    waiting = waiting_code(browser, purpose, now=now)
    if waiting and waiting.contact == contact.value and not waiting.is_over and now < waiting.again_at:
        seconds = ceil((waiting.again_at - now).total_seconds())
        raise JustSent(_("A code was sent just now and still works. Wait for it."), retry_after=seconds)
    counted = tuple(_counted(contact, browser, address, purpose, now))
    try:
        hit(*counted, now=now, text="", field="contact")
    except TooMany as refused:
        minutes = -(-refused.facts["retry_after"] // 60)
        text = _("Too many codes were requested. You can ask for one again in %(minutes)d minutes.")
        raise TooMany(text % {"minutes": minutes}, field="contact", **refused.facts) from None
    digits = digits_of_next(contact, now=now)
    code = f"{secrets.randbelow(10**digits):0{digits}}"
    sent = SignInCode.objects.create(
        contact=contact.value,
        purpose=purpose,
        browser_hash=browser_hash(browser),
        code_hash=code_hash(contact.value, code, browser=browser, purpose=purpose),
        is_long=digits > DIGITS,
        sent_at=now,
        expires_at=now + LIFE,
    )
    return sent, code


def _counted(contact: Contact, browser: str, address: str, purpose: str, now: datetime) -> Iterator[tuple[Limit, str]]:
    """The limits that a code counts on. What a stranger can use up is none of an owner's browser."""
    yield limits.CODES_OF_BROWSER, f"{purpose} {contact.value} {browser}"
    if purpose == Purpose.CONFIRM:
        yield limits.CODES_TO_CONFIRM, ""
        return
    if is_known(contact, browser, now=now):
        yield limits.CODES_TO_KNOWN_BROWSERS, ""
        return
    if address:
        yield limits.CODES_OF_CALLER, caller_key(address)
        yield limits.CODES_OF_NETWORK, network_of(address)
        yield limits.CODES_OF_NETWORK_TO_CONTACT, f"{contact.value} {network_of(address)}"
    yield limits.CODES_TO_CONTACT, contact.value
    if person_by_contact(contact) is not None:
        yield limits.CODES_TO_ACCOUNTS, ""
        return
    yield limits.CODES_TO_NEW_CONTACTS, ""
    if contact.kind == "phone":
        country = _country(contact)
        if country != phonenumbers.country_code_for_region(HOME_REGION):
            yield limits.CODES_TO_COUNTRY, str(country)


def _country(contact: Contact) -> int:
    """The calling code of a phone number without an account. Raises Invalid where the operator sends none to."""
    number = phonenumbers.parse(contact.value)
    allowed = settings.JOEY_PHONE_COUNTRIES
    if allowed and phonenumbers.region_code_for_number(number) not in allowed:
        raise Invalid(
            _("This site sends no codes to phone numbers of this country. Use an e-mail address."), field="contact"
        )
    return int(number.country_code or 0)
