"""The office page on which an operator publishes other limits on payouts for a currency."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from joey.kit import clock
from joey.money.money import EXPONENTS, Money
from joey.office.asked_field import AskedField, reason_field
from joey.office.form_page import FormPage
from joey.payouts.limits import LIMITS, limits_now, publish_limits, read_days, read_limits
from joey.people.models import Person


def _fields(query: Mapping[str, str]) -> list[AskedField]:
    """What the form asks for. `?currency=CNY` fills it with the limits that are in force for that currency."""
    currency = query.get("currency", "")
    in_force = limits_now([currency]).get(currency)
    labels = dict(zip(LIMITS, (
        _("Smallest payout"), _("Approved by rule below"), _("Two operators from"), _("Most per operator and day"),
    ), strict=True))  # fmt: skip
    amounts = {
        name: Money(getattr(in_force, f"{name}_minor"), currency).decimal_text if in_force else "" for name in LIMITS
    }
    return [
        AskedField("currency", _("Currency"), tuple((each, each) for each in sorted(EXPONENTS)), value=currency),
        *(AskedField(name, label, value=amounts[name]) for name, label in labels.items()),
        AskedField("in_days", _("In force in how many days (0: now)"), value="0"),
        reason_field(),
    ]


def _publish(by: Person, given: Mapping[str, str]) -> str:
    now, currency = clock.now(), given.get("currency", "")
    publish_limits(
        currency, read_limits(currency, given), from_at=now + timedelta(days=read_days(given.get("in_days", ""))),
        reason=given.get("reason", ""), by=by, now=now,
    )  # fmt: skip
    return _("The limits in %s are published.") % currency


PUBLISH_LIMITS = FormPage(
    name="publish_limits",
    title=gettext_lazy("Publish limits on payouts"),
    about=gettext_lazy(
        "They replace those in force for this currency, and apply to payouts that are approved from then on."
    ),
    fields=_fields,
    verb=_publish,
    back="terms",
)
