"""Facts of one flask on Taobao, to be changed by the tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from joey.marketplaces.port import OfferFacts

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def flask_facts(**changes: Any) -> OfferFacts:
    """129.00 list, 89.00 now, 69.00 with the coupon for nine more days; read at NOW."""
    facts: dict[str, Any] = {
        "marketplace": "taobao",
        "identity": "2200000001:/bao/flask.jpg",
        "external_id": "flask-today",
        "title": "316 不锈钢保温杯 500 毫升",
        "translations": {"en": "Stainless Steel Flask, 500 ml"},
        "url": "https://item.taobao.com/item.htm?id=flask-today",
        "currency": "CNY",
        "list_minor": 12900,
        "now_minor": 8900,
        "coupon_minor": 6900,
        "coupon_until": NOW + 9 * DAY,
        "commission_ppm": 55_000,
        "category": "kitchen",
        "seller": "灶边",
        "picture_urls": ("https://img.alicdn.com/bao/flask.jpg",),
        "volume": 300,
        "as_of": NOW,
    } | changes
    return OfferFacts(**facts)


def many(count: int, **changes: Any) -> list[OfferFacts]:
    """That many different flasks."""
    return [
        flask_facts(
            **{
                "identity": f"seller:{at}",
                "external_id": f"id-{at}",
                "title": f"保温杯 第{at}款",
                "now_minor": 1000 + at,
                "coupon_minor": None,
                "volume": at,
            }
            | changes
        )
        for at in range(count)
    ]
