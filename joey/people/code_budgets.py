"""Whether a flood of requested codes uses up what the instance sends: for an operator's eyes."""

from collections.abc import Iterator
from datetime import datetime

import phonenumbers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from joey.kit import limits
from joey.kit.rate_limit import Limit, used_up
from joey.kit.utc_text import utc_text
from joey.people.codes import DIGITS_IN_A_FLOOD, is_flooded

BUDGETS: dict[Limit, Promise] = {
    limits.CODES_TO_NEW_CONTACTS: gettext_lazy("contacts without an account"),
    limits.CODES_TO_ACCOUNTS: gettext_lazy("accounts, in browsers that never signed in with them"),
    limits.CODES_TO_KNOWN_BROWSERS: gettext_lazy("accounts, in browsers that are known"),
    limits.CODES_TO_CONFIRM: gettext_lazy("people who confirm a step that moves money"),
}


def code_alarms(*, now: datetime) -> list[str]:
    """A sentence for each budget of codes that is used up, and one while all new codes are long. Two queries."""
    countries = ((limits.CODES_TO_COUNTRY, str(code)) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
    found = used_up((*((limit, "") for limit in BUDGETS), *countries), now=now)
    return [*(_sentence(*each) for each in found), *_flood(now)]


def _sentence(limit: Limit, key: str, until: datetime) -> str:
    whom = BUDGETS.get(limit) or _("phone numbers that begin with +%(code)s") % {"code": key}
    text = _("%(most)d codes were sent within an hour to %(whom)s, and no more are until %(until)s. Is it a flood?")
    return text % {"most": limit.most, "whom": whom, "until": utc_text(until)}


def _flood(now: datetime) -> Iterator[str]:
    if is_flooded(now=now):
        text = _("Many codes of the last hour were never entered, so new ones have %(digits)d digits. Is it a flood?")
        yield text % {"digits": DIGITS_IN_A_FLOOD}
