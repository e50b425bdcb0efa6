"""The demo's offers behave like real ones: plausible prices, ids that stay, and a share of awkward cases."""

from collections import Counter
from hashlib import sha256

import pytest

from joey.demo import catalogue
from joey.demo.make_offer import HISTORY_DAYS, make_offer

MARKETPLACES = {"taobao", "tmall", "jd", "pinduoduo", "dangdang", "amazon", "1688"}


def test_there_are_over_400_offers_on_all_seven_marketplaces() -> None:
    per_marketplace = Counter(offer.marketplace for offer in catalogue.offers())

    assert len(catalogue.offers()) >= 400
    assert set(per_marketplace) == MARKETPLACES
    assert min(per_marketplace.values()) >= 20
    assert per_marketplace["taobao"] + per_marketplace["tmall"] >= 110


def test_every_good_is_on_one_to_three_marketplaces_and_many_on_several() -> None:
    counts = [len(catalogue.offers_of(good.slug)) for good in catalogue.goods()]

    assert min(counts) >= 1
    assert max(counts) <= 3
    assert sum(count > 1 for count in counts) >= 100
    assert all(
        len({o.marketplace for o in catalogue.offers_of(g.slug)}) == len(g.marketplaces) for g in catalogue.goods()
    )


def test_external_ids_are_digits_and_unique_where_they_could_meet() -> None:
    # Taobao and Tmall are one connector with one number range.
    ids = [("taobao" if o.marketplace == "tmall" else o.marketplace, o.external_id) for o in catalogue.offers()]

    assert len(set(ids)) == len(ids)
    assert all(external_id.isdigit() for _, external_id in ids)


def test_an_external_id_depends_on_nothing_but_marketplace_and_slug() -> None:
    mug = catalogue.good("tea-mug-speckled")
    number = int.from_bytes(sha256(b"taobao:tea-mug-speckled").digest()[:8], "big")

    assert make_offer(mug, "taobao", None).external_id == str(10**11 + number % (9 * 10**11))
    assert make_offer(mug, "taobao", "out").external_id == make_offer(mug, "taobao", None).external_id


def test_an_offer_is_found_by_its_id_and_an_unknown_one_is_not() -> None:
    offer = catalogue.offers()[40]

    assert catalogue.offer(offer.marketplace, offer.external_id) is offer
    with pytest.raises(KeyError):
        catalogue.offer(offer.marketplace, "1")
    with pytest.raises(KeyError):
        catalogue.offers_of("no-such-good")


def test_list_price_is_at_least_the_price_now_and_that_at_least_the_coupon_price() -> None:
    for offer in catalogue.offers():
        assert offer.list_minor >= offer.now_minor > 0, offer
        assert (offer.coupon_minor is None) == (offer.coupon_until_days is None), offer
        if offer.coupon_minor is not None:
            assert 0 < offer.coupon_minor < offer.now_minor, offer


def test_prices_are_yuan_everywhere_but_on_amazon_and_of_a_size_that_shoppers_know() -> None:
    for offer in catalogue.offers():
        assert offer.currency == ("USD" if offer.marketplace == "amazon" else "CNY"), offer
        assert (399 if offer.currency == "USD" else 690) <= offer.now_minor <= 60_000, offer


def test_the_same_good_costs_much_the_same_on_every_chinese_marketplace_and_less_at_the_maker() -> None:
    for good in catalogue.goods():
        prices = {o.marketplace: o.now_minor for o in catalogue.offers_of(good.slug) if o.currency == "CNY"}
        retail = [price for marketplace, price in prices.items() if marketplace != "1688"]
        if retail:
            assert max(retail) <= min(retail) * 1.25, good.slug
        if retail and "1688" in prices:
            assert prices["1688"] < min(retail), good.slug


def test_histories_span_60_days_in_steps_and_end_at_what_a_buyer_pays_today() -> None:
    for offer in catalogue.offers():
        days = [day for day, _ in offer.history]
        assert days[0] == HISTORY_DAYS, offer
        assert offer.history[-1] == (0, offer.price_minor), offer
        assert days == sorted(set(days), reverse=True), offer
        assert len(days) <= 8, offer
        assert all(price > 0 for _, price in offer.history), offer


def test_a_visible_share_is_awkward() -> None:
    awkward = Counter(offer.awkward for offer in catalogue.offers())

    assert awkward["raised_before_sale"] >= 8
    assert awkward["out_of_stock"] >= 6
    assert awkward["expired"] >= 4
    assert awkward["no_commission"] >= 6
    assert set(awkward) == {None, "raised_before_sale", "out_of_stock", "expired", "no_commission"}


def test_raised_before_a_sale_means_cut_to_the_old_price_or_above_it() -> None:
    for offer in catalogue.offers():
        if offer.awkward != "raised_before_sale":
            continue
        before = next(price for day, price in reversed(offer.history) if day > 13)
        raised_on, raised = next((day, price) for day, price in offer.history if day <= 13)
        assert 11 <= raised_on <= 13, offer
        assert raised > offer.now_minor >= before, offer
        assert offer.list_minor == raised, offer
        assert offer.coupon_minor is None, offer


def test_each_awkward_offer_is_awkward_in_the_way_it_says() -> None:
    for offer in catalogue.offers():
        assert (offer.commission_ppm == 0) == (offer.awkward == "no_commission"), offer
        if offer.awkward == "out_of_stock":
            assert not offer.in_stock, offer
        elif offer.awkward == "expired":
            coupon_over = offer.coupon_until_days is not None and offer.coupon_until_days < 0
            assert coupon_over or not offer.in_stock, offer
            assert offer.price_minor == offer.now_minor, offer
        else:
            assert offer.in_stock, offer
            assert offer.coupon_until_days is None or offer.coupon_until_days > 0, offer


def test_commission_rates_lie_between_one_and_a_half_and_twenty_percent() -> None:
    rates = [offer.commission_ppm for offer in catalogue.offers() if offer.commission_ppm]

    assert min(rates) >= 15_000
    assert max(rates) <= 200_000
    assert len(set(rates)) >= 15


def test_the_title_is_in_the_language_of_the_marketplace() -> None:
    for offer in catalogue.offers():
        assert offer.title == offer.good.title["en" if offer.marketplace == "amazon" else "zh"]
        assert offer.seller_kind in {"brand store", "marketplace", "independent"}
        assert offer.seller
        assert offer.ships_from["zh"]
        assert offer.ships_from["en"].isascii()


def test_making_an_offer_twice_gives_the_same_offer() -> None:
    for good in catalogue.goods()[::10]:
        for marketplace, mark in good.marketplaces:
            again = make_offer(good, marketplace, mark)
            assert catalogue.offer(marketplace, again.external_id) == again
