"""Tracked links, short links and copy-codes of the simulated union; it recognises those that it gave out."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from joey.sandbox.sealed import seal, short_code, unseal
from joey.sandbox.world.state import World

TRACKED_PATH, COUPON_PATH, SHORT_PATH = "/t", "/coupon/edetail", "/s/"
_WIDTHS = (6, 6, 6, 1)
_ADDRESS = re.compile(r"https?://[!-~]+")
_ITEM_PATH = re.compile(r"/item/(?:taobao|tmall)/(\d+)", re.ASCII)
_ITEM_HOSTS = {"item.taobao.com", "detail.tmall.com"}  # of the real pages
_COPY_CODE = re.compile(r"[￥¥]\s*(?:CZ\d+\s+)?([A-Za-z0-9]{11})\s*[￥¥]")


@dataclass(frozen=True)
class Target:
    """What a tracked link is about."""

    item: int
    adzone: int
    relation: int | None
    coupon: bool


def tracked_path(target: Target) -> str:
    """The path in place of `s.click.taobao.com/t?e=…`, or for the coupon page before the item."""
    token = seal(
        "link",
        *zip((target.item, target.adzone, target.relation or 0, int(target.coupon)), _WIDTHS, strict=True),
    )
    return f"{COUPON_PATH if target.coupon else TRACKED_PATH}?e={token}"


def target_of_token(token: str) -> Target | None:
    """What the `e` of a tracked link says; None when it was not given out here."""
    numbers = unseal("link", token, *_WIDTHS)
    if numbers is None:
        return None
    item, adzone, relation, coupon = numbers
    return Target(item, adzone, relation or None, bool(coupon))


def target_of_url(world: World, url: str) -> Target | None:
    """What an unmodified tracked or short link of ours is about. A link with anything added is not recognised."""
    if not url.startswith(world.url + "/"):
        return None
    path = url.removeprefix(world.url)
    if path.startswith(SHORT_PATH):
        path = path_of_short_link(world, path) or ""
    target = target_of_token(parse_qs(urlsplit(path).query).get("e", [""])[0])
    return target if target and tracked_path(target) == path else None


def path_of_short_link(world: World, short: str) -> str | None:
    """The tracked path behind a short one."""
    row = world.row("SELECT path FROM short_link WHERE code = ?", short.removeprefix(SHORT_PATH))
    return str(row["path"]) if row else None


def short_paths(world: World, paths: list[str]) -> list[str]:
    """A short path for each tracked path; the same one every time."""
    codes = [short_code("short", path, 8) for path in paths]
    _keep(world, "short_link", list(zip(codes, paths, strict=True)))
    return [SHORT_PATH + code for code in codes]


def copy_codes(world: World, paths: list[str]) -> list[str]:
    """The eleven characters between the two ￥ for each tracked path."""
    codes = [short_code("tpwd", path, 11) for path in paths]
    _keep(world, "tpwd", list(zip(codes, paths, strict=True)))
    return codes


def full_text(world: World, code: str, short: str, title: str) -> str:
    """What a phone copies: `39￥ CZ3457 zRmVdesjTCu￥ https://… title`."""
    return f"39￥ CZ3457 {code}￥ {world.url}{short} {title}"


def path_of_copy_code(world: World, text: str) -> str | None:
    """The tracked path behind the first copy-code in `text` that was given out here."""
    for code in _COPY_CODE.findall(text):
        row = world.row("SELECT path FROM tpwd WHERE code = ?", code)
        if row:
            return str(row["path"])
    return None


def address_in(text: str) -> str:
    """The first address in a text that someone copied, or the text itself."""
    found = _ADDRESS.search(text)
    return found[0] if found else text.strip()


def number_in_address(world: World, address: str) -> int | None:
    """The item's number that an item's own page has in its address, here or at the real marketplace."""
    try:
        parts = urlsplit(address)
    except ValueError:  # as of "http://["
        return None
    if world.url == f"{parts.scheme}://{parts.netloc}":
        found = _ITEM_PATH.fullmatch(parts.path)
        return int(found[1]) if found else None
    number = parse_qs(parts.query).get("id", [""])[0]
    is_real = parts.hostname in _ITEM_HOSTS and number.isascii() and number.isdigit() and len(number) < 16
    return int(number) if is_real else None


def as_the_marketplace_prints(url: str) -> str:
    """The real answers leave the scheme out and mean https; plain http has to be written."""
    return url.removeprefix("https:")


def item_page(world: World, shown_id: str) -> str:
    """The address of an item's page that the union prints, without commission."""
    return as_the_marketplace_prints(f"{world.url}/item/edetail?id={shown_id}")


def _keep(world: World, table: str, pairs: list[tuple[str, str]]) -> None:
    with world.change() as db:
        db.executemany(f"INSERT OR IGNORE INTO {table} (code, path) VALUES (?, ?)", pairs)
