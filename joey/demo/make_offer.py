"""Turn a good into what one marketplace shows for it. Nothing here is random: every figure comes from the offer's
external id by hash, so a demo looks the same on every machine and on every day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from joey.demo.read_goods import Good

T = TypeVar("T")

HISTORY_DAYS = 60
FEN_PER_DOLLAR = 7  # a cent for every 7 fen: the demo's own rough rate, used to write plausible dollar prices only

# What may be written after a marketplace in a goods file, and what DemoOffer.awkward then says.
AWKWARD = {
    "raised": "raised_before_sale",  # raised 12 days ago, then "cut" to the old price or above it
    "out": "out_of_stock",
    "expired": "expired",  # its coupon is over, though the marketplace still names it
    "gone": "expired",  # no longer sold at all
    "zero": "no_commission",
}

# Commission rates in ppm (from, to) per category on Taobao; the others are scaled below.
COMMISSION_PPM = {
    "beauty": (80_000, 200_000),
    "mother-baby": (40_000, 120_000),
    "kitchen": (40_000, 120_000),
    "home": (50_000, 150_000),
    "snacks": (60_000, 160_000),
    "tea-drinks": (60_000, 180_000),
    "clothing": (60_000, 160_000),
    "shoes-bags": (50_000, 150_000),
    "digital": (15_000, 60_000),
    "sports-outdoor": (40_000, 120_000),
    "books-stationery": (30_000, 90_000),
    "pets": (50_000, 150_000),
}
COMMISSION_PERCENT_OF_TAOBAO = {
    "taobao": 100, "tmall": 90, "jd": 60, "pinduoduo": 80, "dangdang": 70, "amazon": 50, "1688": 40,
}  # fmt: skip
LEAST_COMMISSION_PPM = 15_000

# Asking price in percent of the good's base price (from, to).
PRICE_PERCENT = {
    "taobao": (94, 101), "tmall": (98, 105), "jd": (98, 106), "pinduoduo": (88, 95), "dangdang": (95, 103),
    "amazon": (112, 135), "1688": (68, 80),
}  # fmt: skip

EXTERNAL_ID_DIGITS = {
    "taobao": 12, "tmall": 12, "jd": 12, "pinduoduo": 12, "dangdang": 8, "amazon": 10, "1688": 12,
}  # fmt: skip

PLACES = (
    ("浙江杭州", "Hangzhou, Zhejiang"),
    ("浙江义乌", "Yiwu, Zhejiang"),
    ("广东广州", "Guangzhou, Guangdong"),
    ("江苏苏州", "Suzhou, Jiangsu"),
    ("福建泉州", "Quanzhou, Fujian"),
    ("上海", "Shanghai"),
    ("山东青岛", "Qingdao, Shandong"),
    ("四川成都", "Chengdu, Sichuan"),
    ("湖北武汉", "Wuhan, Hubei"),
    ("广东深圳", "Shenzhen, Guangdong"),
)
PLACES_BY_CATEGORY = {
    "digital": (("广东深圳", "Shenzhen, Guangdong"), ("广东东莞", "Dongguan, Guangdong")),
    "books-stationery": (("北京", "Beijing"), ("江苏无锡", "Wuxi, Jiangsu"), ("上海", "Shanghai")),
    "tea-drinks": (("福建福州", "Fuzhou, Fujian"), ("浙江杭州", "Hangzhou, Zhejiang"), ("云南昆明", "Kunming, Yunnan")),
    "kitchen": (
        ("浙江金华", "Jinhua, Zhejiang"),
        ("广东潮州", "Chaozhou, Guangdong"),
        ("江西景德镇", "Jingdezhen, Jiangxi"),
    ),
}
PLACES_OF_AMAZON = (
    ("美国新泽西", "Edison, New Jersey"),
    ("美国加利福尼亚", "Ontario, California"),
    ("美国得克萨斯", "Houston, Texas"),
)
SMALL_SHOPS = (
    "阿禾家小铺", "南巷杂货", "三楼的橘子", "慢半拍生活馆", "河边仓库", "小陈的抽屉", "晴天百货店", "山脚下的店",
    "糯米团杂货", "早班车好物", "木木家的货架", "二十四桥小店",
)  # fmt: skip


@dataclass(frozen=True)
class DemoOffer:
    """One good as one marketplace sells it. Amounts are in minor units of `currency`."""

    marketplace: str
    external_id: str  # digits as text; never reassigned when goods are added
    good: Good
    seller: str
    seller_kind: str  # "brand store" | "marketplace" | "independent"
    ships_from: dict[str, str]
    currency: str
    list_minor: int
    now_minor: int
    coupon_minor: int | None  # price after the coupon
    coupon_until_days: int | None  # days from today; below zero when the coupon is over
    commission_ppm: int
    in_stock: bool
    awkward: str | None  # one of the values of AWKWARD
    history: tuple[tuple[int, int], ...]  # (days ago, price from that day on), oldest first
    volume: int  # sold in 30 days, as the marketplace would say; simulated

    @property
    def title(self) -> str:
        """The title in the language of the marketplace."""
        return self.good.title["en" if self.marketplace == "amazon" else "zh"]

    @property
    def price_minor(self) -> int:
        """What a buyer pays today: after the coupon where one is running."""
        if self.coupon_minor is not None and (self.coupon_until_days or 0) >= 0:
            return self.coupon_minor
        return self.now_minor


def make_offer(good: Good, marketplace: str, mark: str | None) -> DemoOffer:
    """The offer of `good` on `marketplace`; `mark` is a key of AWKWARD. KeyError for an unknown place or mark."""
    awkward = AWKWARD[mark] if mark else None
    dice = _Dice(_external_id(marketplace, good.slug))
    currency = "USD" if marketplace == "amazon" else "CNY"
    asked = good.base_minor * dice.between("price", *PRICE_PERCENT[marketplace]) // 100
    now = _tidy(asked // FEN_PER_DOLLAR, currency, good) if currency == "USD" else _tidy(asked, currency, good)
    shown = max(now, _tidy(now * dice.between("list", 112, 150) // 100, currency, good))
    coupon, until = _coupon(dice, now, currency, mark)
    if mark == "raised":
        history, now, shown = _raised_before_sale(dice, now, currency, good)
    else:
        history = _steps(dice, now, coupon, until, currency, good)
    seller, seller_kind = _seller(dice, good, marketplace)
    return DemoOffer(
        marketplace=marketplace,
        external_id=dice.seed,
        good=good,
        seller=seller,
        seller_kind=seller_kind,
        ships_from=_place(dice, good, marketplace),
        currency=currency,
        list_minor=shown,
        now_minor=now,
        coupon_minor=coupon,
        coupon_until_days=until,
        commission_ppm=0 if mark == "zero" else _commission_ppm(dice, good, marketplace),
        in_stock=mark not in ("out", "gone"),
        awkward=awkward,
        history=history,
        volume=_volume(dice, marketplace),
    )


class _Dice:
    """Repeatable choices: the same seed and question give the same answer on every machine."""

    def __init__(self, seed: str) -> None:
        self.seed = seed

    def between(self, question: str, least: int, greatest: int) -> int:
        digest = sha256(f"{self.seed}/{question}".encode()).digest()
        return least + int.from_bytes(digest[:8], "big") % (greatest - least + 1)

    def one_of(self, question: str, things: Sequence[T]) -> T:
        return things[self.between(question, 0, len(things) - 1)]


def _external_id(marketplace: str, slug: str) -> str:
    # Taobao and Tmall share one number range, so the marketplace is part of what is hashed and a test checks both.
    digits = EXTERNAL_ID_DIGITS[marketplace]
    least = 10 ** (digits - 1)
    number = int.from_bytes(sha256(f"{marketplace}:{slug}".encode()).digest()[:8], "big")
    return str(least + number % (9 * least))


def _tidy(minor: int, currency: str, good: Good) -> int:
    """A price as shops print it: 12.90, 139.00, 8.99."""
    whole = max(minor // 100, 1) * 100
    if currency == "USD":
        return whole + 99
    if whole < 10_000:
        return whole + (80 if good.category == "books-stationery" else 90)
    return whole


def _coupon(dice: _Dice, now: int, currency: str, mark: str | None) -> tuple[int | None, int | None]:
    """Price after the coupon and the days it still runs; (None, None) where there is none."""
    if mark in ("raised", "gone") or (mark != "expired" and dice.between("has coupon", 1, 100) > 45):
        return None, None
    off = now * dice.between("coupon", 5, 16) // 100
    step = 500 if off >= 1000 else 100
    off = max(off // step, 1) * step
    if mark == "expired":
        return now - off, -dice.between("coupon over", 2, 9)
    return (now - off, dice.between("coupon until", 1, 21)) if off * 3 < now else (None, None)


def _steps(
    dice: _Dice, now: int, coupon: int | None, until: int | None, currency: str, good: Good
) -> tuple[tuple[int, int], ...]:
    """A price that rests for weeks and then moves, as real ones do."""

    def near(question: str, least: int, greatest: int) -> int:
        return _tidy(now * dice.between(question, least, greatest) // 100, currency, good)

    points = [(HISTORY_DAYS, near("at first", 96, 114))]
    points.append((dice.between("first move", 40, 54), near("then", 97, 108)))
    settled = dice.between("settled", 24, 38)
    if dice.between("had a sale", 1, 100) <= 40:
        points.append((settled, near("sale", 86, 94)))
        settled -= dice.between("sale days", 2, 5)
    points.append((settled, now))
    if coupon is not None and until is not None:
        began = dice.between("coupon began", 1, 9) + max(-until, 0)
        points.append((began, coupon))
        if until < 0:
            points.append((-until - 1, now))
    return _joined(points)


def _raised_before_sale(
    dice: _Dice, now: int, currency: str, good: Good
) -> tuple[tuple[tuple[int, int], ...], int, int]:
    """History, price now and the crossed-out price of an offer that was raised in order to be "cut"."""
    old = now
    raised = max(_tidy(old * dice.between("raised to", 128, 150) // 100, currency, good), old + 200)
    cut = _tidy(old * dice.between("cut to", 100, 107) // 100, currency, good)
    raised_on = dice.between("raised", 11, 13)
    cut_on = dice.between("cut", 1, 4)
    before = _tidy(old * dice.between("at first", 96, 100) // 100, currency, good)
    points = [(HISTORY_DAYS, before), (dice.between("settled", 30, 50), old), (raised_on, raised), (cut_on, cut)]
    return _joined(points), cut, raised


def _joined(points: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Only the days on which the price moved, and today."""
    kept = points[:1]
    for day, price in points[1:]:
        if price != kept[-1][1]:
            kept.append((day, price))
    if kept[-1][0] != 0:
        kept.append((0, kept[-1][1]))
    return tuple(kept)


def _commission_ppm(dice: _Dice, good: Good, marketplace: str) -> int:
    least, greatest = COMMISSION_PPM[good.category]
    rate = dice.between("commission", least, greatest) * COMMISSION_PERCENT_OF_TAOBAO[marketplace] // 100
    return max(rate // 5_000 * 5_000, LEAST_COMMISSION_PPM)


def _seller(dice: _Dice, good: Good, marketplace: str) -> tuple[str, str]:
    brand = good.brand["zh"]
    if marketplace == "tmall":
        return f"{brand}旗舰店", "brand store"
    if marketplace == "taobao":
        return dice.one_of("shop", SMALL_SHOPS), "independent"
    if marketplace == "1688":
        return f"{brand}源头工厂店", "independent"
    if marketplace == "pinduoduo":
        if dice.between("own store", 0, 2):
            return dice.one_of("shop", SMALL_SHOPS), "independent"
        return f"{brand}旗舰店", "brand store"
    if marketplace == "amazon":
        if dice.between("own store", 0, 2):
            return f"{good.brand['en']} Store", "brand store"
        return "Amazon", "marketplace"
    if dice.between("own store", 0, 1):
        return f"{brand}官方旗舰店", "brand store"
    return ("京东自营" if marketplace == "jd" else "当当自营"), "marketplace"


def _place(dice: _Dice, good: Good, marketplace: str) -> dict[str, str]:
    places = PLACES_OF_AMAZON if marketplace == "amazon" else PLACES_BY_CATEGORY.get(good.category, PLACES)
    zh, en = dice.one_of("ships from", places)
    return {"zh": zh, "en": en}


def _volume(dice: _Dice, marketplace: str) -> int:
    # Most goods sell little and few sell much: the size is drawn first, then a number of that size.
    size = 10 ** dice.one_of("size", (1, 1, 2, 2, 2, 3, 3, 4 if marketplace in ("taobao", "tmall") else 3))
    return dice.between("volume", size // 3, size * 3)
