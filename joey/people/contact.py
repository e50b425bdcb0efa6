"""Read a contact as people type it: an e-mail address or a phone number, in one spelling each."""

from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid

HOME_REGION = "CN"  # a number without a country code is read as one from here
LENGTH_MAX = 254

# Premium-rate numbers: sending codes to them would cost the operator money and earn it for a stranger.
PREMIUM_KINDS = frozenset({phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST})


@dataclass(frozen=True)
class Contact:
    """`kind` is "phone" or "email"; `value` is E.164 ("+8613800138000") or a lower-case address."""

    kind: str
    value: str


def read_contact(text: str) -> Contact:
    """The contact in `text`; reading its `value` again gives the same. Raises Invalid ("contact")."""
    typed = text.strip() if isinstance(text, str) else ""
    if not typed:
        raise Invalid(_("Write your e-mail address or phone number."), field="contact")
    neither = Invalid(_("This is neither an e-mail address nor a phone number."), field="contact")
    if len(typed) > LENGTH_MAX or not typed.isprintable():
        raise neither
    if "@" in typed:
        return _read_email(typed)
    if any(character.isalpha() for character in typed):  # "1-800-FLOWERS" and ";ext=" are not what people sign in with
        raise neither
    return _read_phone(typed)


def _read_email(typed: str) -> Contact:
    value = typed.lower()
    try:
        if not value.isascii():  # look-alike letters could make two people of one address
            raise ValidationError("letters outside ASCII")
        validate_email(value)
    except ValidationError:
        raise Invalid(
            _("This e-mail address cannot be right. Write it like name@example.com."), field="contact"
        ) from None
    return Contact("email", value)


def _read_phone(typed: str) -> Contact:
    refusal = Invalid(
        _("This phone number cannot be right. Write all of it, from abroad with + and the country code."),
        field="contact",
    )
    try:
        number = phonenumbers.parse(typed, HOME_REGION)
    except phonenumbers.NumberParseException:
        raise refusal from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise refusal
    if phonenumbers.number_type(number) in PREMIUM_KINDS:
        raise Invalid(_("Codes cannot be sent to this kind of phone number."), field="contact")
    return Contact("phone", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
