"""One code per shop, listing and channel, however often and by how many callers at once it is asked for."""

import threading
from uuid import uuid4

import pytest
from django.db import connection

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit.ids import CODE_ALPHABET
from joey.kit.refusals import Invalid, NotFound
from joey.sharing import make_link as making
from joey.sharing.make_link import NotShareable, make_link
from joey.sharing.models import Link
from joey.shops.models import Listing
from tests import cast
from tests.at_once import outcomes


@pytest.fixture
def listing(db: None) -> Listing:
    return cast.listed(cast.meis_shop(), cast.flask())


def test_a_channel_has_one_link_however_often_it_is_asked_for(listing: Listing) -> None:
    first = make_link(listing.shop, listing_id=listing.id, channel="wechat", now=cast.NOW)
    again = make_link(listing.shop, listing_id=listing.id, channel="wechat", now=cast.NOW)
    other = make_link(listing.shop, listing_id=listing.id, channel="sms", now=cast.NOW)

    assert first.id == again.id
    assert first.code != other.code
    assert len(first.code) == 10
    assert set(first.code) <= set(CODE_ALPHABET)


def test_a_shared_listing_has_its_own_link_too(listing: Listing) -> None:
    make_link(listing.shop, listing_id=listing.id, channel="wechat", now=cast.NOW)

    assert set(Link.objects.values_list("channel", flat=True)) == {"wechat", "shop"}


def test_an_unknown_channel_is_refused_by_name(listing: Listing) -> None:
    with pytest.raises(Invalid) as refused:
        make_link(listing.shop, listing_id=listing.id, channel="pigeon", now=cast.NOW)

    assert refused.value.field == "channel"
    assert not Link.objects.exists()


def test_another_shops_listing_is_not_found(listing: Listing) -> None:
    for listing_id in (listing.id, uuid4()):
        with pytest.raises(NotFound):
            make_link(cast.lulus_shop(), listing_id=listing_id, channel="wechat", now=cast.NOW)

    assert not Link.objects.exists()


@pytest.mark.parametrize("state", ["refused", "hidden"])
def test_what_buyers_may_not_see_cannot_be_shared(listing: Listing, state: str) -> None:
    Listing.objects.update(state=state)

    with pytest.raises(NotShareable):
        make_link(listing.shop, listing_id=listing.id, channel="wechat", now=cast.NOW)

    assert not Link.objects.exists()


def test_a_code_that_is_taken_is_drawn_again(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = make_link(listing.shop, listing_id=listing.id, channel="wechat", now=cast.NOW).code
    draws = iter([taken, "freshcodex", "othercodex", "thirdcodex"])
    monkeypatch.setattr(making, "new_code", lambda _letters: next(draws))

    made = make_link(listing.shop, listing_id=listing.id, channel="qq", now=cast.NOW)

    assert made.code != taken


def test_many_at_once_get_the_same_link(committed_db: EmbeddedPostgres) -> None:
    listing = cast.listed(cast.meis_shop(), cast.flask())
    shop = listing.shop
    connection.close()

    came = outcomes(
        *[lambda: make_link(shop, listing_id=listing.id, channel="wechat", now=cast.NOW).code for _ in range(8)]
    )

    assert len(set(came)) == 1
    assert isinstance(came[0], str)
    assert threading.active_count() < 50
    assert Link.objects.count() == 2
