"""The people of the tests: Mei keeps a shop, Lulu keeps another, Otto buys, Ada runs the office, Sam is a stranger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from joey.catalog.models import Offer
from joey.kit.clock import now
from joey.marketplaces.port import ByPosition, OrderReport, RefundReport
from joey.people.models import Person, Scope
from joey.people.tokens import make_token
from joey.record.append import append
from joey.record.kinds import identifier
from joey.sharing.models import Link, Position, PositionLease
from joey.shops.models import Listing, Shop

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def mei() -> Person:
    return Person.objects.get_or_create(email="mei@example.com", defaults={"name": "Mei"})[0]


def lulu() -> Person:
    return Person.objects.get_or_create(email="lulu@example.com", defaults={"name": "Lulu"})[0]


def sam() -> Person:
    return Person.objects.get_or_create(email="sam@example.com", defaults={"name": "Sam"})[0]


def ada() -> Person:
    return Person.objects.get_or_create(
        email="ada@example.com", defaults={"name": "Ada", "is_staff": True, "is_superuser": True}
    )[0]


def token_of(person: Person, shop_id: UUID | None = None, *scopes: str) -> str:
    """A token of this person, for everything unless `scopes` says less."""
    return make_token(person, shop_id, scopes=scopes or Scope.values, now=now())


def meis_shop() -> Shop:
    return Shop.objects.get_or_create(slug="mei", defaults={"owner": mei(), "name": "小美的好物铺"})[0]


def lulus_shop() -> Shop:
    return Shop.objects.get_or_create(slug="lulu", defaults={"owner": lulu(), "name": "露露的小店"})[0]


def flask(**changes: Any) -> Offer:
    """A thermos flask on Taobao: 129.00 list, 89.00 now, 69.00 with the coupon, 5.5 % commission."""
    facts: dict[str, Any] = {
        "marketplace": "taobao",
        "identity": "2200000001:/bao/flask.jpg",
        "external_id": "flask-today",
        "title": "316 不锈钢保温杯 500 毫升",
        "translations": {"en": "Stainless steel flask, 500 ml"},
        "category": "kitchen",
        "seller": "Joey home",
        "url": "http://localhost:8001/item/taobao/600000000001",
        "currency": "CNY",
        "list_minor": 12900,
        "now_minor": 8900,
        "coupon_minor": 6900,
        "commission_ppm": 55_000,
        "as_of": NOW - timedelta(hours=1),
        "expires_at": NOW + timedelta(hours=23),
    } | changes
    found = Offer.objects.filter(marketplace=facts["marketplace"], identity=facts["identity"]).first()
    return found or Offer.objects.create(**facts)


def listed(shop: Shop, offer: Offer) -> Listing:
    return Listing.objects.get_or_create(shop=shop, offer=offer, defaults={"state": Listing.State.PUBLISHED})[0]


@transaction.atomic
def shared(listing: Listing, code: str) -> Link:
    """The listing's link for WeChat, under this code."""
    link = Link.objects.create(shop=listing.shop, listing=listing, code=code, channel="wechat")
    facts = {"code": code, "channel": "wechat"}
    append("link.made", f"listing:{listing.pk}", facts, happened_at=link.made_at, shop_id=listing.shop_id)
    return link


def leased(
    shop: Shop, key: str = "110000000001", *, since: datetime = NOW - 60 * DAY, marketplace: str = "taobao"
) -> PositionLease:
    """A position of the shop at that marketplace, leased from `since` on."""
    position = Position.objects.get_or_create(marketplace=marketplace, key=key, defaults={"free_from": None})[0]
    return lease_on(position, shop, since=since)


@transaction.atomic
def lease_on(position: Position, shop: Shop, *, since: datetime, ended_at: datetime | None = None) -> PositionLease:
    """The shop's time on that position, with its events; after `ended_at` the position does not rest."""
    lease = PositionLease.objects.create(
        position=position, marketplace=position.marketplace, shop=shop, leased_from=since, last_used_at=since,
        ended_at=ended_at, until=ended_at,
        is_reuse=PositionLease.objects.filter(position=position).exclude(shop=shop).exists(),
    )  # fmt: skip
    if ended_at is None and position.free_from is not None:
        Position.objects.filter(pk=position.pk).update(free_from=None)
    facts = {"marketplace": position.marketplace, "position": identifier(position.key)}
    append("position.leased", f"shop:{shop.pk}", facts, happened_at=since, shop_id=shop.pk)
    if ended_at:
        append("position.ended", f"lease:{lease.pk}", facts | {"by": "rule"}, happened_at=ended_at, shop_id=shop.pk)
    return lease


def report(order: str = "4294159887444064307", **changes: Any) -> OrderReport:
    """A paid order line of one flask: 69.00 paid, 3.80 commission of which the marketplace keeps 0.38."""
    position = changes.pop("position", "110000000001")
    report = OrderReport(
        external_order=order,
        external_line=order + "-1",
        reported_at=NOW - 10 * DAY,
        payload={},
        state="paid",
        evidence=(ByPosition(position, "clicked"),),
        clicked_at=NOW - 10 * DAY - timedelta(minutes=10),
        quantity=1,
        currency="CNY",
        paid_minor=6900,
        commission_minor=380,
        service_fee_minor=38,
        rate_ppm=55_000,
        title="316 不锈钢保温杯 500 毫升",
        external_item="590141576510",
        placed_at=NOW - 10 * DAY,
        paid_at=NOW - 10 * DAY,
    )
    made = replace(report, **changes)
    trade = made.external_line + made.external_part
    return replace(made, payload={"trade": trade, "state": made.state, "at": made.reported_at.isoformat()})


def settled(order: str = "4294159887444064307", *, days_ago: int = 9, **changes: Any) -> OrderReport:
    """The same line, settled by the marketplace some days ago."""
    at = NOW - days_ago * DAY
    return report(order, **({"state": "settled", "reported_at": at, "settled_at": at} | changes))


def refund(order: str = "4294159887444064307", *, case: str = "8812", back: int = 342, **changes: Any) -> RefundReport:
    """A finished after-sale case; by default all of the flask comes back."""
    at = changes.pop("reported_at", NOW - DAY)
    return RefundReport(
        case_id=case,
        external_order=order,
        external_line=order + "-1",
        reported_at=at,
        payload={"case": case, "at": at.isoformat(), "back": back, **{k: str(v) for k, v in changes.items()}},
        counts=changes.pop("counts", True),
        refund_minor=changes.pop("refund_minor", 6900),
        commission_back_minor=back,
        **changes,
    )
