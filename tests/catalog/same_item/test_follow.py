"""Following changes: the same items come, go and move with the offers, in whatever batches, and killed anywhere."""

from datetime import timedelta

import pytest

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.jobs import match_offers
from joey.catalog.models import Alike, Offer, SameCount, SameCursor, SameKey, SameToken
from joey.catalog.same_item.follow import catch_up, forget_everything
from joey.marketplaces.port import OfferFacts
from tests.at_once import die_after, outcomes
from tests.catalog.same_item.offers import BARCODE, NOW, at, same_pairs, take
from tests.proof import prove

pytestmark = pytest.mark.usefixtures("committed_db")

HOUR = timedelta(hours=1)
PAIR = {("jd-keyboard", "taobao-keyboard", "brand_words")}


def everything() -> list[object]:
    """All that the follower keeps, without the times and numbers of rows."""
    return [
        sorted(Alike.objects.values_list("offer_id", "other_id", "evidence", "score", "is_same")),
        sorted(SameKey.objects.values_list("offer_id", "key", "marketplace")),
        sorted(SameToken.objects.exclude(offers=0).values_list("token", "offers")),
        sorted(SameCursor.objects.values_list("marketplace", "counted_seq", "compared_seq")),
        SameCount.objects.count(),
    ]


def test_the_same_item_is_known_from_both_sides() -> None:
    take(at("taobao"), at("jd"), at("jd", name="mouse", title="指间雨 静音鼠标 大手握感", now_minor=9900))

    assert same_pairs() == PAIR
    assert Alike.objects.filter(is_same=True).count() == 2
    prove()


def test_offers_of_one_marketplace_are_never_compared() -> None:
    take(at("taobao"), at("taobao", name="again"))

    assert Alike.objects.count() == 0


def test_what_comes_later_is_found_too() -> None:
    take(at("taobao"))
    assert same_pairs() == set()

    take(at("jd"))

    assert same_pairs() == PAIR


def test_a_better_one_takes_its_place_and_gives_it_back() -> None:
    take(at("taobao", gtin=BARCODE), at("jd"))
    assert same_pairs() == PAIR

    take(at("jd", name="better", gtin=BARCODE))
    assert same_pairs() == {("jd-better", "taobao-keyboard", "barcode")}
    prove()

    take(at("jd", name="better", gtin="", title="指间雨 无线静音鼠标", now_minor=9900), later=HOUR)
    assert same_pairs() == PAIR
    prove()


def test_two_that_are_nearly_as_good_leave_nothing_to_tell() -> None:
    take(at("taobao"), at("jd"), at("jd", name="second"))

    assert same_pairs() == set()
    assert Alike.objects.filter(evidence="brand_words").count() == 4
    prove()


def test_of_two_with_the_barcode_one_is_the_same() -> None:
    take(at("taobao", gtin=BARCODE), at("jd", gtin=BARCODE), at("jd", name="second", gtin=BARCODE))

    assert len(same_pairs()) == 1
    prove()


@pytest.mark.parametrize(
    "change", [{"title": "指间雨 静音鼠标 大手握感"}, {"now_minor": 99900}, {"gtin": "6901234567892"}]
)
def test_a_changed_offer_is_compared_again(change: dict[str, object]) -> None:
    take(at("taobao", gtin=BARCODE), at("jd"))
    assert same_pairs() == PAIR

    take(at("jd", **change), later=HOUR)

    assert same_pairs() == set()
    prove()


def test_a_withdrawn_offer_is_like_nothing_and_counted_no_more() -> None:
    take(at("taobao"), at("jd"))

    Offer.objects.filter(marketplace="jd").update(withdrawn_at=NOW, seq=10**9)
    catch_up(now=NOW)

    assert same_pairs() == set()
    assert not Alike.objects.exists()
    assert not SameKey.objects.filter(marketplace="jd").exists()
    assert SameToken.objects.get(token=0).offers == 1
    prove()


def test_a_thousand_times_the_same_name_costs_no_square() -> None:
    take(*(at(place, name=str(number)) for place in ("taobao", "jd") for number in range(120)))

    assert same_pairs() == set()
    assert Alike.objects.count() <= 2 * 3 * 120
    prove()


def test_the_worker_compares_what_changed() -> None:
    take_offers([at("taobao"), at("jd")], now=NOW)

    match_offers(timestamp=0)

    assert same_pairs() == PAIR


def test_running_again_changes_nothing() -> None:
    take(at("taobao"), at("jd"))
    before = everything()

    again = catch_up(now=NOW)

    assert (again.counted, again.compared, again.pairs) == (0, 0, 0)
    assert everything() == before


def test_in_whatever_batches_it_comes_to_the_same() -> None:
    take_offers(_many(), now=NOW)
    catch_up(now=NOW, batch=7)
    small = everything()

    forget_everything()
    catch_up(now=NOW, most=13)
    catch_up(now=NOW)

    assert everything() == small
    assert len(same_pairs()) == 20
    prove()


def test_beside_itself_it_comes_to_the_same() -> None:
    take_offers(_many(), now=NOW)
    catch_up(now=NOW)
    alone = everything()

    forget_everything()
    came = outcomes(*[lambda: catch_up(now=NOW, batch=5)] * 3)

    assert not [each for each in came if isinstance(each, BaseException)]
    assert everything() == alone
    prove()


@pytest.mark.parametrize(
    "where",
    ["INSERT INTO catalog_sametoken", "INSERT INTO catalog_samekey", "INSERT INTO same_now", "SET compared_seq"],
)
def test_killed_in_the_middle_it_goes_on_where_it_was(where: str) -> None:
    take_offers(_many(), now=NOW)
    catch_up(now=NOW)
    unharmed = everything()

    forget_everything()
    die_after(where, lambda: catch_up(now=NOW, batch=5))
    catch_up(now=NOW, batch=5)

    assert everything() == unharmed
    prove()


def _many() -> list[OfferFacts]:
    """Twenty goods that have nothing in common, each at two marketplaces."""
    return [
        at(place, name=f"{number:02}", title=f"指间雨 {_name(number)}", now_minor=10_000 + number)
        for number in range(20)
        for place in ("taobao", "jd")
    ]


def _name(number: int) -> str:
    """Eight Chinese characters that no other has."""
    return "".join(chr(0x4E00 + 8 * number + place) for place in range(8))
