"""The promoter's pids: `pdd.ddk.goods.pid.generate`, `pdd.ddk.goods.pid.query`, `pdd.ddk.pid.mediaid.bind`."""

from typing import Any

from joey.sandbox.dialects.pinduoduo.arguments import PddArguments
from joey.sandbox.dialects.pinduoduo.demo_account import MEDIA_ID, MOST_PIDS, number_of_pid, pid_of
from joey.sandbox.dialects.pinduoduo.errors import impossible
from joey.sandbox.dialects.pinduoduo.filing import has_pid
from joey.sandbox.world.state import World

MOST_AT_ONCE, MOST_BOUND = 100, 1_000
NORMAL, BANNED = 0, 1  # status
NO_MEDIA = 0


def generate_pids(world: World, arguments: PddArguments) -> dict[str, Any]:
    """New pids, and how many more the account may have. A name for each, or none at all."""
    number = arguments.integer("number", least=1, most=MOST_AT_ONCE)
    names = arguments.texts("p_id_name_list", most=MOST_AT_ONCE)
    media = arguments.integer("media_id", NO_MEDIA)
    _check_media(media)
    if names and len(names) != number:
        raise impossible("p_id_name_list has another number of names")
    left = _left(world) - number
    if left < 0:
        raise impossible(f"an account has at most {MOST_PIDS} pids")
    now = world.now()
    with world.change() as db:
        row = world.row("SELECT max(number) AS number FROM duo_pid")
        assert row is not None
        made = [(row["number"] + 1 + at, names[at] if names else "", media, now) for at in range(number)]
        db.executemany("INSERT INTO duo_pid VALUES (?, ?, ?, ?)", made)
    return {
        "p_id_list": [
            {"p_id": pid_of(number), "pid_name": name, "create_time": now, "media_id": media}
            for number, name, media, now in made
        ],
        "remain_pid_count": left,
    }


def list_pids(world: World, arguments: PddArguments) -> dict[str, Any]:
    """The pids of the account, oldest first, or those of `pid_list` that it has. None of them is banned."""
    page = arguments.integer("page", 1, least=1, most=10_000)
    size = arguments.integer("page_size", 100, least=1, most=100)
    status = arguments.integer("status", NORMAL, least=NORMAL, most=BANNED)
    only = {number_of_pid(pid) for pid in arguments.texts("pid_list", most=MOST_BOUND)}
    rows = [
        row
        for row in world.rows("SELECT * FROM duo_pid ORDER BY number")
        if status == NORMAL and (not only or row["number"] in only)
    ]
    return {
        "total_count": len(rows),
        "p_id_list": [
            {
                "p_id": pid_of(row["number"]),
                "pid_name": row["name"],
                "create_time": row["created_at"],
                "status": NORMAL,
                "media_id": row["media_id"],
            }
            for row in rows[(page - 1) * size : page * size]
        ],
    }


def bind_media(world: World, arguments: PddArguments) -> dict[str, Any]:
    """Let pids belong to a medium of the account."""
    media = arguments.integer("media_id", least=1)
    _check_media(media)
    pids = arguments.texts("pid_list", most=MOST_BOUND)
    if not pids:
        arguments.text("pid_list")
        raise impossible("pid_list has no pid")
    if not all(has_pid(world, pid) for pid in pids):
        raise impossible("pid_list has a pid that this account never generated")
    bound = [(media, number_of_pid(pid)) for pid in pids]
    with world.change() as db:
        db.executemany("UPDATE duo_pid SET media_id = ? WHERE number = ?", bound)
    return {"result": {"msg": "绑定成功", "result": True}}


def _check_media(media: int) -> None:
    if media not in (NO_MEDIA, MEDIA_ID):
        raise impossible("media_id is not a medium of this account")


def _left(world: World) -> int:
    row = world.row("SELECT count(*) AS count FROM duo_pid")
    assert row is not None
    return MOST_PIDS - int(row["count"])
