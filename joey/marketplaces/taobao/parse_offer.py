"""Read what the union says about an item: pure, tried on the samples beside it."""

from collections.abc import Mapping
from datetime import datetime

from joey.marketplaces.identity import seller_and_picture
from joey.marketplaces.port import OfferFacts, TrackedLink, UnreadableField
from joey.marketplaces.row_values import (
    Row,
    fen,
    inner,
    link,
    listed,
    moment,
    moment_of_milliseconds,
    need,
    ppm,
    text,
    whole,
)


def offer_facts(row: Row, *, as_of: datetime, categories: Mapping[str, str] | None = None) -> OfferFacts:
    """An element of a search or a look-up. Raises UnreadableField naming the field.

    `categories` gives Joey's own code for some of the union's category numbers; items of the others have no category.

    The price before any promotion is `reserve_price`, today's is `zk_final_price`, and `final_promotion_price` is
    already what is left after coupons and subsidies: nothing is subtracted again.
    """
    basics, prices, earning = (inner(row, name) for name in ("item_basic_info", "price_promotion_info", "publish_info"))
    item_id = need(row, "item_id")
    marketplace = "tmall" if whole(basics, "user_type") == 1 else "taobao"
    now, after_coupon = fen(prices, "zk_final_price"), fen(prices, "final_promotion_price")
    ends = [
        end
        for step in listed(prices, "final_promotion_path_list", "final_promotion_path_map_data")
        if (end := moment_of_milliseconds(step, "promotion_end_time"))
    ]
    with_coupon = after_coupon if after_coupon and now and after_coupon < now else None
    # A picture comes protocol-relative like a link; the first one is the one that the marketplace shows.
    pictures = [link(basics, "pict_url"), *_more_pictures(basics)]
    return OfferFacts(
        marketplace=marketplace,
        identity=seller_and_picture(text(basics, "seller_id"), link(basics, "pict_url"), item_id),
        external_id=item_id,
        title=need(basics, "title"),
        url=link(basics, "item_url") or _item_page(marketplace, item_id),
        currency="CNY",
        now_minor=now or None,
        as_of=as_of,
        list_minor=fen(prices, "reserve_price") or None,
        coupon_minor=with_coupon,
        coupon_until=min(ends) if with_coupon and ends else None,
        commission_ppm=_rate(earning),
        brand=text(basics, "brand_name", longest=80),
        category=(categories or {}).get(text(basics, "category_id"), ""),
        seller=text(basics, "shop_title", longest=120),
        seller_kind=_seller_kind(basics, marketplace),
        ships_from=text(basics, "provcity", longest=120),
        picture_urls=tuple(dict.fromkeys(picture for picture in pictures if picture))[:5],
        volume=whole(basics, "volume") if text(basics, "volume") else None,
        translations={"zh-hans": need(basics, "title")},
    )


def converted_link(entry: Row, *, now: datetime) -> TrackedLink | None:
    """The link of one converted item, through its coupon while that runs. None when the entry holds no link."""
    links, coupon = inner(entry, "link_info_dto"), inner(entry, "coupon_info_dto")
    kind = "coupon" if _runs(coupon, now) and link(links, "coupon_long_url") else "cps"
    url = link(links, f"{kind}_long_url") or link(links, f"{kind}_short_url")
    if not url:
        return None
    code = text(links, f"{kind}_full_tpwd", longest=500) or text(links, f"{kind}_short_tpwd")
    return TrackedLink(url=url, copy_code=code)


def _rate(earning: Row) -> int:
    try:
        rate = ppm(earning, "income_rate")
        return ppm(inner(earning, "income_info"), "commission_rate") or 0 if rate is None else rate
    except UnreadableField:
        return 0  # nothing is promised on an unreadable rate


def _seller_kind(basics: Row, marketplace: str) -> str:
    if "旗舰店" in text(basics, "shop_title"):
        return "brand store"
    return "store" if marketplace == "tmall" else "independent"


def _item_page(marketplace: str, item_id: str) -> str:
    host = "detail.tmall.com" if marketplace == "tmall" else "item.taobao.com"
    return f"https://{host}/item.htm?id={item_id}"


def _more_pictures(basics: Row) -> list[str]:
    found = basics.get("small_images")
    found = found.get("string") if isinstance(found, dict) else found
    return [link({"one": one}, "one") for one in found] if isinstance(found, list) else []


def _runs(coupon: Row, now: datetime) -> bool:
    """Whether the coupon can be had now."""
    if not coupon or (text(coupon, "coupon_remain_count") and whole(coupon, "coupon_remain_count") <= 0):
        return False
    start, end = moment(coupon, "coupon_start_time"), moment(coupon, "coupon_end_time")
    return (start is None or start <= now) and (end is None or now <= end)
