"""A report that is silent about a field takes nothing away of what another one said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Offer, PricePoint
from joey.marketplaces.port import OfferFacts
from tests.cast import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SAID = OfferFacts(
    marketplace="jd", identity="1", external_id="1", title="锅", url="https://item.jd.com/1.html", currency="CNY",
    now_minor=33_200, as_of=NOW - 2 * HOUR, list_minor=39_900, coupon_minor=31_200, coupon_until=NOW + 5 * HOUR,
    commission_ppm=20_000, brand="Joey", seller="JD self", seller_kind="marketplace",
    picture_urls=("https://img14.360buyimg.com/a.jpg", "https://img14.360buyimg.com/b.jpg"),
)  # fmt: skip
KEPT = ("brand", "seller", "seller_kind", "list_minor", "picture_urls")
LOOKED_UP = replace(
    SAID, as_of=NOW - HOUR, list_minor=None, coupon_minor=None, coupon_until=None, brand="", seller="", seller_kind="",
    picture_urls=("https://img14.360buyimg.com/a.jpg",), commission_ppm=10_000, silent=(*KEPT, "coupon_minor"),
)  # fmt: skip


def after(*reports: OfferFacts) -> Offer:
    for each in reports:
        assert not take_offers([each], now=NOW).refused
    return Offer.objects.get()


def test_what_is_known_stays_and_what_is_said_counts() -> None:
    offer = after(SAID, LOOKED_UP)

    assert {name: getattr(offer, name) for name in KEPT} | {"picture_urls": tuple(offer.picture_urls)} == {
        name: getattr(SAID, name) for name in KEPT
    }
    assert (offer.now_minor, offer.coupon_minor, offer.coupon_until) == (33_200, 31_200, NOW + 5 * HOUR)
    assert offer.commission_ppm == 10_000
    assert offer.as_of == SAID.as_of, "no one has said since that the coupon still runs"
    assert [each.price_minor for each in PricePoint.objects.all()] == [31_200]


@pytest.mark.parametrize(
    ("said", "looked_up"),
    [
        ({}, {"now_minor": 33_100}),
        ({"coupon_until": NOW - HOUR}, {}),
        ({"as_of": NOW - 30 * timedelta(days=1)}, {}),
        ({"as_of": NOW - 18 * HOUR}, {}),
    ],
    ids=["another price", "it ended", "the word for its price ended", "its price is due to be read"],
)
def test_a_coupon_is_not_kept_where_its_price_may_have_ended(
    said: dict[str, object], looked_up: dict[str, object]
) -> None:
    offer = after(replace(SAID, **said), replace(LOOKED_UP, **looked_up))  # type: ignore[arg-type]

    assert (offer.coupon_minor, offer.as_of) == (None, LOOKED_UP.as_of)
    assert offer.seller == "JD self"


def test_an_offer_that_is_new_is_as_the_report_says() -> None:
    offer = after(LOOKED_UP)

    assert (offer.seller, offer.coupon_minor, list(offer.picture_urls)) == ("", None, [*LOOKED_UP.picture_urls])
