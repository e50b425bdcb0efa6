"""Offers of one thing at several marketplaces, to be changed by the tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from joey.catalog.intake.take_offers import take_offers
from joey.catalog.models import Alike, Offer
from joey.catalog.same_item.follow import catch_up
from joey.marketplaces.port import OfferFacts

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
BARCODE, ANOTHER_BARCODE = "9521234567899", "9520000000011"  # GS1 keeps 952 for examples
KEYBOARD = "指间雨 机械键盘 客制化三模无线 静音轴 热插拔 办公"


def at(marketplace: str, **changes: Any) -> OfferFacts:
    """The keyboard of the demo, at 329.00."""
    name = changes.pop("name", "keyboard")
    facts: dict[str, Any] = {
        "marketplace": marketplace,
        "identity": name,
        "external_id": f"{marketplace}-{name}",
        "title": KEYBOARD,
        "brand": "指间雨",
        "url": f"https://example.com/{marketplace}/{name}",
        "currency": "CNY",
        "now_minor": 32900,
        "as_of": NOW,
    }
    return OfferFacts(**facts | changes)


def take(*facts: OfferFacts, later: timedelta = timedelta()) -> None:
    """Take offers in, as of NOW or later, and follow them."""
    from dataclasses import replace

    take_offers([replace(each, as_of=each.as_of + later) for each in facts], now=NOW + later)
    catch_up(now=NOW + later)


def same_pairs() -> set[tuple[str, str, str]]:
    """What is the same item, each pair once: (offer, other, evidence), offers by their ids there, in order."""
    rows = Alike.objects.filter(is_same=True).select_related("offer", "other")
    return {(row.offer.external_id, row.other.external_id, row.evidence) for row in rows if _first(row)}


def _first(row: Alike) -> bool:
    return row.offer.external_id < row.other.external_id


def offer(marketplace: str, name: str = "keyboard") -> Offer:
    return Offer.objects.get(marketplace=marketplace, identity=name)
