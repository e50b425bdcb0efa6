"""A plan has three numbers. What it may not hold is refused by the rule, and what it splits is split as written."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from joey.commissions.earn_due import earn_due
from joey.commissions.models import Commission, PlanVersion
from joey.commissions.publish_plan import publish_plan
from joey.kit import sql
from joey.kit.refusals import Forbidden
from joey.record.queries import events_of
from joey.rules.plan import FlatPlan, PlanRefused
from tests.cast import DAY, NOW, ada, leased, meis_shop, report, sam
from tests.orders.polled import take_order_reports
from tests.proof import prove

pytestmark = pytest.mark.django_db

PLAN = {"shopkeeper_ppm": 700_000, "platform_ppm": 300_000, "waiting_days": 14}


def test_a_published_plan_is_in_force_after_its_notice_and_not_before() -> None:
    leased(meis_shop())
    publish_plan(PLAN, by=ada(), now=NOW - 26 * DAY)  # in force 11 days ago, a day before the click
    publish_plan(PLAN | {"shopkeeper_ppm": 0, "platform_ppm": 1_000_000}, by=ada(), now=NOW - 25 * DAY)

    take_order_reports("taobao", [report()], now=NOW)
    earn_due(now=NOW)

    assert Commission.objects.get().amount_minor == 342 * 7 // 10


@pytest.mark.parametrize(
    ("key", "rule"),
    [("per_invite_bonus", "CN-P1"), ("upline_share_ppm", "CN-P3"), ("rank_price", "CN-P2"), ("deposit", "CN-P2")],
)
def test_what_would_make_a_pyramid_cannot_be_published(key: str, rule: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        publish_plan(PLAN | {key: 50_000}, by=ada(), now=NOW)

    assert (refused.value.field, refused.value.facts["rule_id"]) == (key, rule)
    assert PlanVersion.objects.count() == 1


@pytest.mark.parametrize("change", [{"platform_ppm": 200_000}, {"waiting_days": 91}, {"shopkeeper_ppm": 0.7}])
def test_shares_that_are_not_the_whole_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(PlanRefused):
        publish_plan(PLAN | change, by=ada(), now=NOW)


@given(st.integers(0, 10**12), st.integers(0, 1_000_000))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_booked_is_what_the_plans_arithmetic_says(commission: int, share: int) -> None:
    plan = FlatPlan("x", share, 1_000_000 - share, 7)
    terms = {"shopkeeper_ppm": share, "platform_ppm": 1_000_000 - share, "waiting_days": 7}
    clicked_at = publish_plan(
        terms, by=ada(), now=NOW - 16 * DAY + timedelta(microseconds=PlanVersion.objects.count())
    ).from_at
    if not sql.value("SELECT count(*) FROM sharing_positionlease"):
        leased(meis_shop())
    order = str(sql.value("SELECT count(*) FROM orders_orderline"))

    take_order_reports(
        "taobao", [report(order, commission_minor=commission, service_fee_minor=0, clicked_at=clicked_at)], now=NOW
    )
    earn_due(now=NOW)

    booked = Commission.objects.get(order_line__external_order=order)
    assert (booked.amount_minor, booked.platform_minor, booked.rounding_minor) == plan.split(commission)
    prove()


def test_a_plan_names_the_operator_who_published_it() -> None:
    published = publish_plan(PLAN, by=ada(), now=NOW)

    assert published.published_by == ada()
    assert [event.facts["by"] for event in events_of([f"plan:{published.pk}"])] == [str(ada().pk)]
    prove()


def test_only_an_operator_publishes_a_plan_and_a_refused_attempt_names_who_tried() -> None:
    with pytest.raises(Forbidden):
        publish_plan(PLAN, by=sam(), now=NOW)
    with pytest.raises(PlanRefused):
        publish_plan(PLAN | {"per_invite_bonus": 5}, by=ada(), now=NOW)
    with pytest.raises(PlanRefused):
        publish_plan(PLAN | {"a key\nof \ud83d" + "many words " * 50: 5}, by=ada(), now=NOW)

    first, second = (event.facts for event in events_of([f"person:{ada().pk}"]) if event.kind == "plan.refused")
    assert first == {"by": str(ada().pk), "field": "per_invite_bonus", "rule": "CN-P1"}
    assert "rule" not in second
    assert second["field"].startswith("sha256:"), "prose is no fact"
    assert PlanVersion.objects.count() == 1
    prove()
