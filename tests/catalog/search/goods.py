"""The demo's goods and a few made ones as facts, and an index of both that a whole module of tests searches."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test.utils import override_settings

from joey.catalog.cards import OfferCard
from joey.catalog.intake.take_offers import take_offers
from joey.catalog.queries import search_offers
from joey.catalog.search.follow import rebuild
from joey.demo import catalogue
from joey.marketplaces.port import OfferFacts
from tests.catalog.offers import NOW, flask_facts

MARKETPLACES = {
    "taobao": {"credentials": {"app_key": "1", "app_secret": "2"}},
    "jd": {"gateway": "https://feeds.example.org/jd.jsonl"},
}
# name: (title, brand, model, what else). What sells most comes first among equals.
MADE: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "iphone": ("Apple iPhone 14 Pro 256GB 暗夜紫 双卡双待手机", "Apple", "A2892", {"volume": 900}),
    "iphone-max": ("Apple iPhone14ProMax 1TB 深空黑", "Apple", "A2896", {"volume": 20}),
    "iphone-13": ("Apple iPhone 13 128G 星光色", "Apple", "A2634", {"volume": 5000}),
    "iphone-case": ("适用苹果14Pro手机壳 透明防摔保护套", "", "", {"volume": 70_000}),
    "band": ("小米手环8 NFC版 运动健康监测", "小米", "", {"volume": 800}),
    "redmi-buds": ("Xiaomi Redmi Buds 5 真无线降噪耳机", "Xiaomi", "", {"volume": 700}),
    "watch": ("华为手表 HUAWEI WATCH GT3-Pro 46mm 钛金属", "华为", "GT3 Pro", {"volume": 300}),
    "kimono": ("日式和服 女 传统振袖浴衣 旅拍", "", "", {"volume": 3}),
    "services": ("企业产品和服务推广手册 印刷", "", "", {"volume": 90_000}),
    "charger": ("無線充電器 15W 磁吸快充", "", "", {"volume": 40}),
    "router": ("Wi-Fi 6 路由器 AX3000 千兆双频", "", "AX3000", {"volume": 60}),
    "booster": ("WiFi信号放大器 家用中继", "", "", {"volume": 10}),
    "coffee": ("Nestlé 雀巢咖啡 1+2 原味 100条", "雀巢", "", {"volume": 400}),
    "underwear": ("男士保暖加绒内衣套装 秋冬", "", "", {"volume": 30}),
    "regulator": ("汽车发电机调节器 1512G 通用", "", "1512G", {"volume": 2}),
    "regulator-other": ("汽车发电机调节器 1512H 通用", "", "1512H", {"volume": 9}),
    "shoes": ("New Balance 574 复古跑步鞋 男女同款", "New Balance", "ML574", {"volume": 50}),
    "shoes-han": ("新百伦 530 老爹鞋", "新百伦", "MR530", {"volume": 55}),
    "jeans": ("Levi's 李维斯 501 直筒牛仔裤", "Levi's", "501", {"volume": 44}),
    "usb": ("USB3.0 数据线 1.5m", "", "", {"volume": 11}),
    "tissue": ("泉林本色抽纸 24包", "泉林本色", "", {"volume": 33}),
    "noise": ("静谷深处声学材料 隔音棉", "", "", {"volume": 99_000}),
}


def demo_facts() -> list[OfferFacts]:
    """Every offer of the demo catalogue, with its titles in both languages."""
    return [
        OfferFacts(
            marketplace=each.marketplace,
            identity=f"{each.good.slug}:{each.external_id}",
            external_id=each.good.slug,
            title=each.title,
            translations={"zh-hans": each.good.title["zh"], "en": each.good.title["en"]},
            url=f"https://example.org/{each.external_id}",
            currency=each.currency,
            now_minor=each.now_minor,
            coupon_minor=each.coupon_minor,
            coupon_until=NOW + timedelta(days=each.coupon_until_days) if each.coupon_until_days else None,
            commission_ppm=each.commission_ppm,
            brand=each.good.brand["zh"],
            category=each.good.category,
            volume=each.volume,
            in_stock=each.in_stock,
            as_of=NOW,
        )
        for each in catalogue.offers()
    ]


def made_facts() -> list[OfferFacts]:
    """The made ones; their name is their id."""
    return [
        flask_facts(
            **{
                "identity": f"made:{name}", "external_id": name, "title": title, "brand": brand, "model": model,
                "translations": {}, "coupon_minor": None, "category": "made", **more,
            }
        )
        for name, (title, brand, model, more) in MADE.items()
    ]  # fmt: skip


@contextmanager
def index_of_all(folder: Path, facts: list[OfferFacts] | None = None) -> Iterator[None]:
    """Both, or these `facts`, in the catalogue and in an index of their own, gone afterwards."""
    with override_settings(DATA=folder, JOEY_MARKETPLACES=MARKETPLACES), transaction.atomic():
        taken = take_offers(facts or [*demo_facts(), *made_facts()], now=NOW)
        assert not taken.refused
        rebuild()
        yield
        transaction.set_rollback(True)


def find(q: str, *, limit: int = 30, **options: Any) -> list[OfferCard]:
    """The first page."""
    return list(search_offers(q, language="zh-hans", limit=limit, now=NOW, **options).items)


def names(found: list[OfferCard]) -> list[str]:
    """Slugs of demo goods and names of made ones, each once, in order."""
    return list(dict.fromkeys(card.external_id for card in found))
