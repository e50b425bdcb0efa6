"""Read what Duoduo Jinbao says about an item: pure, tried on the samples beside it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from joey.marketplaces.identity import seller_and_picture
from joey.marketplaces.port import OfferFacts, UnreadableField
from joey.marketplaces.row_values import Row, link, need, text, whole

BRAND_STORES = frozenset({"3", "4"})  # merchant_type (unverified.py: kinds_of_shops)


def offer_facts(row: Row, *, as_of: datetime, categories: Mapping[str, str] | None = None) -> OfferFacts:
    """An element of a search. Raises UnreadableField naming the field.

    The price of a group is what a buyer pays; a coupon is taken off it from its least amount on.
    """
    sign = need(row, "goods_sign")
    now, off = _amount(row, "min_group_price"), _amount(row, "coupon_discount")
    coupon = now - off if off and _runs(row, as_of) and now >= _amount(row, "coupon_min_order_amount") else None
    picture = link(row, "goods_thumbnail_url")
    pictures = (picture, link(row, "goods_image_url"))
    title = need(row, "goods_name")
    return OfferFacts(
        marketplace="pinduoduo",
        identity=seller_and_picture(text(row, "mall_id"), picture, sign),
        external_id=sign,
        title=title,
        url=item_page(sign),
        currency="CNY",
        now_minor=now or None,
        as_of=as_of,
        list_minor=_amount(row, "min_normal_price") or None,
        coupon_minor=coupon if coupon and 0 < coupon < now else None,
        coupon_until=_moment(row, "coupon_end_time") if coupon else None,
        commission_ppm=_rate(row),
        category=(categories or {}).get(text(row, "opt_id"), ""),
        seller=text(row, "mall_name", longest=120),
        seller_kind="brand store" if text(row, "merchant_type") in BRAND_STORES else "store",
        picture_urls=tuple(dict.fromkeys(each for each in pictures if each)),
        translations={"zh-hans": title},
    )


def item_page(sign: str, stand_in: str = "") -> str:
    """The address of an item's page (unverified.py: item_page), at the simulated marketplace where there is one."""
    return f"{f'http://{stand_in}' if stand_in else 'https://mobile.yangkeduo.com'}/goods.html?goods_sign={sign}"


def _rate(row: Row) -> int:
    try:
        rate = whole(row, "promotion_rate")
    except UnreadableField:
        return 0  # nothing is promised on an unreadable rate
    return rate * 1000 if 0 <= rate <= 1000 else 0


def _runs(row: Row, now: datetime) -> bool:
    start, end = _moment(row, "coupon_start_time"), _moment(row, "coupon_end_time")
    remain = text(row, "coupon_remain_quantity")
    return remain != "0" and (start is None or start <= now) and (end is None or now <= end)


def _moment(row: Row, name: str) -> datetime | None:
    found = whole(row, name)
    return datetime.fromtimestamp(found, UTC) if 0 < found < 2**35 else None


def _amount(row: Row, name: str) -> int:
    found = whole(row, name)
    if found < 0:
        raise UnreadableField(f"{name} is below zero")
    return found
