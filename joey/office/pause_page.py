"""The office page on which an operator pauses all payouts of the instance."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from joey.kit import clock
from joey.office.asked_field import AskedField, reason_field
from joey.office.form_page import FormPage
from joey.payouts.pause import pause_payouts
from joey.people.models import Person


def _fields(_query: Mapping[str, str]) -> list[AskedField]:
    return [reason_field()]


def _pause(by: Person, given: Mapping[str, str]) -> str:
    pause_payouts(reason=given.get("reason", ""), by=by, now=clock.now())
    return _("Payouts are paused. Nothing is sent until this pause is resumed.")


PAUSE_PAYOUTS = FormPage(
    name="pause_payouts",
    title=gettext_lazy("Pause all payouts"),
    about=gettext_lazy(
        "Nothing is sent to the bank until an operator resumes payouts. They can still be requested and approved."
    ),
    fields=_fields,
    verb=_pause,
    back="payouts_payoutpause_changelist",
)
