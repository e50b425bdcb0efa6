"""What differs between the marketplaces that come by feed: hosts, zone, and what their item links look like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from joey.marketplaces.manifest_shape import Wording


@dataclass(frozen=True)
class Place:
    """One marketplace. `item` finds the id in the path of an item page on one of its hosts."""

    name: Wording
    zone: str
    hosts: frozenset[str]
    picture_hosts: frozenset[str]
    item: re.Pattern[str]


PLACES: Mapping[str, Place] = {
    "jd": Place(
        name=Wording("JD", "京东"),
        zone="Asia/Shanghai",
        hosts=frozenset({"item.jd.com", "item.m.jd.com", "npcitem.jd.hk"}),
        # The numbers stand in real pages and tables of JD's goods; nobody has verified "m".
        picture_hosts=frozenset({f"img{n}.360buyimg.com" for n in (10, 11, 12, 13, 14, 20, 30)} | {"m.360buyimg.com"}),
        item=re.compile(r"/(?:product/)?(\d{3,20})\.html", re.ASCII),
    ),
    "dangdang": Place(
        name=Wording("Dangdang", "当当"),
        zone="Asia/Shanghai",
        hosts=frozenset({"product.dangdang.com", "product.m.dangdang.com"}),
        picture_hosts=frozenset({"img3m0.ddimg.cn", "img3m1.ddimg.cn"}),
        item=re.compile(r"/(\d{3,20})\.html", re.ASCII),
    ),
    "amazon": Place(
        name=Wording("Amazon", "亚马逊"),
        zone="America/Los_Angeles",
        hosts=frozenset({"www.amazon.com", "amazon.com"}),
        picture_hosts=frozenset({"m.media-amazon.com"}),
        item=re.compile(r"(?:/[^/]+)?/(?:dp|gp/product)/([A-Z0-9]{10})(?:/.*)?", re.ASCII),
    ),
    "1688": Place(
        name=Wording("1688", "1688"),
        zone="Asia/Shanghai",
        hosts=frozenset({"detail.1688.com", "m.1688.com"}),
        picture_hosts=frozenset({"cbu01.alicdn.com"}),
        item=re.compile(r"/offer/(\d{3,20})\.html", re.ASCII),
    ),
}
