"""Where orders are credited: ad zones of the publisher, and channel relations (relations.py).

`taobao.tbk.adzone.create`, or `…sc.adzone.create` for a tool provider, makes one more ad zone.
"""

from typing import Any

from joey.sandbox.dialects.taobao.arguments import Arguments
from joey.sandbox.dialects.taobao.demo_account import SITE_ID, pid_of
from joey.sandbox.dialects.taobao.errors import invalid_parameter, remote
from joey.sandbox.world.state import World

LONGEST_NAME = 64


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
