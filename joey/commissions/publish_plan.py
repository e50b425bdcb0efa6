"""Publish another version of the flat plan. What is earned already keeps its version, and shopkeepers have notice."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from joey.commissions.models import PlanVersion
from joey.kit.text import storable
from joey.people.models import Person
from joey.record.append import append
from joey.record.kinds import identifier
from joey.rules.plan import FlatPlan, PlanRefused
from joey.shops.operators import check_operator

NOTICE = timedelta(days=15)  # for a rule on fees (CN-E11)
FIRST_PLAN = (800_000, 200_000, 7)  # shopkeeper_ppm, platform_ppm, waiting_days: the migration's, published with Joey


def publish_plan(given: Mapping[str, Any], *, by: Person, now: datetime) -> PlanVersion:
    """A plan of `shopkeeper_ppm`, `platform_ppm` and `waiting_days`, in force fifteen days from now.

    Raises Forbidden unless `by` is an operator, and PlanRefused naming the field, and the rule that forbids it: pay for
    recruiting, fees, ranks and pay from another's sales cannot be written down. Such an attempt is recorded.
    """
    check_operator(by)
    try:
        plan = FlatPlan.from_mapping({"version": "new", **given})
    except PlanRefused as refused:
        _record_refusal(refused, by=by, now=now)
        raise
    return _publish(plan, by=by, now=now)


@transaction.atomic(durable=True)
def _publish(plan: FlatPlan, *, by: Person, now: datetime) -> PlanVersion:
    published = PlanVersion.objects.create(
        shopkeeper_ppm=plan.shopkeeper_ppm,
        platform_ppm=plan.platform_ppm,
        waiting_days=plan.waiting_days,
        from_at=now + NOTICE,
        published_by=by,
    )
    facts = {
        "by": str(by.pk),
        "shopkeeper_ppm": plan.shopkeeper_ppm,
        "platform_ppm": plan.platform_ppm,
        "waiting_days": plan.waiting_days,
        "from_at": published.from_at.isoformat(),
    }
    append("plan.published", f"plan:{published.pk}", facts, happened_at=now)
    return published


@transaction.atomic(durable=True)
def _record_refusal(refused: PlanRefused, *, by: Person, now: datetime) -> None:
    """Who wanted what, and the rule against it (story 30). A key is anyone's text, so prose is kept as a digest."""
    facts: dict[str, object] = {"by": str(by.pk), "field": identifier(storable(refused.field or ""))}
    if rule := refused.facts.get("rule_id"):
        facts["rule"] = str(rule)
    append("plan.refused", f"person:{by.pk}", facts, happened_at=now)
