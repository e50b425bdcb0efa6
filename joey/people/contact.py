"""Read a contact as people type it: an e-mail address or a phone number, in one spelling each."""

from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid
from joey.people.code_hash import contact_hash

HOME_REGION = "CN"  # a number without a country code is read as one from here
LENGTH_MAX = 254

# Codes go to phones that people carry. A premium-rate or satellite number costs the operator money and earns it for a
# stranger, a landline reads no texts.
KINDS = frozenset({phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE})
NO_COUNTRY = "001"  # satellite and other networks of the whole world: +870, +881, +882, +883 (ITU-T E.164)
# China's own satellite numbers, which look like mobile ones (MIIT numbering plan: 1349 and 1740-0 to 1740-5).
SATELLITE = ("+861349", *(f"+861740{last}" for last in range(6)))


@dataclass(frozen=True)
class Contact:
    """`kind` is "phone" or "email"; `value` is E.164 ("+8613800138000") or a lower-case address."""

    kind: str
    value: str

    @property
    def key(self) -> str:
        """What the security log calls it: the same for the same contact, and not to be read back from a copy."""
        return f"contact:{contact_hash(self.value).hex()}"


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
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    kind, region = phonenumbers.number_type(number), phonenumbers.region_code_for_number(number)
    if kind == phonenumbers.PhoneNumberType.FIXED_LINE:
        raise Invalid(_("A landline gets no text messages. Use a mobile number or an e-mail address."), field="contact")
    if kind not in KINDS or region in (None, NO_COUNTRY) or value.startswith(SATELLITE):
        raise Invalid(_("Codes cannot be sent to this kind of phone number."), field="contact")
    return Contact("phone", value)
