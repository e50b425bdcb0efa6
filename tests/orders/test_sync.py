"""Reading order reports window by window: nothing is read again without need, and nothing is passed over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Question
from joey.marketplaces.port import AnyReport, MarketplaceUnavailable
from joey.marketplaces.taobao.manifest import MANIFEST, ORDERS
from joey.orders.models import OrderLine, SyncCursor
from joey.orders.sync import sync
from tests.cast import DAY, NOW, leased, meis_shop, report

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


class Reports:
    """A marketplace with hourly windows that is away from `away_from` on."""

    code = "taobao"
    manifest = replace(MANIFEST, questions=(ORDERS,))

    def __init__(self) -> None:
        self.asked: list[tuple[datetime, datetime]] = []
        self.held: dict[datetime, list[AnyReport]] = {}
        self.away_from: datetime | None = None

    def reports(
        self, question: Question, since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, list[AnyReport]]]:
        self.asked.append((since, until))
        while since < until:
            end = min(since + HOUR, until)
            if self.away_from is not None and end > self.away_from:
                raise MarketplaceUnavailable("away")
            yield end, [each for at, told in self.held.items() if since <= at < end for each in told]
            since = end


@pytest.fixture
def reports(monkeypatch: pytest.MonkeyPatch) -> Reports:
    made = Reports()
    monkeypatch.setattr(registry, "connectors", lambda: [made])
    leased(meis_shop(), since=NOW - 2 * DAY)
    return made


def cursor() -> datetime:
    return SyncCursor.objects.get().read_until


def test_a_quiet_stretch_is_not_read_again(reports: Reports) -> None:
    sync(now=NOW)

    sync(now=NOW + HOUR)

    assert cursor() == NOW + HOUR
    assert reports.asked == [(NOW - 2 * DAY - ORDERS.overlap, NOW), (NOW - ORDERS.overlap, NOW + HOUR)]


def test_what_was_read_before_the_marketplace_went_away_is_not_read_again(reports: Reports) -> None:
    reports.away_from = NOW - DAY

    done = sync(now=NOW)

    assert done[0].trouble
    assert cursor() == done[0].read_until
    assert NOW - DAY - HOUR < cursor() <= NOW - DAY
    assert SyncCursor.objects.get().last_success_at is None


def test_a_report_after_a_quiet_stretch_is_taken_in(reports: Reports) -> None:
    sync(now=NOW)
    reports.held[NOW - timedelta(minutes=1)] = [report(clicked_at=NOW - HOUR)]  # it became visible only now

    sync(now=NOW + HOUR)

    assert OrderLine.objects.get().shop_id == meis_shop().pk
