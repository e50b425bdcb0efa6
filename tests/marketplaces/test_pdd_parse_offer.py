"""What is made of an item of Pinduoduo's search: the dossier's row, its price, its coupon, and what it lacks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from joey.marketplaces.pinduoduo.parse_offer import offer_facts
from joey.marketplaces.port import UnreadableField

# While the coupon of the dossier's row runs.
NOW = datetime.fromtimestamp(1795309000, UTC)
SIGN = "c9r2omogKFFAc7WBwvbZU1ikIb16_J3CTa8HNN"
ROW: dict[str, Any] = {
    "goods_sign": SIGN, "goods_name": "316 flask", "goods_thumbnail_url": "https://img.pddpic.com/t.jpg",
    "goods_image_url": "https://img.pddpic.com/i.jpg", "min_group_price": 6900, "min_normal_price": 8900,
    "mall_id": 5551, "mall_name": "Joey home", "merchant_type": 3, "promotion_rate": 100, "has_coupon": True,
    "coupon_discount": 1000, "coupon_min_order_amount": 1000, "coupon_remain_quantity": 9000,
    "coupon_start_time": 1795190400, "coupon_end_time": 1795795199, "opt_id": 1543, "opt_name": "Home",
}  # fmt: skip


def test_the_price_of_a_group_is_the_price_and_a_coupon_is_taken_off_it() -> None:
    facts = offer_facts(ROW, as_of=NOW, categories={"1543": "home"})

    assert (facts.external_id, facts.title, facts.marketplace) == (SIGN, "316 flask", "pinduoduo")
    assert (facts.now_minor, facts.list_minor, facts.coupon_minor, facts.commission_ppm) == (6900, 8900, 5900, 100_000)
    assert facts.coupon_until == datetime.fromtimestamp(1795795199, UTC)
    assert (facts.seller, facts.seller_kind, facts.category) == ("Joey home", "brand store", "home")
    assert offer_facts(ROW, as_of=NOW, categories={"1": "home"}).category == ""
    assert facts.url == f"https://mobile.yangkeduo.com/goods.html?goods_sign={SIGN}"


@pytest.mark.parametrize(
    "changes",
    [
        {"coupon_discount": 0}, {"coupon_min_order_amount": 7000}, {"coupon_remain_quantity": 0},
        {"coupon_end_time": 1795308999}, {"coupon_start_time": 1795309001}, {"coupon_discount": 6900},
    ],
)  # fmt: skip
def test_a_coupon_that_does_not_count_is_none(changes: dict[str, int]) -> None:
    facts = offer_facts(ROW | changes, as_of=NOW)

    assert (facts.now_minor, facts.coupon_minor, facts.coupon_until) == (6900, None, None)


def test_an_item_under_another_sign_stays_the_same() -> None:
    one, other = (offer_facts(ROW | {"goods_sign": sign}, as_of=NOW) for sign in (SIGN, "c9r2another"))

    assert one.identity == other.identity
    assert one.identity != offer_facts(ROW | {"mall_id": 5552}, as_of=NOW).identity


def test_a_price_below_zero_is_none_and_so_is_a_rate_of_more_than_all_of_it() -> None:
    with pytest.raises(UnreadableField, match="min_group_price is below zero"):
        offer_facts(ROW | {"min_group_price": -1}, as_of=NOW)
    assert offer_facts(ROW | {"promotion_rate": 1001}, as_of=NOW).commission_ppm == 0
