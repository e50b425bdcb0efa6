"""The rate limiter: exact on two connections, silent about refused attempts, and it keeps no key."""

from datetime import timedelta

import pytest
from django.db import transaction

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from joey.kit import clock
from joey.kit.jobs import forget_rate_windows
from joey.kit.models import RateWindow
from joey.kit.rate_limit import Limit, hit, hit_alone
from joey.kit.refusals import TooMany
from tests.at_once import outcomes
from tests.cast import NOW

THREE = Limit("three a minute", 3, timedelta(minutes=1))
TEN = Limit("ten an hour", 10, timedelta(hours=1))
SECOND = timedelta(seconds=1)


def knock(key: str = "mei", *, seconds: float = 0) -> None:
    with transaction.atomic():
        hit((THREE, key), now=NOW + seconds * SECOND, text="Slow down.", field="door")


@pytest.mark.django_db
def test_the_fourth_hit_of_three_is_refused_and_says_when_to_come_back() -> None:
    for second in (0, 10, 20):
        knock(seconds=second)

    with pytest.raises(TooMany) as refused:
        knock(seconds=20.5)

    assert refused.value.facts == {"retry_after": 40}
    assert (str(refused.value), refused.value.field) == ("Slow down.", "door")


@pytest.mark.django_db
def test_a_refused_hit_neither_counts_nor_makes_the_wait_longer() -> None:
    for _number in range(3):
        knock()
    for second in range(1, 30):
        with pytest.raises(TooMany):
            knock(seconds=second)

    assert RateWindow.objects.get().hits == 3
    knock(seconds=60)


@pytest.mark.django_db
def test_each_key_and_each_limit_counts_by_itself() -> None:
    for _number in range(3):
        knock("mei")

    knock("otto")
    with transaction.atomic():
        hit((TEN, "mei"), now=NOW, text="Slow down.")


@pytest.mark.django_db
def test_where_two_limits_count_the_longer_wait_is_said_and_neither_is_counted() -> None:
    RateWindow.objects.create(digest=TEN.digest("all"), hits=10, ends_at=NOW + timedelta(minutes=9))

    with pytest.raises(TooMany) as refused, transaction.atomic():
        hit((THREE, "mei"), (TEN, "all"), now=NOW, text="Slow down.")

    assert refused.value.facts == {"retry_after": 540}
    assert not RateWindow.objects.filter(digest=THREE.digest("mei")).exists()


def test_on_several_connections_exactly_as_many_get_in_as_may(committed_db: EmbeddedPostgres) -> None:
    came = outcomes(*[knock] * 8)

    assert sum(isinstance(each, TooMany) for each in came) == 5
    assert RateWindow.objects.get().hits == 3


def test_two_connections_with_two_limits_in_another_order_do_not_lock_each_other_out(
    committed_db: EmbeddedPostgres,
) -> None:
    def both(*keys: str) -> None:
        with transaction.atomic():
            hit(*[(TEN, key) for key in keys], now=NOW, text="Slow down.")

    came = outcomes(*[lambda: both("a", "b"), lambda: both("b", "a")] * 4)

    assert came == [None] * 8
    assert {window.hits for window in RateWindow.objects.all()} == {8}


@pytest.mark.django_db
def test_windows_that_are_over_are_deleted() -> None:
    now = clock.now()
    RateWindow.objects.create(digest=b"over", hits=1, ends_at=now - timedelta(minutes=10))
    RateWindow.objects.create(digest=b"open", hits=1, ends_at=now + timedelta(minutes=10))

    forget_rate_windows(0)

    assert [bytes(window.digest) for window in RateWindow.objects.all()] == [b"open"]


def test_counted_alone_it_is_exact_and_says_when_to_come_back(committed_db: EmbeddedPostgres) -> None:
    came = outcomes(*[lambda: hit_alone(THREE, "mei", text="Slow down.")] * 8)

    refused = [each for each in came if isinstance(each, TooMany)]
    assert len(refused) == 5
    assert all(50 < each.facts["retry_after"] <= 60 for each in refused)
    assert RateWindow.objects.get().hits == 3, "refused attempts do not count"
    RateWindow.objects.update(ends_at=clock.now())
    hit_alone(THREE, "mei", text="Slow down.")
    assert RateWindow.objects.get().hits == 1
