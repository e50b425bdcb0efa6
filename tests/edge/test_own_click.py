"""Whether it was the shop's keeper who went on: known of the keeper who is signed in, and of no other visitor."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from pytest_django import Settings

from joey.kit import clock
from joey.people.models import Person
from joey.people.session_store import SessionStore
from joey.sharing.models import Click, Link, OutboundClick, TrackedUrl
from tests import cast
from tests.edge.server import SANDBOX, SECRET, Server


@pytest.fixture(autouse=True)
def one_secret(settings: Settings) -> None:
    """The server reads what is signed here."""
    settings.SECRET_KEY = SECRET


@pytest.fixture
def tracked(shared: Link) -> None:
    TrackedUrl.objects.create(
        shop=cast.meis_shop(), listing=shared.listing, lease=cast.leased(cast.meis_shop()), url=f"{SANDBOX}/t?e=1",
        made_at=clock.now(),
    )  # fmt: skip


def session_of(person: Person) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session.create()
    return str(session.session_key)


def goes_on(joey: Server, token: object, session: str) -> bool:
    """Whether the outbound click of this visitor says that it is the keeper's."""
    known = set(OutboundClick.objects.values_list("id", flat=True))
    answer = joey.get(f"/go/{token}", cookie=f"lang=en; {settings.SESSION_COOKIE_NAME}={session}")
    assert answer.status_code == 302
    assert "set-cookie" not in answer.headers
    return OutboundClick.objects.exclude(id__in=known).get().by_keeper


def test_the_keeper_who_is_signed_in_goes_on_from_their_own_shop(
    joey: Server, shared: Link, own: Link, tracked: None
) -> None:
    session = session_of(cast.mei())
    joey.get(f"/l/{shared.code}")

    ways = [goes_on(joey, token, session) for token in (Click.objects.get().pk, own.code, own.code)]

    assert ways == [True] * 3


def test_of_other_visitors_nothing_is_known(joey: Server, own: Link, tracked: None) -> None:
    signed_out, expired = session_of(cast.mei()), session_of(cast.mei())
    SessionStore(signed_out).flush()
    over = SessionStore(expired)
    over.set_expiry(timedelta(seconds=-1))
    over.save()
    goes_on(joey, own.code, session_of(cast.mei()))

    others = [session_of(cast.lulu()), signed_out, expired, "x" * 32, "'; --", ""]

    assert [goes_on(joey, own.code, session) for session in others] == [False] * len(others)


def test_without_a_position_no_order_can_come_of_it_and_nothing_is_kept(joey: Server, own: Link) -> None:
    assert not goes_on(joey, own.code, session_of(cast.mei()))
