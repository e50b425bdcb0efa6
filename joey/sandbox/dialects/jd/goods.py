"""What the union can name: the demo goods of JD, their two ids, their categories, and the addresses of their pages."""

import re
from functools import cache
from urllib.parse import urlsplit
from zlib import crc32

from joey.demo import catalogue
from joey.sandbox.dialects.jd.envelope import Hundredths
from joey.sandbox.sealed import seal, unseal
from joey.sandbox.world.goods import SoldItem, demo_items
from joey.sandbox.world.state import World

JD = "jd"
OWN_SHOP = "g"  # JD itself sells it; "p": a shop at JD does
_ID_WIDTH = 7  # with its tag this makes 20 characters, as long as a real one
_FIRST_CATEGORIES = (1_001, 10_001, 100_001)
_SKU_PATH = re.compile(r"/(?:product/)?(\d{6,15})\.html", re.ASCII)
_OWN_PAGE = f"/item/{JD}/"  # to which the addresses of this sandbox lead
_ID_PATH = re.compile(r"/detail/([A-Za-z0-9_-]{20})\.html")
_SKU_HOSTS, _ID_HOSTS = {"item.jd.com", "item.m.jd.com"}, {"jingfen.jd.com"}  # of the real pages


@cache
def jd_items() -> tuple[SoldItem, ...]:
    """All that the gateway may ever have to name."""
    return demo_items(JD)


@cache
def _by_sku() -> dict[str, SoldItem]:
    return {item.external_id: item for item in jd_items()}


def item_of_sku(sku: str | int) -> SoldItem | None:
    """The item under that number, whether or not it can still be bought."""
    return _by_sku().get(str(sku))


@cache
def item_id(sku: str) -> str:
    """The opaque id that a search gives beside the number."""
    return seal("jd item", (int(sku), _ID_WIDTH))


def item_of_id(text: str) -> SoldItem | None:
    """The item of an opaque id; None for one that was changed or never given out."""
    numbers = unseal("jd item", text, _ID_WIDTH)
    return item_of_sku(numbers[0]) if numbers else None


def number_page(world: World, item: SoldItem) -> str:
    """The address of an item's page by its number, in place of `item.jd.com/{skuId}.html`."""
    return f"{world.url}/{item.external_id}.html"


def id_page(world: World, item: SoldItem) -> str:
    """The address of an item's page by its opaque id, in place of `jingfen.jd.com/detail/{itemId}.html`."""
    return f"{world.url}/detail/{item_id(item.external_id)}.html"


def item_at_address(world: World, address: str) -> SoldItem | None:
    """The item whose own page has this address, here or at the real JD; what follows the path says nothing."""
    try:
        parts = urlsplit(address)
    except ValueError:  # as of "http://["
        return None
    is_here = world.url == f"{parts.scheme}://{parts.netloc}"
    if is_here and parts.path.startswith(_OWN_PAGE):
        return item_of_sku(parts.path.removeprefix(_OWN_PAGE))
    by_number, by_id = _SKU_PATH.fullmatch(parts.path), _ID_PATH.fullmatch(parts.path)
    if by_number and (is_here or parts.hostname in _SKU_HOSTS):
        return item_of_sku(by_number[1])
    if by_id and (is_here or parts.hostname in _ID_HOSTS):
        return item_of_id(by_id[1])
    return None


def item_of_page(world: World, path: str) -> SoldItem | None:
    """The item whose address in an answer has this path; the page that it leads to is not meant."""
    return None if path.startswith(_OWN_PAGE) else item_at_address(world, world.url + path)


def owner_of(item: SoldItem) -> str:
    """`g` or `p`."""
    return OWN_SHOP if item.seller_kind == "marketplace" else "p"


def shop_number(item: SoldItem) -> int:
    """A number that a seller keeps."""
    return 1_000_000_000 + crc32(item.seller.encode()) % 1_000_000


@cache
def category_numbers() -> dict[str, tuple[int, int, int]]:
    """Category code → its numbers on the three levels; the demo has one level, so each repeats the name."""
    first, second, third = _FIRST_CATEGORIES
    return {code: (first + index, second + index, third + index) for index, code in enumerate(catalogue.categories())}


def category_fields(item: SoldItem) -> dict[str, object]:
    """`cid1` to `cid3` with their names."""
    numbers, name = category_numbers()[item.category], item.category_name["zh"]
    return {
        "cid1": numbers[0], "cid2": numbers[1], "cid3": numbers[2],
        "cid1Name": name, "cid2Name": name, "cid3Name": name,
    }  # fmt: skip


def yuan(minor: int) -> Hundredths:
    """An amount as JD's answers have it."""
    return Hundredths(minor)


def percent_of(ppm: int) -> Hundredths:
    """A rate as JD's answers have it: 55,000 ppm is `5.5`."""
    return Hundredths(ppm // 100)
