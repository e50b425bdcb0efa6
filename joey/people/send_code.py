"""Send a six-digit sign-in code to a contact, within limits that keep strangers from guessing or flooding."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from joey.kit.rate_limit import Limit, hit
from joey.people.code_hash import code_hash
from joey.people.contact import Contact, read_contact
from joey.people.models import SignInCode
from joey.people.notices import send_notice

LIFE = timedelta(minutes=10)
HOUR = timedelta(hours=1)
PER_CONTACT = Limit("sign-in codes of a contact", 5, HOUR)
PER_CLIENT = Limit("sign-in codes of a client", 30, HOUR)  # many people share one address behind a phone network
IN_ALL = Limit("sign-in codes of the instance", 5_000, HOUR)


def send_code(contact_text: str, *, language: str, now: datetime, client_key: str = "") -> Contact:
    """Send a new code, which ends the older ones of that contact; returns the contact as it was understood.

    `client_key` says who asks (an IP address, say); only its hash is kept, "" is not counted. The answer is
    the same whether or not the contact has an account. Raises Invalid ("contact"), TooMany, Unavailable.
    """
    contact = read_contact(contact_text)
    code = f"{secrets.randbelow(1_000_000):06}"
    _keep(contact, code, client_key, now)
    with override(language):
        text = str(_("%(code)s is your Joey code, for 10 minutes. Do not share it.")) % {"code": code}
    send_notice(contact, text, kind="code", language=language)
    return contact


@transaction.atomic(durable=True)
def _keep(contact: Contact, code: str, client_key: str, now: datetime) -> None:
    counted = [(PER_CONTACT, contact.value), (IN_ALL, "")]
    if client_key:
        counted.append((PER_CLIENT, client_key))
    hit(
        *counted,
        now=now,
        text=_("Too many codes were requested. Wait up to an hour, then try again."),
        field="contact",
    )
    SignInCode.objects.filter(contact=contact.value, expires_at__gt=now).update(expires_at=now)
    SignInCode.objects.create(
        contact=contact.value,
        code_hash=code_hash(contact.value, code),
        sent_at=now,
        expires_at=now + LIFE,
    )
