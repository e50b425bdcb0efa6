"""Promotion links of the simulated marketplace and their short ones; it recognises those that it gave out."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

from joey.sandbox.dialects.pinduoduo.goods import duo_item, goods_sign, item_of_sign
from joey.sandbox.sealed import short_code
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.state import World

LANDING_PATH, APP_PATH, SHORT_PATH, GOODS_PATH = "/duo_coupon_landing.html", "/app.html", "/p/", "/goods.html"
SCHEMA = "pinduoduo://com.xunmeng.pinduoduo"
_OWN_PAGE = "/item/pinduoduo/"  # to which the addresses of this sandbox lead
_GOODS_HOSTS = {"mobile.yangkeduo.com", "mobile.pinduoduo.com"}  # of the real pages


@dataclass(frozen=True)
class PromotedItem:
    """What a promotion link is about. `item` is the goods_id, `custom` the custom parameters or an empty text."""

    item: str
    pid: str
    custom: str


def landing_path(target: PromotedItem) -> str:
    """The path of `url`: the page with the coupon. Its cpsSign fits no other parameters."""
    values = {"goods_sign": goods_sign(target.item), "pid": target.pid, "customParameters": target.custom}
    values |= {"duoduo_type": "2"}
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{LANDING_PATH}?{query}&cpsSign=CC_{short_code('cps', query, 24)}"


def app_path(target: PromotedItem) -> str:
    """The path of `mobile_url`, which would open the app."""
    return f"{APP_PATH}?launch_url={quote(landing_path(target)[1:], safe='')}"


def schema_url(target: PromotedItem) -> str:
    """The address that opens an installed app at once."""
    return SCHEMA + landing_path(target)


def target_of_path(path: str) -> PromotedItem | None:
    """What a long link is about; None for any other address, and for a link with anything changed or added."""
    parts = urlsplit(path)
    landing = path
    if parts.path == APP_PATH:
        landing = "/" + parse_qs(parts.query).get("launch_url", [""])[0]
    query = {name: values[0] for name, values in parse_qs(urlsplit(landing).query).items()}
    item = item_of_sign(query.get("goods_sign", ""))
    if item is None or parts.path not in (LANDING_PATH, APP_PATH):
        return None
    target = PromotedItem(item.external_id, query.get("pid", ""), query.get("customParameters", ""))
    same = (_read(each) for each in (landing_path(target), app_path(target)))
    return target if _read(path) in same else None


def target_of_url(world: World, url: str) -> PromotedItem | None:
    """What an unchanged long or short link of ours is about."""
    if not url.startswith(world.url + "/"):
        return None
    path = url.removeprefix(world.url)
    return target_of_path(path_of_short_link(world, path) or path)


def item_of_page(world: World, url: str) -> SoldItem | None:
    """The item whose own page has this address, here by its sign or goods_id, at the real marketplace by its goods_id.

    Guessed: that there is a page by the sign, too.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # as of "http://["
        return None
    query = parse_qs(parts.query)
    number, sign = (query.get(name, [""])[0] for name in ("goods_id", "goods_sign"))
    if url.startswith(world.url + _OWN_PAGE):
        return duo_item(url.removeprefix(world.url + _OWN_PAGE))
    is_ours = url.startswith(world.url + GOODS_PATH + "?")
    if not (is_ours or (parts.hostname in _GOODS_HOSTS and parts.path == GOODS_PATH)):
        return None
    return duo_item(number) or (item_of_sign(sign) if is_ours else None)


def path_of_short_link(world: World, short: str) -> str | None:
    """The long path behind a short one."""
    if not short.startswith(SHORT_PATH):
        return None
    row = world.row("SELECT path FROM duo_link WHERE code = ?", short.removeprefix(SHORT_PATH))
    return str(row["path"]) if row else None


def give_out(world: World, paths: Sequence[str]) -> list[str]:
    """A short path for each long one, the same one every time. When it was given out last is kept."""
    rows = [(path, short_code("duo", path, 8), world.now()) for path in paths]
    with world.change() as db:
        db.executemany("INSERT OR REPLACE INTO duo_link VALUES (?, ?, ?)", rows)
    return [SHORT_PATH + code for _path, code, _at in rows]


def given_out_at(world: World, target: PromotedItem) -> int | None:
    """When a link of this kind was given out last."""
    row = world.row("SELECT generated_at FROM duo_link WHERE path = ?", landing_path(target))
    return int(row["generated_at"]) if row else None


def _read(path: str) -> tuple[str, list[tuple[str, str]]]:
    """Page and parameters: a browser may write the same address with other escapes."""
    parts = urlsplit(path)
    return parts.path, parse_qsl(parts.query, keep_blank_values=True)
