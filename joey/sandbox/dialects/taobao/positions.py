"""Where orders are credited: ad zones and channel relations of the publisher.

`taobao.tbk.adzone.create`, or `…sc.adzone.create` for a tool provider, makes one more ad zone,
`taobao.tbk.sc.publisher.info.get` lists the relations.
"""

from typing import Any

from joey.sandbox import beijing
from joey.sandbox.dialects.taobao.arguments import Arguments
from joey.sandbox.dialects.taobao.demo_account import PUBLISHER_ID, SITE_ID, pid_of
from joey.sandbox.dialects.taobao.envelope import ElementList
from joey.sandbox.dialects.taobao.errors import invalid_parameter, remote
from joey.sandbox.world.state import World

LONGEST_NAME = 64
RELATION_APPS = ("common", "etao", "minietao", "offlineShop", "offlinePerson")


def adzone_of(world: World, arguments: Arguments, *, sub_code: str = "isv.pid-not-correct") -> int:
    """The ad zone that a call has to name; one that is not this publisher's is refused with the call's own code."""
    adzone = arguments.integer("adzone_id")
    if world.row("SELECT id FROM adzone WHERE id = ?", adzone) is None:
        raise remote(sub_code, "adzone_id does not belong to this publisher")
    return adzone


def relation_of(world: World, arguments: Arguments) -> int | None:
    """The channel that a call may name. There is no member here, so no `special_id` is one of this publisher's."""
    relation = arguments.maybe_integer("relation_id")
    if relation is not None and world.row("SELECT id FROM relation WHERE id = ?", relation) is None:
        raise remote("isp.relation-id-not-corrent", "relation_id is not bound to this publisher")
    if arguments.maybe_integer("special_id") is not None:
        raise remote("isp.special-id-not-corrent", "special_id is not bound to this publisher")
    return relation


def create_adzone(world: World, arguments: Arguments) -> dict[str, Any]:
    """A new ad zone; `data.model` is its full position text."""
    if arguments.integer("site_id") != SITE_ID:
        raise invalid_parameter("site_id is not a site of this publisher")
    name = arguments.text("adzone_name", longest=LONGEST_NAME)
    with world.change() as db:
        row = world.row("SELECT max(id) + 1 AS id FROM adzone")
        assert row is not None
        db.execute("INSERT INTO adzone VALUES (?, ?, ?)", (row["id"], name, world.now()))
    return {"data": {"model": pid_of(row["id"])}}


def list_publishers(world: World, arguments: Arguments) -> dict[str, Any]:
    """The bound channels, from page 0. Members (`info_type` 2) are none here."""
    kind = arguments.integer("info_type", least=1, most=2)
    if arguments.text("relation_app") not in RELATION_APPS:
        raise invalid_parameter(f"relation_app is one of {', '.join(RELATION_APPS)}")
    page = arguments.integer("page_no", 0, most=10_000)
    size = arguments.integer("page_size", 10, least=1, most=100)
    only = arguments.maybe_integer("relation_id")
    rows = world.rows("SELECT * FROM relation WHERE ? IS NULL OR id = ? ORDER BY id", only, only) if kind == 1 else []
    shown = [
        {
            "relation_id": row["id"],
            "account_name": row["account_name"],
            "create_date": beijing.text_of(row["created_at"]),
            "root_pid": f"mm_{PUBLISHER_ID}_{SITE_ID}",
            "punish_status": "0",
        }
        for row in rows[page * size : (page + 1) * size]
    ]
    return {"data": {"total_count": len(rows), "inviter_list": ElementList("map_data", shown)}}
