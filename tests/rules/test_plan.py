"""Story 30 and the flat plan's sums: nothing is lost, and recruiting pays nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joey.kit.refusals import Invalid
from joey.rules.plan import FlatPlan, PlanRefused, PlanSplit, rule_against

PLAN = {"version": "2026-11", "shopkeeper_ppm": 900_000, "platform_ppm": 100_000, "waiting_days": 15}
SIZES = st.integers(0, 10**15) | st.sampled_from([0, 1, 2**53 + 1, 2**63 - 1, 10**30])


@given(base=SIZES, shopkeeper_ppm=st.integers(0, 1_000_000))
def test_the_parts_of_a_split_make_the_whole(base: int, shopkeeper_ppm: int) -> None:
    plan = FlatPlan("v", shopkeeper_ppm, 1_000_000 - shopkeeper_ppm, 0)

    shop, platform, rounding = plan.split(base)

    assert shop + platform + rounding == base
    assert 0 <= rounding <= 1
    assert shop * 1_000_000 <= base * shopkeeper_ppm < (shop + 1) * 1_000_000
    assert platform * 1_000_000 <= base * plan.platform_ppm < (platform + 1) * 1_000_000


def test_a_split_floors_to_people_and_names_the_rest() -> None:
    assert FlatPlan.from_mapping(PLAN).split(2970) == PlanSplit(shop=2673, platform=297, rounding=0)
    assert FlatPlan.from_mapping(PLAN).split(2975) == PlanSplit(shop=2677, platform=297, rounding=1)
    assert FlatPlan("all", 1_000_000, 0, 90).split(2**53 + 1) == (2**53 + 1, 0, 0)


@pytest.mark.parametrize("base", [-1, -(2**63)])
def test_a_negative_base_is_refused(base: int) -> None:
    with pytest.raises(ValueError, match="reversal"):
        FlatPlan.from_mapping(PLAN).split(base)


@pytest.mark.parametrize("base", [1.0, float("nan"), True, "1", None])
def test_money_that_is_not_whole_is_refused(base: Any) -> None:
    with pytest.raises(TypeError):
        FlatPlan.from_mapping(PLAN).split(base)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"version": " "}, "version"), ({"version": 1}, "version"), ({"shopkeeper_ppm": 900_001}, "platform_ppm"),
        ({"shopkeeper_ppm": -1, "platform_ppm": 1_000_001}, "shopkeeper_ppm"),
        ({"shopkeeper_ppm": 0.9}, "shopkeeper_ppm"),
        ({"platform_ppm": True}, "platform_ppm"), ({"platform_ppm": "100000"}, "platform_ppm"),
        ({"waiting_days": 91}, "waiting_days"),
        ({"waiting_days": -1}, "waiting_days"), ({"waiting_days": 1.5}, "waiting_days"),
        ({"shopkeeper_ppm": float("nan")}, "shopkeeper_ppm"),
    ],
)  # fmt: skip
def test_a_plan_that_does_not_add_up_names_the_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        FlatPlan.from_mapping(PLAN | change)

    assert refused.value.field == field
    assert str(refused.value)


@pytest.mark.parametrize("name", list(PLAN))
def test_a_missing_part_is_named(name: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        FlatPlan.from_mapping({key: value for key, value in PLAN.items() if key != name})

    assert refused.value.field == name


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("per_invite_bonus", "CN-P1"), ("perInviteBonus", "CN-P1"), ("recruit_reward", "CN-P1"),
        ("PER-INVITE-BONUS", "CN-P1"),
        ("ｐer_invite_bonus", "CN-P1"), ("headcount_prize", "CN-P1"), ("邀请奖励", "CN-P1"),
        ("referral_bonus", "CN-P1"),
        ("upline_share", "CN-P3"), ("downline_ppm", "CN-P3"), ("invitee_sales_share", "CN-P3"),
        ("team_bonus", "CN-P3"),
        ("level_2_ppm", "CN-P3"), ("inviter_ppm", "CN-P3"), ("share_of_invitees_sales", "CN-P3"),
        ("团队分成", "CN-P3"), ("上级提成", "CN-P3"),
        ("rank_price", "CN-P2"), ("deposit", "CN-P2"), ("refundable_deposit", "CN-P2"), ("entry_fee", "CN-P2"),
        ("保证金", "CN-P2"),
        ("paid_rank", "CN-P2"), ("starter_package", "CN-P2"), ("min_purchase", "CN-P2"),
    ],
)  # fmt: skip
def test_what_would_make_a_pyramid_is_refused_by_the_rule_that_forbids_it(key: str, rule: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        FlatPlan.from_mapping(PLAN | {key: 0})

    assert isinstance(refused.value, Invalid)
    assert refused.value.field == key
    assert refused.value.facts["rule_id"] == rule
    assert rule in str(refused.value)
    assert key in str(refused.value)


@pytest.mark.parametrize("key", ["colour", "", "{key}", "100%", "note\u200b"])
def test_any_other_key_is_refused_too(key: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        FlatPlan.from_mapping(PLAN | {key: 1})

    assert rule_against(key) is None
    assert refused.value.facts["rule_id"] is None
    assert f"“{key}”" in str(refused.value)
