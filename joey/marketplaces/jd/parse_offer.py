"""Read what the union says about an item: pure, tried on the samples beside it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from joey.marketplaces.port import OfferFacts, UnreadableField
from joey.marketplaces.row_values import Row, fen, inner, link, moment_of_milliseconds, need, ppm, text, whole

SOLD_BY_JD = "g"
# What a look-up does not say and a search does. A look-up has one picture of several.
NOT_LOOKED_UP = ("brand", "seller", "seller_kind", "list_minor", "picture_urls", "coupon_minor")
# The numbers of an item's category on each level, the narrowest first.
SEARCHED_LEVELS, LOOKED_UP_LEVELS = ("cid3", "cid2", "cid1"), ("cid3", "cid2", "cid")


def searched_offer(row: Row, *, as_of: datetime, categories: Mapping[str, str] | None = None) -> OfferFacts:
    """A row of goods.query or jingfen.query. Raises UnreadableField naming the field.

    `price` is the usual one, `lowestPrice` today's, and `purchasePriceInfo` the one in the basket with the coupons that
    make it. `categories` gives Joey's own code for some of the union's category numbers.
    """
    sku = need(row, "skuId")
    prices, earning = inner(row, "priceInfo"), inner(row, "commissionInfo")
    usual = fen(prices, "price")
    now = fen(prices, "lowestPrice") or usual
    basket = inner(row, "purchasePriceInfo")
    with_coupon = fen(basket, "purchasePrice") if text(basket, "code") == "200" else None
    coupon = with_coupon if with_coupon and now and with_coupon < now else None
    ends = [end for each in _objects(inner(row, "couponInfo"), "couponList") if (end := _end(each))]
    shop = inner(row, "shopInfo")
    pictures = (link(each, "url") for each in _objects(inner(row, "imageInfo"), "imageList"))
    return OfferFacts(
        marketplace="jd",
        identity=sku,
        external_id=sku,
        title=need(row, "skuName"),
        url=link(row, "materialUrl") or item_page(sku),
        currency="CNY",
        now_minor=now or None,
        as_of=as_of,
        list_minor=usual or None,
        coupon_minor=coupon,
        coupon_until=min(ends) if coupon and ends else None,
        commission_ppm=_rate(earning, "commissionShare"),
        brand=text(row, "brandName", longest=80),
        category=_category(inner(row, "categoryInfo"), SEARCHED_LEVELS, categories or {}),
        seller=text(shop, "shopName", longest=120),
        seller_kind=_seller_kind(text(row, "owner") == SOLD_BY_JD, text(shop, "shopName")),
        picture_urls=tuple(dict.fromkeys(picture for picture in pictures if picture))[:5],
        volume=whole(row, "inOrderCount30Days") if text(row, "inOrderCount30Days") else None,
        translations={"zh-hans": need(row, "skuName")},
    )


def looked_up_offer(row: Row, *, as_of: datetime, categories: Mapping[str, str] | None = None) -> OfferFacts:
    """A row of promotiongoodsinfo.query, which has other names and no coupon. Raises UnreadableField."""
    sku = need(row, "skuId")
    picture = link(row, "imgUrl")
    return OfferFacts(
        marketplace="jd",
        identity=sku,
        external_id=sku,
        title=need(row, "goodsName"),
        url=link(row, "materialUrl") or item_page(sku),
        currency="CNY",
        # On the phone, where what a shop shares is bought; the other is the price on a large screen.
        now_minor=fen(row, "wlUnitPrice") or fen(row, "unitPrice") or None,
        as_of=as_of,
        commission_ppm=_rate(row, "commisionRatioWl"),  # so spelled
        category=_category(row, LOOKED_UP_LEVELS, categories or {}),
        seller_kind=_seller_kind(text(row, "isJdSale") == "1", ""),
        picture_urls=(picture,) if picture else (),
        volume=whole(row, "inOrderCount") if text(row, "inOrderCount") else None,
        translations={"zh-hans": need(row, "goodsName")},
        silent=NOT_LOOKED_UP,
    )


def item_page(sku: str) -> str:
    """The address of an item's own page."""
    return f"https://item.jd.com/{sku}.html"


def _category(row: Row, levels: tuple[str, ...], categories: Mapping[str, str]) -> str:
    return next((code for level in levels if (code := categories.get(text(row, level)))), "")


def _rate(row: Row, name: str) -> int:
    try:
        return ppm(row, name) or 0
    except UnreadableField:
        return 0  # nothing is promised on an unreadable rate


def _seller_kind(is_own: bool, shop: str) -> str:
    return "marketplace" if is_own else "brand store" if "旗舰店" in shop else "store"


def _end(coupon: Row) -> datetime | None:
    return moment_of_milliseconds(coupon, "useEndTime")


def _objects(row: Row, name: str) -> list[dict[str, Any]]:
    found = row.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
