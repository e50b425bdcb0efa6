"""Taking offers in: the newest word counts, the same word twice changes nothing, and ids may turn as they like."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from joey.catalog.intake.clean_facts import gtin_14
from joey.catalog.intake.take_offers import TakenOffers, take_offers
from joey.catalog.models import Offer, PricePoint
from joey.catalog.prove import CHECKS
from joey.kit import sql
from joey.marketplaces.port import OfferFacts
from tests.catalog.offers import DAY, HOUR, NOW, flask_facts, many

LATER = NOW + DAY


def numbers(taken: TakenOffers) -> tuple[int, int, int]:
    return taken.new, taken.changed, taken.unchanged


def points() -> list[int]:
    return list(PricePoint.objects.order_by("offer_id", "at").values_list("price_minor", flat=True))


def state() -> list[dict[str, Any]]:
    return sql.rows("SELECT * FROM catalog_offer ORDER BY id") + sql.rows(
        "SELECT * FROM catalog_pricepoint ORDER BY id"
    )


def prove() -> None:
    for check in CHECKS:
        assert check.first_offender() is None, check.rule


@pytest.mark.django_db
def test_a_new_offer_is_kept_whole_with_its_first_price_point() -> None:
    taken = take_offers([flask_facts()], now=NOW)

    offer = Offer.objects.get()
    assert numbers(taken) == (1, 0, 0)
    assert (offer.list_minor, offer.now_minor, offer.coupon_minor) == (12900, 8900, 6900)
    assert offer.translations == {"en": "Stainless Steel Flask, 500 ml"}
    assert offer.picture_urls == ["https://img.alicdn.com/bao/flask.jpg"]
    assert (offer.as_of, offer.expires_at) == (NOW, NOW + DAY)
    assert offer.seq > 0
    assert points() == [6900]  # with the coupon, while it runs
    prove()


@pytest.mark.django_db
def test_the_same_facts_twice_change_nothing() -> None:
    facts = [flask_facts(history=((NOW - 9 * DAY, 8000), (NOW - 3 * DAY, 6900))), *many(5)]
    take_offers(facts, now=NOW)
    before = state()

    taken = take_offers(facts, now=NOW)

    assert numbers(taken) == (0, 0, 6)
    assert state() == before


@pytest.mark.django_db
def test_reading_the_same_again_later_makes_the_price_fresh_without_a_new_number() -> None:
    take_offers([flask_facts()], now=NOW)
    seq = Offer.objects.get().seq

    taken = take_offers([flask_facts(as_of=LATER)], now=LATER)

    offer = Offer.objects.get()
    assert numbers(taken) == (0, 0, 1)
    assert (offer.as_of, offer.expires_at, offer.seq) == (LATER, LATER + DAY, seq)
    assert points() == [6900]


@pytest.mark.django_db
def test_a_new_price_is_a_change_and_a_point() -> None:
    take_offers([flask_facts()], now=NOW)
    seq = Offer.objects.get().seq

    taken = take_offers([flask_facts(as_of=LATER, coupon_minor=5900)], now=LATER)

    assert numbers(taken) == (0, 1, 0)
    assert Offer.objects.get().seq > seq
    assert points() == [6900, 5900]
    prove()


@pytest.mark.django_db
def test_an_older_word_never_overwrites_a_newer_one() -> None:
    take_offers([flask_facts(as_of=LATER, coupon_minor=5900)], now=LATER)
    before = state()

    taken = take_offers([flask_facts(), flask_facts(as_of=LATER, coupon_minor=1)], now=LATER)

    assert numbers(taken) == (0, 0, 2)
    assert state() == before


@pytest.mark.django_db
def test_of_two_words_in_one_set_the_newer_counts_wherever_it_is() -> None:
    newer = flask_facts(as_of=NOW, coupon_minor=5900)

    take_offers([newer, flask_facts(as_of=NOW - HOUR)], now=NOW)

    assert Offer.objects.get().coupon_minor == 5900
    assert points() == [5900]


@pytest.mark.django_db
def test_an_id_that_turns_is_replaced_and_remembered() -> None:
    for turn in range(25):
        at = NOW + turn * HOUR
        take_offers([flask_facts(external_id=f"id-{turn}", as_of=at)], now=at)

    offer = Offer.objects.get()
    assert offer.external_id == "id-24"
    assert offer.former_ids == [f"id-{turn}" for turn in range(4, 24)]  # the last twenty, oldest first
    prove()


@pytest.mark.django_db
def test_an_id_that_comes_back_is_not_its_own_former_one() -> None:
    for at, name in enumerate(("a", "b", "a")):
        take_offers([flask_facts(external_id=name, as_of=NOW + at * HOUR)], now=LATER)

    offer = Offer.objects.get()
    assert (offer.external_id, offer.former_ids) == ("a", ["b"])


@pytest.mark.django_db
def test_a_new_picture_under_the_same_id_is_the_same_offer() -> None:
    take_offers([flask_facts()], now=NOW)
    known = Offer.objects.get().id

    taken = take_offers([flask_facts(identity="2200000001:/bao/new.jpg", as_of=LATER)], now=LATER)

    offer = Offer.objects.get()
    assert numbers(taken) == (0, 0, 1)
    assert (offer.id, offer.identity) == (known, "2200000001:/bao/new.jpg")


@pytest.mark.django_db
def test_an_empty_price_is_unknown_and_the_offer_and_its_history_stay() -> None:
    take_offers([flask_facts()], now=NOW)

    take_offers([flask_facts(as_of=LATER, now_minor=None, coupon_minor=None, list_minor=0)], now=LATER)

    offer = Offer.objects.get()
    assert (offer.now_minor, offer.coupon_minor, offer.list_minor) == (None, None, None)
    assert points() == [6900]
    prove()


@pytest.mark.django_db
def test_a_coupon_that_ended_raises_the_price_at_the_next_reading() -> None:
    take_offers([flask_facts(coupon_until=NOW + HOUR)], now=NOW)

    take_offers([flask_facts(coupon_until=NOW + HOUR, as_of=LATER)], now=LATER)

    assert points() == [6900, 8900]
    prove()


@pytest.mark.django_db
def test_history_of_the_source_is_taken_once_and_what_we_saw_is_kept() -> None:
    remembered = ((NOW - 20 * DAY, 9900), (NOW - 10 * DAY, 9900), (NOW - 5 * DAY, 7900))
    take_offers([flask_facts(history=remembered)], now=NOW)
    assert points() == [9900, 7900, 6900]  # a point only where the price differs

    shifted = tuple((at + DAY, price + 1) for at, price in remembered)
    take_offers([flask_facts(history=shifted, as_of=LATER)], now=LATER)

    assert points() == [9900, 7900, 6900]
    prove()


@pytest.mark.django_db
def test_a_bad_offer_is_refused_with_its_field_and_the_others_survive() -> None:
    good, *_rest = many(1)
    bad = [
        replace(good, identity="x1", currency="XXX"),
        replace(good, identity="x2", url="javascript:alert(1)"),
        replace(good, identity="x3", title="\x00\u200b "),
        replace(good, identity="x4", commission_ppm=1_000_001),
        replace(good, identity="x5", now_minor=10**16),
        replace(good, identity="x6\x00"),
        replace(good, identity="x7", url="https://a.example/" + "x" * 1000),
    ]

    taken = take_offers([*bad, good], now=NOW)

    assert numbers(taken) == (2, 0, 0)
    assert Offer.objects.get(identity="x4").commission_ppm == 0  # a rate that cannot be is none, and the offer stays
    assert [(refused.ordinal, refused.field) for refused in taken.refused] == [
        (0, "currency"), (1, "url"), (2, "title"), (4, "now_minor"), (5, "identity"), (6, "url"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_texts_of_strangers_are_cleaned_and_bounded() -> None:
    take_offers(
        [
            flask_facts(
                title="保温杯\x00\r\n\u202e<b>\ud800" + "长" * 400,
                seller="a\tb",
                translations={"fr": "x", "en": "  a  b "},
            )
        ],
        now=NOW,
    )

    offer = Offer.objects.get()
    assert offer.title.startswith("保温杯 长")
    assert len(offer.title) == 300
    assert (offer.seller, offer.translations) == ("a b", {"en": "a b"})


@pytest.mark.django_db
def test_a_translation_outlives_a_source_that_has_none_until_the_title_changes() -> None:
    take_offers([flask_facts()], now=NOW)

    taken = take_offers([flask_facts(translations={}, as_of=NOW + HOUR)], now=LATER)
    assert numbers(taken) == (0, 0, 1)
    assert Offer.objects.get().translations == {"en": "Stainless Steel Flask, 500 ml"}
    take_offers([flask_facts(translations={"zh-hans": "保温杯"}, as_of=NOW + 2 * HOUR)], now=LATER)
    both = Offer.objects.get()
    assert both.translations == {"en": "Stainless Steel Flask, 500 ml", "zh-hans": "保温杯"}

    take_offers([flask_facts(title="砂锅", translations={}, as_of=LATER)], now=LATER)
    other = Offer.objects.get()
    assert other.translations == {}


@pytest.mark.django_db
def test_a_clock_that_runs_ahead_does_not_make_a_price_last_longer() -> None:
    take_offers([flask_facts(as_of=NOW + 30 * DAY)], now=NOW)

    assert Offer.objects.get().as_of == NOW


@pytest.mark.django_db
def test_a_withdrawn_offer_that_is_seen_again_is_back() -> None:
    take_offers([flask_facts()], now=NOW)
    Offer.objects.update(withdrawn_at=NOW + HOUR)

    take_offers([flask_facts(as_of=NOW + HOUR / 2)], now=LATER)
    assert Offer.objects.get().withdrawn_at is not None  # that word is older than the withdrawal
    taken = take_offers([flask_facts(as_of=LATER)], now=LATER)

    assert numbers(taken) == (0, 1, 0)
    assert Offer.objects.get().withdrawn_at is None


@pytest.mark.django_db
def test_ten_thousand_take_as_many_statements_as_one() -> None:
    def statements(facts: Sequence[OfferFacts]) -> int:
        with connection.execute_wrapper(count):
            take_offers(facts, now=NOW)
        return len(seen)

    seen: list[str] = []

    def count(execute: Any, statement: str, params: Any, many_: bool, context: Any) -> Any:
        seen.append(statement)
        return execute(statement, params, many_, context)

    one = statements(many(1))
    seen.clear()

    assert statements(many(10_000)) == one
    assert Offer.objects.count() == 10_000
    prove()


@pytest.mark.usefixtures("committed_db")
def test_two_at_once_neither_wait_for_ever_nor_make_an_offer_twice() -> None:
    trouble: list[BaseException] = []

    def take(seed: int) -> None:
        facts = many(300) + many(300, marketplace="jd", identity="jd", external_id="jd")[:1]
        random.Random(seed).shuffle(facts)
        try:
            for turn in range(5):
                at = NOW + (turn * 2 + seed) * timedelta(minutes=1)
                take_offers([replace(each, as_of=at, now_minor=2000 + turn) for each in facts], now=LATER)
        except BaseException as problem:  # noqa: BLE001 the test tells it
            trouble.append(problem)
        finally:
            connection.close()

    threads = [Thread(target=take, args=(seed,)) for seed in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert trouble == []
    assert Offer.objects.count() == 301
    assert set(Offer.objects.values_list("now_minor", flat=True)) == {2004}
    prove()


class AnyOrder(TestCase):
    """Any order of arrival leads to the same offers."""

    databases = "__all__"

    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(st.permutations(range(6)), st.sets(st.integers(1, 5)))
    def test_any_order_and_any_cut_into_sets_lead_to_the_same_offer(self, order: list[int], cuts: set[int]) -> None:
        words = [
            flask_facts(external_id=f"id-{at // 2}", now_minor=8900 - at // 3, coupon_minor=None, as_of=NOW + at * HOUR)
            for at in range(6)
        ]
        ordered = [words[at] for at in order]

        for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), 6], strict=True):
            take_offers(ordered[start:end], now=LATER)

        offer = Offer.objects.get()
        assert (offer.external_id, offer.now_minor, offer.as_of) == ("id-2", 8899, NOW + 5 * HOUR)
        prove()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("4006381333931", "04006381333931"),  # GTIN-13
        ("036000291452", "00036000291452"),  # GTIN-12
        ("96385074", "00000096385074"),  # GTIN-8
        ("400-6381 333931", "04006381333931"),
        ("4006381333932", ""),  # a wrong check digit
        ("7-111-21382-3", "09787111213826"),  # ISBN-10
        ("080442957X", "09780804429573"),
        ("7111213824", ""),
        ("01", ""),
        ("00000000", ""),
        ("not a number", ""),
    ],
)
def test_a_gtin_is_kept_only_with_its_check_digit_right(written: str, kept: str) -> None:
    assert gtin_14(written) == kept
