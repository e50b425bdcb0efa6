"""A tracked address carries what the marketplace's reports give back: a position, the link's code, or both."""

from dataclasses import replace

import pytest

from joey.marketplaces import registry
from joey.marketplaces.manifest_shape import Capabilities, Manifest, Positions, SubIds
from joey.marketplaces.port import (
    ByPosition,
    BySubId,
    MarketplaceRefused,
    PositionNotFiled,
    PositionRefused,
    TrackedLink,
    Tracking,
)
from joey.marketplaces.taobao.manifest import MANIFEST
from joey.orders.models import OrderLine
from joey.sharing.lease_position import NoPositionFree, NothingComesBack, lease_for
from joey.sharing.make_link import make_link
from joey.sharing.models import Link, Position, PositionLease, TrackedUrl
from joey.sharing.prove import CHECKS
from joey.sharing.tracked_url import tracked_url
from joey.shops.models import Shop
from tests.cast import DAY, NOW, flask, leased, listed, lulus_shop, meis_shop, report, sam
from tests.orders.polled import take_order_reports

pytestmark = pytest.mark.django_db

CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
SUB_IDS = SubIds(max_length=20, alphabet=CHARACTERS, reported=True)
FREE = Positions(granted="api", registered=False, at_most=2)


class Marketplace:
    """Notes what each tracked link carries."""

    code = "taobao"
    manifest = MANIFEST

    def __init__(self) -> None:
        self.carried: list[Tracking] = []
        self.unknown = ""
        self.filed: set[str] = set()

    def tracked_link(self, external_id: str, tracking: Tracking) -> TrackedLink:
        self.carried.append(tracking)
        if external_id == "refused":
            raise MarketplaceRefused("no")
        if tracking.position == self.unknown:
            raise PositionRefused("not yours")
        return TrackedLink(f"https://item.taobao.com/{external_id}?p={tracking.position}&s={tracking.sub_id}")

    def filing_link(self, position: str) -> str:
        return f"https://item.taobao.com/file/{position}"

    def is_filed(self, position: str) -> bool:
        return position in self.filed

    def register_position(self, name: str) -> str:
        return name


@pytest.fixture
def marketplace(monkeypatch: pytest.MonkeyPatch) -> Marketplace:
    made = Marketplace()
    monkeypatch.setattr(registry, "connector_for", lambda code: made)
    monkeypatch.setattr(registry, "connector", lambda code: made)
    return made


def says(monkeypatch: pytest.MonkeyPatch, *evidence: str, **capabilities: object) -> None:
    manifest: Manifest = replace(
        MANIFEST,
        evidence=evidence,  # type: ignore[arg-type]
        capabilities=replace(MANIFEST.capabilities, **capabilities),  # type: ignore[arg-type]
    )
    assert isinstance(manifest.capabilities, Capabilities)
    monkeypatch.setattr(registry, "manifest_of", lambda code: manifest)


def link(channel: str = "wechat") -> Link:
    return make_link(meis_shop(), listing_id=listed(meis_shop(), flask()).id, channel=channel, now=NOW)


def test_by_position_all_links_of_a_listing_share_one_address(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "position", sub_ids=SUB_IDS)
    lease = leased(meis_shop())

    first, second = tracked_url(link(), now=NOW), tracked_url(link("sms"), now=NOW)

    assert first == second
    assert (first.lease_id, first.sub_id) == (lease.id, "")
    assert marketplace.carried == [Tracking(position="110000000001")]


def test_a_position_that_the_marketplace_refuses_is_noted_as_long_as_it_does(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "position", sub_ids=SUB_IDS)
    position = leased(meis_shop()).position
    marketplace.unknown = position.key

    for now in (NOW, NOW + DAY):
        with pytest.raises(PositionRefused):
            tracked_url(link(), now=now)
    position.refresh_from_db()
    assert position.refused_at == NOW

    marketplace.unknown = ""
    tracked_url(link(), now=NOW + DAY)
    position.refresh_from_db()
    assert position.refused_at is None


def test_no_link_is_made_on_a_position_before_it_is_filed_and_it_is_asked_about_until_the_first(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the marketplace would make one, as some may, and not count its orders."""
    says(monkeypatch, "position", positions=Positions(granted="api", filed=True))
    marketplace.manifest = registry.manifest_of("taobao")
    leased(meis_shop())

    with pytest.raises(PositionNotFiled):
        tracked_url(link(), now=NOW)
    assert (marketplace.carried, TrackedUrl.objects.count()) == ([], 0)

    marketplace.filed.add("110000000001")
    tracked_url(link(), now=NOW)
    marketplace.filed.clear()
    other = listed(meis_shop(), flask(identity="other", external_id="other"))
    tracked_url(make_link(meis_shop(), listing_id=other.id, channel="wechat", now=NOW), now=NOW)
    assert TrackedUrl.objects.count() == 2


def test_by_sub_id_each_link_has_an_address_of_its_own_and_no_position_is_leased(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "sub_id", sub_ids=SUB_IDS)
    wechat, sms = link(), link("sms")

    for each in (wechat, sms, wechat):
        tracked_url(each, now=NOW)

    assert marketplace.carried == [Tracking(sub_id=wechat.code), Tracking(sub_id=sms.code)]
    assert not PositionLease.objects.exists()
    assert all(check.first_offender() is None for check in CHECKS)


@pytest.mark.parametrize(
    "sub_ids",
    [SubIds(), replace(SUB_IDS, max_length=9), replace(SUB_IDS, alphabet="0"), replace(SUB_IDS, reported=False)],
)
def test_a_code_that_does_not_fit_or_does_not_come_back_is_no_sub_id(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch, sub_ids: SubIds
) -> None:
    says(monkeypatch, "sub_id", sub_ids=sub_ids)

    with pytest.raises(NothingComesBack):
        tracked_url(link(), now=NOW)

    assert marketplace.carried == []
    assert not PositionLease.objects.exists()


def test_where_the_position_is_believed_first_both_go_along(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "position", "sub_id", sub_ids=SUB_IDS)
    leased(meis_shop())
    shared = link()

    tracked_url(shared, now=NOW)

    assert marketplace.carried == [Tracking(position="110000000001", sub_id=shared.code)]


def test_free_form_positions_are_made_when_they_are_needed_up_to_what_is_allowed(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "position", positions=FREE)

    leases = [lease_for(shop, "taobao", now=NOW) for shop in (meis_shop(), lulus_shop())]

    assert [lease.position.key for lease in leases] == ["joey-1", "joey-2"]
    assert Position.objects.count() == 2
    third = Shop.objects.create(slug="sam", owner=sam(), name="Sam")
    with pytest.raises(NoPositionFree):
        lease_for(third, "taobao", now=NOW)


def test_an_order_finds_the_shop_by_what_its_link_carried(
    marketplace: Marketplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "sub_id", "position", sub_ids=SUB_IDS)
    tracked_url(link(), now=NOW)
    (carried,) = marketplace.carried

    take_order_reports(
        "taobao", [report(evidence=(BySubId(carried.sub_id or ""), ByPosition("default", "ordered")))], now=NOW
    )

    assert OrderLine.objects.get().shop_id == meis_shop().pk
    assert TrackedUrl.objects.get().lease is None
