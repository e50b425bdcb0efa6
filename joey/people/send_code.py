"""Send a six-digit sign-in code to a contact, within bounds that keep strangers from guessing or flooding."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from joey.kit import sql
from joey.kit.refusals import TooMany
from joey.people.code_hash import code_hash
from joey.people.contact import Contact, read_contact
from joey.people.models import SignInCode
from joey.people.notices import send_notice

LIFE = timedelta(minutes=10)
COUNTED_OVER = timedelta(hours=1)
PER_CONTACT = 5
PER_CLIENT = 30  # many people share one address behind a phone network
IN_ALL = 5_000


def send_code(contact_text: str, *, language: str, now: datetime, client_key: str = "") -> Contact:
    """Send a new code, which ends the older ones of that contact; returns the contact as it was understood.

    `client_key` says who asks (an IP address, say); only its hash is kept, "" is not counted. The answer is
    the same whether or not the contact has an account. Raises Invalid ("contact"), TooMany, Unavailable.
    """
    contact = read_contact(contact_text)
    code = f"{secrets.randbelow(1_000_000):06}"
    _keep(contact, code, client_key, now)
    with override(language):
        text = str(_("%(code)s is your Joey code, for 10 minutes. Tell it to nobody.")) % {"code": code}
    send_notice(contact, text, kind="code", language=language)
    return contact


@transaction.atomic(durable=True)
def _keep(contact: Contact, code: str, client_key: str, now: datetime) -> None:
    # One at a time, so that two requests cannot both be the last one allowed. The message goes out after it.
    sql.execute("SELECT pg_advisory_xact_lock(hashtext('people.send_code'))")
    client = hashlib.sha256(client_key.encode()).hexdigest() if client_key else ""
    recent = SignInCode.objects.filter(sent_at__gt=now - COUNTED_OVER)
    if (
        recent.filter(contact=contact.value).count() >= PER_CONTACT
        or (client and recent.filter(client=client).count() >= PER_CLIENT)
        or recent.count() >= IN_ALL
    ):
        raise TooMany(
            _("Too many codes were asked for. Wait an hour, then try again."),
            field="contact",
            retry_after=int(COUNTED_OVER.total_seconds()),
        )
    SignInCode.objects.filter(contact=contact.value, expires_at__gt=now).update(expires_at=now)
    SignInCode.objects.create(
        contact=contact.value,
        client=client,
        code_hash=code_hash(contact.value, code),
        sent_at=now,
        expires_at=now + LIFE,
    )
