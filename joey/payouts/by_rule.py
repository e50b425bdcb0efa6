"""Which requested payouts the rule approves by itself, so that no operator has to."""

from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Now
from django.db.models.lookups import LessThan

from joey.payouts.gate import holds_on_payout
from joey.payouts.licensed_channels import lacks_channel
from joey.payouts.limits import begun_by, requested_together
from joey.payouts.models import Payout


def approved_by_rule(at: datetime | Now) -> Q:
    """A condition on payouts: requested, below the amount in the limits in force at that time, on no hold, and with its
    licensed channel named where it needs one.

    What counts is what the shop requested within 24 hours, so a large sum split into small payouts still needs an
    operator. A currency without limits has no such amount.
    """
    limits = begun_by(at).filter(currency=OuterRef("currency")).reverse()
    below = Coalesce(Subquery(limits.values("by_rule_below_minor")[:1]), 0)
    may_go = Q(~Exists(holds_on_payout()), ~lacks_channel())
    return Q(LessThan(_together(), below), may_go, state=Payout.State.REQUESTED)


def _together() -> Subquery:
    """Of a payout in a query: what counts as one sum with it."""
    together = requested_together(OuterRef("shop"), OuterRef("currency"), OuterRef("requested_at"))
    return Subquery(together.order_by().values("shop").annotate(total=Sum("amount_minor")).values("total"))


def to_decide(payouts: "QuerySet[Payout]") -> "QuerySet[Payout]":
    """Of `payouts` those that wait for an operator: requested, and left alone by the rule."""
    return payouts.filter(TO_DECIDE)


def left_to_the_rule(payouts: "QuerySet[Payout]") -> "QuerySet[Payout]":
    """Of `payouts` those that the rule approves in its next run, within a minute."""
    return payouts.filter(LEFT_TO_THE_RULE)


def with_rule(payouts: "QuerySet[Payout]") -> "QuerySet[Payout]":
    """Each payout with `left_to_the_rule`."""
    return payouts.annotate(left_to_the_rule=ExpressionWrapper(LEFT_TO_THE_RULE, output_field=BooleanField()))


def with_together(payouts: "QuerySet[Payout]") -> "QuerySet[Any]":
    """Each payout with `together_minor`: what the shop requested within 24 hours, which decides who approves it."""
    return payouts.annotate(together_minor=_together())


LEFT_TO_THE_RULE = approved_by_rule(Now())
TO_DECIDE = Q(state=Payout.State.REQUESTED) & ~LEFT_TO_THE_RULE
