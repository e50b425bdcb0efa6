"""Reading offers again in time, and leaving them alone while their marketplace is unavailable."""

from datetime import datetime, timedelta

import pytest
import stamina
from django.db import connection

from joey.catalog.intake.take_offers import TakenOffers, take_offers
from joey.catalog.models import Offer, PricePoint
from joey.catalog.prove import CHECKS
from joey.catalog.refresh_due import refresh_due
from joey.kit import clock
from joey.marketplaces import registry
from tests.marketplaces.conftest import Sandbox
from tests.slow import slow

pytestmark = pytest.mark.django_db

LIFE = timedelta(hours=24)


def filled(words: str = "锅", marketplace: str | None = None) -> datetime:
    """A catalogue with what the marketplaces answer to the words; when that was."""
    now = clock.now()
    done = fetch_offers(words, now=now, marketplace=marketplace)
    assert sum(taken.new for taken in done)
    assert not any(taken.refused for taken in done)
    return now


def fetch_offers(words: str, *, now: datetime, marketplace: str | None = None, pages: int = 1) -> list[TakenOffers]:
    """Search one marketplace, or all that are connected, and take in up to `pages` pages of a hundred offers each."""
    chosen = [registry.connector_for(marketplace)] if marketplace else registry.connectors()
    found = (
        connector.search(words, page=page, size=100).offers for connector in chosen for page in range(1, pages + 1)
    )
    return [take_offers(facts, now=now) for facts in found]


def age(hours: float) -> None:
    """Let everything have been read so many hours ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_offer SET as_of = as_of - %(age)s::interval, expires_at = expires_at - %(age)s::interval,"
            " looked_at = looked_at - %(age)s::interval, withdrawn_at = withdrawn_at - %(age)s::interval",
            {"age": f"{hours} hours"},
        )


def prove() -> None:
    for check in CHECKS[:1] + CHECKS[2:]:
        assert check.first_offender() is None, check.rule


def test_the_whole_demo_catalogue_comes_in_from_every_marketplace(connected: Sandbox) -> None:
    now = clock.now()
    for words in ("a", "the", "锅", "茶"):
        fetch_offers(words, now=now, pages=5)
    fetch_offers("", now=now, marketplace="jd")
    fetch_offers("", now=now, marketplace="amazon")

    assert set(Offer.objects.values_list("marketplace", flat=True)) >= {"taobao", "tmall", "jd", "amazon"}
    assert PricePoint.objects.count() >= Offer.objects.filter(now_minor__isnull=False).count()
    assert refresh_due(now=now).asked == 0
    for check in CHECKS:
        assert check.first_offender() is None, check.rule


def test_a_price_with_a_third_of_its_life_left_is_read_again_and_shown_another_day(connected: Sandbox) -> None:
    now = filled()
    age(15.9)
    assert refresh_due(now=now).asked == 0

    age(0.2)
    done = refresh_due(now=clock.now())

    assert done.asked == Offer.objects.count()
    assert done.troubles == {}
    assert done.withdrawn == 0
    assert Offer.objects.filter(expires_at__gt=now + LIFE * 0.9).count() == done.asked
    prove()


def test_a_week_of_refreshing_keeps_every_price_fresh(own_world: Sandbox) -> None:
    filled()
    for _turn in range(10):
        age(17)
        own_world.post("/control/taobao/rotate-ids")
        refresh_due(now=clock.now())

    now = clock.now()
    assert not Offer.objects.filter(expires_at__lte=now).exists()
    turned = Offer.objects.filter(marketplace__in=["taobao", "tmall"])
    assert turned.exists()
    assert all(len(offer.former_ids) == 10 for offer in turned)


def test_a_connector_at_fault_keeps_no_other_from_being_asked(
    connected: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled()
    age(20)
    first = next(each for each in registry.connectors() if Offer.objects.filter(marketplace=each.code).exists())

    def at_fault(_ids: object) -> None:
        raise KeyError("a fault")

    monkeypatch.setattr(first, "look_up", at_fault)

    with pytest.raises(KeyError, match="a fault"):  # so that the job counts as failed
        refresh_due(now=clock.now())

    stale = Offer.objects.filter(expires_at__lt=clock.now() + LIFE / 3)
    assert {*stale.values_list("marketplace", flat=True)} == {*first.manifest.marketplaces}


def test_only_what_is_wanted_is_read(connected: Sandbox) -> None:
    filled()
    age(20)
    some = list(Offer.objects.values_list("id", flat=True)[:3])

    done = refresh_due(now=clock.now(), wanted=some)

    assert done.asked == 3
    assert refresh_due(now=clock.now(), wanted=[]).asked == 0


def test_what_is_gone_is_withdrawn_and_what_is_back_is_not(connected: Sandbox) -> None:
    now = filled(marketplace="taobao")
    gone = Offer.objects.all()[0]
    known_id = gone.external_id
    Offer.objects.filter(pk=gone.pk).update(external_id="no-longer-sold")
    age(17)

    first = refresh_due(now=now)
    gone.refresh_from_db()
    assert (first.withdrawn, gone.withdrawn_at) == (1, now)
    assert gone.expires_at <= now
    again = refresh_due(now=now)
    assert again.asked == 0  # it is not asked for at every run

    Offer.objects.filter(pk=gone.pk).update(external_id=known_id)
    age(17)
    back = refresh_due(now=clock.now(), wanted=[gone.pk])
    gone.refresh_from_db()
    assert (back.returned, back.withdrawn, gone.withdrawn_at) == (1, 0, None)
    assert gone.expires_at > clock.now()


def test_a_new_picture_and_a_new_id_at_once_stay_the_same_offer(own_world: Sandbox) -> None:
    filled(marketplace="taobao")
    offer = Offer.objects.all()[0]
    Offer.objects.filter(pk=offer.pk).update(identity="2200000009:/pictures/old.webp")
    own_world.post("/control/taobao/rotate-ids")
    age(17)
    count = Offer.objects.count()

    refresh_due(now=clock.now(), wanted=[offer.pk])

    seen = Offer.objects.get(pk=offer.pk)
    assert seen.identity == offer.identity
    assert seen.external_id != offer.external_id
    assert Offer.objects.count() == count


@pytest.mark.parametrize("kind", [slow("500"), slow("garbage"), "throttle"])
def test_a_marketplace_that_is_unavailable_changes_nothing_and_keeps_no_other_from_being_read(
    own_world: Sandbox, kind: str
) -> None:
    filled()
    fetch_offers("", now=clock.now(), marketplace="jd")
    age(17)
    before = list(Offer.objects.filter(marketplace__in=["taobao", "tmall"]).order_by("id").values())
    own_world.post("/control/outage", {"kind": kind, "seconds": 60, "where": "taobao"})

    with stamina.set_testing(True, attempts=2):
        done = refresh_due(now=clock.now())

    assert list(done.troubles) == ["taobao"]
    assert list(Offer.objects.filter(marketplace__in=["taobao", "tmall"]).order_by("id").values()) == before
    assert not Offer.objects.filter(marketplace="jd", expires_at__lt=clock.now() + LIFE / 3).exists()

    own_world.post("/control/outage", {"kind": kind, "seconds": 0, "where": "taobao"})
    assert refresh_due(now=clock.now()).troubles == {}


def test_a_marketplace_that_knows_nothing_any_more_is_in_trouble_and_not_sold_out(connected: Sandbox) -> None:
    filled(words="a", marketplace="taobao")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalog_offer SET external_id = 'lost-' || id")
    age(17)

    done = refresh_due(now=clock.now())

    assert list(done.troubles) == ["taobao"]
    assert done.withdrawn == 0
    assert not Offer.objects.exclude(withdrawn_at=None).exists()


def test_a_coupon_that_ended_is_read_again_at_once(connected: Sandbox) -> None:
    filled()
    now = clock.now()
    offer = Offer.objects.filter(coupon_minor__isnull=False, coupon_until__gt=now)[0]
    Offer.objects.filter(pk=offer.pk).update(as_of=now - timedelta(hours=2), coupon_until=now - timedelta(minutes=1))

    assert refresh_due(now=now, wanted=[offer.pk]).asked == 1
