"""Story 34: what the keeper bought by their own link is marked where the click that is reported for it was theirs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django import Settings

from joey.kit.ids import id_at, new_id
from joey.orders.intake.import_orders import import_orders
from joey.orders.models import OrderLine
from joey.sharing.models import Click, Link
from joey.sharing.write_clicks import NewClick, NewOutboundClick, record_clicks, record_outbound_clicks
from tests.api.client import Caller
from tests.cast import DAY, NOW, flask, leased, listed, lulus_shop, mei, meis_shop, report, shared
from tests.commissions.stage import take_in
from tests.marketplaces.replaced import replace_manifest
from tests.orders.intake.exports import ACCOUNT, row, starting, text_of, written
from tests.orders.intake.test_times_without_seconds import by_protocol
from tests.storefront.goods import fresh_flask
from tests.studio.test_studio import signed_in

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
CLICKED_AT = NOW - 10 * DAY - timedelta(minutes=10)  # of the report
MARK = {"en": "Your own purchase", "zh": "自购"}
WHY = {
    "en": "the click that Taobao or Tmall reports for this order was yours, made while you were signed in",
    "zh": "淘宝或天猫为这笔订单报告的点击是你登录后自己点的",
}


@pytest.fixture(autouse=True)
def lease_id() -> UUID:
    return leased(meis_shop()).pk


@pytest.fixture
def link() -> Link:
    return shared(listed(meis_shop(), flask()), "abc")


def goes_on(link: Link, lease_id: UUID, at: datetime, *, by_keeper: bool, opened: timedelta = timedelta(0)) -> None:
    """Someone who opened the page that long before continues to the marketplace."""
    click_id = id_at(at - opened)
    of = (link.shop_id, link.pk, link.listing_id, b"k" * 16, Click.Visitor.PERSON)
    record_clicks([NewClick(click_id, *of, at=at - opened)])
    record_outbound_clicks(
        [NewOutboundClick(new_id(), click_id, link.shop_id, "taobao", lease_id, at=at, by_keeper=by_keeper)]
    )


def is_marked() -> bool:
    """Whether the API says so of the only order; the studio has to say the same in both languages."""
    (order,) = Caller(mei()).get("/shops/mei/orders").json()["items"]
    for language in ("en", "zh"):
        headers = {"accept-language": language}
        listed_orders, page = (
            signed_in(mei()).get(f"/studio/mei/orders{path}", headers=headers).content.decode()
            for path in ("", f"/{order['id']}")
        )
        found = (MARK[language] in listed_orders, MARK[language] in page, WHY[language] in page)
        assert found == (order["own_purchase"],) * 3
    return bool(order["own_purchase"])


def test_an_order_of_the_keepers_own_click_is_marked_and_earns_like_any_other(link: Link, lease_id: UUID) -> None:
    take_in(report())
    earned = Caller(mei()).get("/shops/mei/orders").json()["items"][0]["commission"]
    assert not is_marked()

    goes_on(link, lease_id, CLICKED_AT - SECOND / 2, by_keeper=True, opened=timedelta(hours=11))

    assert is_marked()
    assert Caller(mei()).get("/shops/mei/orders").json()["items"][0]["commission"] == earned
    assert earned["minor"] > 0


def test_the_click_of_a_visitor_marks_nothing(link: Link, lease_id: UUID) -> None:
    take_in(report())

    goes_on(link, lease_id, CLICKED_AT, by_keeper=False)

    assert not is_marked()


@pytest.mark.parametrize(("opened", "later"), [(timedelta(0), -3), (timedelta(hours=20), 4)])
def test_where_another_visitor_went_on_at_that_moment_it_is_not_known_whose_click_it_was(
    link: Link, lease_id: UUID, opened: timedelta, later: int
) -> None:
    take_in(report())
    goes_on(link, lease_id, CLICKED_AT, by_keeper=True)

    goes_on(link, lease_id, CLICKED_AT + later * SECOND, by_keeper=False, opened=opened)

    assert not is_marked()


def test_another_visitor_a_little_later_or_on_another_position_changes_nothing(link: Link, lease_id: UUID) -> None:
    take_in(report())
    goes_on(link, lease_id, CLICKED_AT, by_keeper=True)

    goes_on(link, lease_id, CLICKED_AT + 6 * SECOND, by_keeper=False)
    goes_on(link, leased(lulus_shop(), "110000000002").pk, CLICKED_AT, by_keeper=False)

    assert is_marked()


@pytest.mark.parametrize("apart", [6 * SECOND, -6 * SECOND, DAY])
def test_an_own_click_of_another_moment_marks_nothing(link: Link, lease_id: UUID, apart: timedelta) -> None:
    take_in(report())

    goes_on(link, lease_id, CLICKED_AT + apart, by_keeper=True)

    assert not is_marked()


def test_an_own_click_on_another_position_marks_nothing(link: Link) -> None:
    take_in(report())

    goes_on(link, leased(lulus_shop(), "110000000002").pk, CLICKED_AT, by_keeper=True)

    assert not is_marked()


def test_an_order_that_an_operator_gave_to_the_shop_has_no_click_of_its_own(link: Link, lease_id: UUID) -> None:
    take_in(report())
    goes_on(link, lease_id, CLICKED_AT, by_keeper=True)

    OrderLine.objects.update(evidence_kind="position_at_order")

    assert not is_marked()


MINUTE = datetime(2026, 11, 13, 9, 50, tzinfo=UTC)  # 17:50 in an export


@pytest.fixture
def exported(tmp_path: Path, settings: Settings) -> None:
    """An order whose click has no seconds in the export that it comes from."""
    settings.JOEY_MARKETPLACES = ACCOUNT
    file = written(tmp_path, text_of([row(点击时间="2026-11-13 17:50")]))
    import_orders(file, "taobao", mapping=starting(tmp_path), now=NOW)


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize(("second", "marked"), [(-6, False), (0, True), (40, True), (59, True), (66, False)])
def test_a_click_without_seconds_is_the_keepers_in_any_second_of_its_minute(
    link: Link, lease_id: UUID, second: int, *, marked: bool
) -> None:
    goes_on(link, lease_id, MINUTE + second * SECOND, by_keeper=True)

    assert is_marked() == marked


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize("keepers", [0, 40])
def test_where_another_visitor_went_on_in_that_minute_it_is_not_known_whose_click_it_was(
    link: Link, lease_id: UUID, keepers: int
) -> None:
    goes_on(link, lease_id, MINUTE + keepers * SECOND, by_keeper=True)
    assert is_marked()

    goes_on(link, lease_id, MINUTE + 20 * SECOND, by_keeper=False)

    assert not is_marked()


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize(("by_report", "marked"), [("17:50:41", True), ("17:50:12", False)])
def test_a_report_that_has_the_seconds_of_that_click_says_whose_it_was(
    link: Link, lease_id: UUID, by_report: str, *, marked: bool
) -> None:
    goes_on(link, lease_id, MINUTE + 40 * SECOND, by_keeper=True)
    goes_on(link, lease_id, MINUTE + 2 * SECOND, by_keeper=True)

    by_protocol(f"2026-11-13 {by_report}")

    assert is_marked() == marked


@pytest.mark.parametrize(
    ("counts", "english", "chinese"),
    [
        (True, "You may buy by your own link: Taobao allows it", "可以通过自己的链接购买：淘宝允许"),
        (None, "Whether Taobao pays for what you buy by your own link is not known", "淘宝是否付佣金，还不清楚"),
        (False, "Taobao pays nothing for what you buy yourself", "你自己买的，淘宝不付佣金"),
    ],
)
def test_before_sharing_a_keeper_reads_whether_own_purchases_count(
    monkeypatch: pytest.MonkeyPatch, counts: bool | None, english: str, chinese: str
) -> None:
    replace_manifest(monkeypatch, "taobao", own_purchases_count=counts)
    earning = listed(meis_shop(), fresh_flask())
    nothing = listed(meis_shop(), fresh_flask(identity="nothing", external_id="nothing", commission_ppm=0))

    for language, words in (("en", english), ("zh", chinese)):
        pages = [
            signed_in(mei()).get(f"/studio/mei/share/{each.pk}", headers={"accept-language": language})
            for each in (earning, nothing)
        ]
        assert [words in page.content.decode() for page in pages] == [True, False]
