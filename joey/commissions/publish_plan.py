"""Publish another version of the flat plan. What is earned already keeps its version, and shopkeepers have notice."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from joey.commissions.models import PlanVersion
from joey.record.append import append
from joey.rules.plan import FlatPlan

NOTICE = timedelta(days=15)  # for a rule on fees (CN-E11)
FIRST_PLAN = (800_000, 200_000, 7)  # shopkeeper_ppm, platform_ppm, waiting_days: the migration's, published with Joey


@transaction.atomic(durable=True)
def publish_plan(given: Mapping[str, Any], *, now: datetime) -> PlanVersion:
    """A plan of `shopkeeper_ppm`, `platform_ppm` and `waiting_days`, in force fifteen days from now.

    Raises PlanRefused naming the field, and the rule that forbids it: pay for recruiting, fees, ranks and pay from
    another's sales cannot be written down.
    """
    plan = FlatPlan.from_mapping({"version": "new", **given})
    published = PlanVersion.objects.create(
        shopkeeper_ppm=plan.shopkeeper_ppm,
        platform_ppm=plan.platform_ppm,
        waiting_days=plan.waiting_days,
        from_at=now + NOTICE,
    )
    facts = {
        "shopkeeper_ppm": plan.shopkeeper_ppm,
        "platform_ppm": plan.platform_ppm,
        "waiting_days": plan.waiting_days,
        "from_at": published.from_at.isoformat(),
    }
    append("plan.published", f"plan:{published.pk}", facts, happened_at=now)
    return published
