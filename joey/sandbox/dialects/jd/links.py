"""Tracked links, short links and codes of the simulated union; it recognises those that it gave out.

What a link carries is kept in a table, and the text in its address is a sealed number: an edited one leads nowhere.
"""

import json
import re
import secrets
from dataclasses import asdict, dataclass
from urllib.parse import parse_qs, urlsplit

from joey.sandbox.dialects.jd.goods import item_at_address, item_of_sku
from joey.sandbox.refused import missing
from joey.sandbox.sealed import seal, short_code, unseal
from joey.sandbox.world.goods import SoldItem
from joey.sandbox.world.state import World
from joey.sandbox.world.visits import Destination

TRACKED_PATH, SHORT_PATH = "/jdc", "/u/"
SHORT_LINK_DAYS = 60
_WIDTH = 5
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789"
_COMMAND = re.compile(r"！([A-Za-z0-9]{12})！")
_OF_WECHAT = re.compile(r"#小程序://京东购物/([A-Za-z0-9]{12})")


@dataclass(frozen=True)
class PromotedLink:
    """What a tracked link carries; 0 and empty texts for what was not named."""

    sku: str
    position: int
    site: int
    sub_union_id: str = ""
    ext1: str = ""
    coupon: str = ""


def keep_link(world: World, link: PromotedLink) -> int:
    """Its number; the same one every time."""
    values = asdict(link)
    names = ", ".join(values)
    with world.change() as db:
        db.execute(f"INSERT OR IGNORE INTO jd_link ({names}) VALUES (?, ?, ?, ?, ?, ?)", list(values.values()))
        row = world.row(f"SELECT number FROM jd_link WHERE ({names}) = (?, ?, ?, ?, ?, ?)", *values.values())
    assert row is not None
    return int(row["number"])


def tracked_path(number: int) -> str:
    """The path in place of `union-click.jd.com/jdc?e=…`; it lasts."""
    return f"{TRACKED_PATH}?e={seal('jd link', (number, _WIDTH))}"


def short_path(world: World, number: int) -> str:
    """The path in place of `u.jd.com/…`; it ends after 60 days, and the next one is another one."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(7))
    with world.change() as db:
        db.execute("INSERT INTO jd_short_link VALUES (?, ?, ?)", (code, number, world.now()))
    return SHORT_PATH + code


def command_text(world: World, number: int, title: str) -> str:
    """What a person copies and JD's app opens."""
    return f"6:/！{_command(world, 'command', number)}！ {title}"


def short_command(world: World, number: int) -> str:
    """The same without words."""
    return f"！{_command(world, 'command', number)}！"


def wechat_link(world: World, number: int) -> str:
    """What opens the mini-program inside WeChat."""
    return f"#小程序://京东购物/{_command(world, 'wechat', number)}"


def path_of_code(world: World, text: str) -> str | None:
    """The tracked path behind the first code in `text` that was given out here."""
    for code in _COMMAND.findall(text) + _OF_WECHAT.findall(text):
        row = world.row("SELECT link FROM jd_command WHERE code = ?", code)
        if row:
            return tracked_path(row["link"])
    return None


def destination_of(world: World, path: str) -> Destination | None:
    """Where a path leads; None when it is none of the union's. Raises Refused 404 for one that was changed or ended."""
    parts = urlsplit(path)
    if parts.path.startswith(SHORT_PATH):
        number = _number_of_short(world, parts.path)
        if number is None:
            raise missing("there is no such short link, or it ended after 60 days")
    elif parts.path == TRACKED_PATH:
        number = _number_of_token(parse_qs(parts.query).get("e", [""])[0])
    else:
        return None
    link = _link(world, number) if number else None
    item = item_of_sku(link.sku) if link else None
    if link is None or item is None:
        raise missing("this link was not given out by JD, or it was changed")
    carried = json.dumps({"siteId": link.site, "ext1": link.ext1})
    return Destination(item, str(link.position), link.sub_union_id or None, carried)


def item_behind(world: World, address: str) -> SoldItem | None:
    """The item behind an unmodified link of the union, or behind the address of an item's page."""
    path = address.removeprefix(world.url)
    if path != address and path.startswith(SHORT_PATH):
        number = _number_of_short(world, path)
    elif path != address and path.startswith(TRACKED_PATH + "?"):
        number = _number_of_token(path.removeprefix(TRACKED_PATH + "?e="))
    else:
        return item_at_address(world, address)
    link = _link(world, number) if number else None
    return item_of_sku(link.sku) if link else None


def age_short_links(world: World, days: int) -> int:
    """Every short link so far is so many days older; how many there are."""
    with world.change() as db:
        return db.execute("UPDATE jd_short_link SET made_at = made_at - ?", (days * 86_400,)).rowcount


def _number_of_short(world: World, path: str) -> int | None:
    row = world.row("SELECT link, made_at FROM jd_short_link WHERE code = ?", path.removeprefix(SHORT_PATH))
    lives = row is not None and world.now() < row["made_at"] + SHORT_LINK_DAYS * 86_400
    return int(row["link"]) if row and lives else None


def _number_of_token(token: str) -> int | None:
    numbers = unseal("jd link", token, _WIDTH)
    return numbers[0] if numbers else None


def _link(world: World, number: int) -> PromotedLink | None:
    row = world.row("SELECT * FROM jd_link WHERE number = ?", number)
    if row is None:
        return None
    return PromotedLink(row["sku"], row["position"], row["site"], row["sub_union_id"], row["ext1"], row["coupon"])


def _command(world: World, kind: str, number: int) -> str:
    code = short_code(f"jd {kind}", str(number), 12)
    with world.change() as db:
        db.execute("INSERT OR IGNORE INTO jd_command VALUES (?, ?)", (code, number))
    return code
