"""Notify a person outside Joey, by a text to a phone or by e-mail."""

import logging
import smtplib
from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from joey.kit.refusals import Text, Unavailable
from joey.people.contact import Contact
from joey.people.models import Person

log = logging.getLogger(__name__)

WAIT_SECONDS = 5
NO_MAIL_HOST = ("", "localhost")  # Django's default: no mail host is set up

SUBJECTS: dict[str, Text] = {
    "code": _("Your Joey code to sign in"),
    "code_to_confirm": _("Your Joey code to confirm a step that moves money"),
    "first_payout_details": _("Your payout details at Joey were saved"),
    "payout_details": _("Your payout details at Joey were changed"),
    "rates_cut": _("Commission rates of your goods at Joey were cut"),
}


def notify_person(person: Person, text: Text, *, kind: str, facts: Mapping[str, str] | None = None) -> None:
    """Send `text`, filled in with `facts`, to every contact the person has, in their language.

    Raises Unavailable when one of them fails.
    """
    with override(person.language):
        message = str(text) % facts if facts else str(text)
    for contact_kind, value in (("email", person.email), ("phone", person.phone)):
        if value:
            send_notice(Contact(contact_kind, value), message, kind=kind, language=person.language)


def send_notice(contact: Contact, text: Text, *, kind: str, language: str) -> None:
    """Hand one message to the mail host or the message gateway; `kind` is one of SUBJECTS.

    Call it outside a transaction: it may wait WAIT_SECONDS. Raises Unavailable. The text goes into no log
    and no error, because it may hold a code.
    """
    with override(language):
        message, subject = str(text), str(SUBJECTS[kind])
    if contact.kind == "email" and settings.EMAIL_HOST not in NO_MAIL_HOST:
        _send_mail(contact.value, subject, message)
    else:
        _post(contact.value, message, kind)


def _post(to: str, text: str, kind: str) -> None:
    if not settings.NOTICE_URL:
        log.error("no message gateway (JOEY_NOTICE_URL) is set: a notice of kind %s was not sent", kind)
        raise _gateway_unavailable()
    import httpx  # heavy, and most processes send nothing

    from joey.kit.http_in_time import client_in_time

    try:
        with client_in_time(seconds=WAIT_SECONDS, each=WAIT_SECONDS, connect=WAIT_SECONDS) as client:
            answer = client.post(settings.NOTICE_URL, json={"to": to, "text": text, "kind": kind})
    except (httpx.HTTPError, httpx.InvalidURL) as trouble:
        log.warning("a notice of kind %s was not sent: %s", kind, type(trouble).__name__)
        raise _gateway_unavailable() from None
    if not answer.is_success:
        log.warning("a notice of kind %s was not sent: the gateway answered %s", kind, answer.status_code)
        raise _gateway_unavailable()


def _send_mail(to: str, subject: str, text: str) -> None:
    message = EmailMessage(subject, text, to=[to])
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as trouble:
        log.warning("an e-mail was not sent: %s", type(trouble).__name__)
        raise _gateway_unavailable() from None


def _gateway_unavailable() -> Unavailable:
    return Unavailable(_("We could not send the message just now. Please try again in a few minutes."))
