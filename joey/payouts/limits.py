"""The limits on payouts: a version per currency, in force from a moment on. No version, no payout."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet, Sum
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from joey.kit import clock, sql
from joey.kit.refusals import Conflict, Invalid
from joey.kit.text import read_reason
from joey.money.money import EXPONENTS, read_amount
from joey.payouts.models import Payout, PayoutApproval, PayoutLimits
from joey.payouts.policy import WINDOW
from joey.people.models import Person
from joey.record.append import append
from joey.record.erasable import keep_text
from joey.shops.operators import check_operator

# What counts towards the sum of 24 hours: everything but what ended with the money back before it was paid.
NOT_COUNTED = (Payout.State.FAILED, Payout.State.REFUSED)


MOST_DAYS = 365  # of notice
LIMITS = ("floor", "by_rule_below", "two_from", "per_operator_day")
_IN_USE = "payouts:limits"
_TICK = timedelta(microseconds=1)  # the smallest difference between two stored times


class NoLimits(Conflict):
    """No limits are published for the currency, so nothing is paid out in it."""

    code = "no_payout_limits"


@dataclass(frozen=True)
class LimitAmounts:
    """The four amounts of a version, in minor units; see PayoutLimits."""

    floor_minor: int
    by_rule_below_minor: int
    two_from_minor: int
    per_operator_day_minor: int


def limits_at(currency: str, at: datetime) -> PayoutLimits:
    """The version in force. Raises NoLimits."""
    found = _in_force([currency], at).get(currency)
    if found is None:
        raise NoLimits(_("Payouts in %s are not possible yet: an operator has to set their limits.") % currency)
    return found


def versions_of(currency: str, *, until: datetime) -> list[PayoutLimits]:
    """Every version that was in force at some time until then, oldest first.

    One that was announced, and that another took the place of before it began, never was.
    """
    versions: list[PayoutLimits] = []
    for newer in begun_by(until).filter(currency=currency):
        versions = [each for each in versions if each.from_at < newer.from_at] + [newer]
    return versions


def limits_now(currencies: Iterable[str]) -> Mapping[str, PayoutLimits]:
    """The versions in force now, of the currencies that have one. One query."""
    return _in_force(list(currencies), clock.now())


def currencies_with_own_limits() -> frozenset[str]:
    """Those whose limits an operator has published. One query."""
    published = PayoutLimits.objects.exclude(published_by=None)
    return frozenset(published.values_list("currency", flat=True))


def use_limits() -> None:
    """Decide by the limits until the transaction ends: others wait that long to be published."""
    sql.share_until_end(_IN_USE)


def approvals_needed(payout: Payout, limits: PayoutLimits) -> int:
    """0, 1 or 2 operators. What the shop requested within 24 hours counts, so that splitting a sum changes nothing."""
    together = requested_together(payout.shop_id, payout.currency, payout.requested_at)
    return approvals_for(together.aggregate(total=Sum("amount_minor"))["total"] or 0, limits)


def approvals_for(together_minor: int, limits: PayoutLimits) -> int:
    """The same of what counts as one sum."""
    if together_minor >= limits.two_from_minor:
        return 2
    return 0 if together_minor < limits.by_rule_below_minor else 1


def requested_together(shop: Any, currency: Any, requested_at: Any) -> "QuerySet[Payout]":
    """What counts as one sum with a payout of this shop, currency and time; these may be columns of an outer query."""
    within = Payout.objects.filter(shop=shop, currency=currency, requested_at__gt=requested_at - WINDOW)
    return within.exclude(state__in=NOT_COUNTED)


@transaction.atomic(durable=True)
def publish_limits(
    currency: str, amounts: LimitAmounts, *, from_at: datetime, reason: str, by: Person, now: datetime
) -> PayoutLimits:
    """Publish the next version for a currency, which takes the place also of one that is announced for later.

    It begins after what was decided by the ones in force. Raises Invalid, Forbidden, Conflict when it would change
    nothing.
    """
    check_operator(by)
    reason = read_reason(reason)
    _check(currency, amounts, from_at, now)
    sql.lock_until_end(_IN_USE)
    versions = PayoutLimits.objects.filter(currency=currency)
    latest = versions.order_by("-version").first()
    if latest is not None and _amounts_of(latest) == amounts:  # as by a second click
        raise Conflict(_("These limits are published already."))
    limits = PayoutLimits.objects.create(
        currency=currency,
        version=latest.version + 1 if latest else 1,
        from_at=max(from_at, _after_the_last_decision(currency) or from_at),
        published_at=now,
        published_by=by,
        **asdict(amounts),
    )
    facts = {"by": str(by.id), "currency": currency, "version": limits.version, "from_at": limits.from_at.isoformat(),
             "reason": keep_text(reason, shop_id=None).fact}  # fmt: skip
    append("payout_limits.published", f"payout_limits:{currency}", facts | asdict(amounts), happened_at=now)
    return limits


def read_limits(currency: str, given: Mapping[str, str]) -> LimitAmounts:
    """The four amounts as an operator wrote them, by the names of LIMITS ("19.90"). Raises Invalid naming the one."""
    return LimitAmounts(
        **{f"{name}_minor": read_amount(given.get(name, ""), currency, field=name).minor for name in LIMITS}
    )


def read_days(text: str) -> int:
    """In how many days limits begin, as an operator wrote it. Raises Invalid."""
    days = text.strip()
    if not (days.isascii() and days.isdigit() and len(days) <= 3 and int(days) <= MOST_DAYS):
        raise Invalid(_("Give a number of days from 0 to 365."), field="in_days")
    return int(days)


def _after_the_last_decision(currency: str) -> datetime | None:
    decided = Payout.objects.filter(currency=currency).aggregate(at=Max("decided_at"))["at"]
    approved = PayoutApproval.objects.filter(payout__currency=currency).aggregate(at=Max("at"))["at"]
    return max((at + _TICK for at in (decided, approved) if at is not None), default=None)


def _amounts_of(limits: PayoutLimits) -> LimitAmounts:
    return LimitAmounts(*(getattr(limits, f"{name}_minor") for name in LIMITS))


def _check(currency: str, amounts: LimitAmounts, from_at: datetime, now: datetime) -> None:
    if currency not in EXPONENTS:
        raise Invalid(_("Joey does not know the currency “%s”.") % currency[:8], field="currency")
    if not amounts.floor_minor > 0 or not 0 <= amounts.by_rule_below_minor <= amounts.two_from_minor:
        raise Invalid(_("The limits have to rise: floor, one operator, two operators."), field="floor_minor")
    if amounts.per_operator_day_minor < max(amounts.floor_minor, amounts.by_rule_below_minor):
        raise Invalid(
            _("An operator has to be able to approve what the rule does not: at least the smallest payout, and what"
              " is approved by rule."),
            field="per_operator_day_minor",
        )  # fmt: skip
    if from_at < now:
        raise Invalid(_("New limits begin now or later."), field="from_at")


def _in_force(currencies: list[str], at: datetime) -> dict[str, PayoutLimits]:
    return {row.currency: row for row in begun_by(at).filter(currency__in=currencies)}


def begun_by(at: datetime | Now) -> "QuerySet[PayoutLimits]":
    """The versions that had begun by then, oldest first: of each currency the last is in force."""
    return PayoutLimits.objects.filter(from_at__lte=at).order_by("version")
