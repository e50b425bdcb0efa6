"""Takes over the plans that were published since the backup: clicks and orders since then were promised them."""

from datetime import datetime
from uuid import UUID

import psycopg
from django.db import transaction

from joey.commissions.models import PlanVersion
from joey.commissions.plan_now import plan_versions
from joey.payouts.copy_payouts import copy_rows
from joey.payouts.read_before import read
from joey.record.append import append
from joey.record.models import Event


@transaction.atomic
def take_over_plans(before: psycopg.Connection, *, now: datetime) -> list[PlanVersion]:
    """Each plan that the record of the database `before` has and this one lacks, with its event; those that came.

    They apply from the day that was announced, which no line of the backup reaches. A plan gets the next number here:
    another one may have the number that it had. Safe to run twice.
    """
    known = {_terms(plan) for plan in plan_versions()}
    came = []
    for event in sorted(read(before, Event, "kind", ["plan.published"]), key=lambda each: each.id):
        facts = event.facts
        plan = PlanVersion(
            shopkeeper_ppm=facts["shopkeeper_ppm"],
            platform_ppm=facts["platform_ppm"],
            waiting_days=facts["waiting_days"],
            from_at=datetime.fromisoformat(facts["from_at"]),
            published_by_id=UUID(facts["by"]),
        )
        if _terms(plan) not in known:
            copy_rows(before, [plan], now=now)
            plan = PlanVersion.objects.latest("pk")
            append("plan.published", f"plan:{plan.pk}", facts, happened_at=event.happened_at)
            came.append(plan)
    return came


def _terms(plan: PlanVersion) -> tuple[object, ...]:
    return plan.shopkeeper_ppm, plan.platform_ppm, plan.waiting_days, plan.from_at, plan.published_by_id
