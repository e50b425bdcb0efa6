"""Channel relations: an invitation code, the keeper who accepts it in a session of their own, and the list of them.

`taobao.tbk.sc.invitecode.get`, `taobao.tbk.sc.publisher.info.save`, `taobao.tbk.sc.publisher.info.get`. Guessed: how a
code looks, that it is for one material type and for ever, and the words of `desc`.
"""

import secrets
from typing import Any

from joey.sandbox import beijing
from joey.sandbox.dialects.taobao.arguments import Arguments
from joey.sandbox.dialects.taobao.demo_account import FIRST_ADZONE, KEEPER_SESSIONS, pid_of
from joey.sandbox.dialects.taobao.envelope import ElementList
from joey.sandbox.dialects.taobao.errors import invalid_parameter
from joey.sandbox.world.state import World

APPS = ("common", "etao", "minietao", "offlineShop", "offlinePerson")
CHANNEL, FISSION, MEMBER = 1, 2, 3  # code_type
OF_CHANNELS, OF_MEMBERS = 1, 2  # info_type
CODE_LETTERS, CODE_LENGTH = "23456789ABCDEFGHJKMNPQRSTUVWXYZ", 6
NOTE_LENGTH = 100


def invite(world: World, arguments: Arguments) -> dict[str, Any]:
    """A code that keepers accept. Those of channels are given out here, the others need a channel or members."""
    app = _app(arguments)
    if arguments.integer("code_type", least=CHANNEL, most=MEMBER) != CHANNEL:
        raise invalid_parameter("this publisher invites channels only")
    known = world.row("SELECT code FROM invite_code WHERE app = ?", app)
    if known:
        return {"data": {"inviter_code": known["code"]}}
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    with world.change() as db:
        db.execute("INSERT INTO invite_code VALUES (?, ?)", (code, app))
    return {"data": {"inviter_code": code}}


def file_relation(world: World, arguments: Arguments) -> dict[str, Any]:
    """The keeper whose session it is becomes a channel of the publisher; a second time is the same relation."""
    if arguments.integer("info_type", least=OF_CHANNELS, most=OF_MEMBERS) != OF_CHANNELS:
        raise invalid_parameter("a channel is filed with info_type 1")
    code = arguments.text("inviter_code", longest=20)
    if world.row("SELECT code FROM invite_code WHERE code = ?", code) is None:
        raise invalid_parameter("inviter_code was never given out")
    name = KEEPER_SESSIONS[arguments.text("session")]
    arguments.text("note", "", longest=NOTE_LENGTH)
    known = world.row("SELECT id FROM relation WHERE account_name = ?", name)
    if known:
        return {"data": {"relation_id": known["id"], "account_name": name, "desc": "重复绑定渠道"}}
    with world.change() as db:
        row = world.row("SELECT max(id) + 1 AS id FROM relation")
        assert row is not None
        db.execute("INSERT INTO relation VALUES (?, ?, ?)", (row["id"], name, world.now()))
    return {"data": {"relation_id": row["id"], "account_name": name, "desc": "绑定成功"}}


def list_relations(world: World, arguments: Arguments) -> dict[str, Any]:
    """The bound channels, from page 0. Members (`info_type` 2) are none here, nor channels of another kind."""
    kind = arguments.integer("info_type", least=OF_CHANNELS, most=OF_MEMBERS)
    app = _app(arguments)
    page = arguments.integer("page_no", 0, most=10_000)
    size = arguments.integer("page_size", 10, least=1, most=100)
    only = arguments.maybe_integer("relation_id")
    rows = []
    if kind == OF_CHANNELS and app == "common":
        rows = world.rows("SELECT * FROM relation WHERE ? IS NULL OR id = ? ORDER BY id", only, only)
    shown = [
        {
            "relation_app": app,
            "relation_id": row["id"],
            "account_name": row["account_name"],
            "create_date": beijing.text_of(row["created_at"]),
            "root_pid": pid_of(FIRST_ADZONE),
            "punish_status": "0",
        }
        for row in rows[page * size : (page + 1) * size]
    ]
    return {
        "data": {
            "total_count": len(rows),
            "inviter_list": ElementList("map_data", shown),
            "root_pid_channel_list": ElementList("string", [pid_of(FIRST_ADZONE)]),
        }
    }


def _app(arguments: Arguments) -> str:
    app = arguments.text("relation_app")
    if app not in APPS:
        raise invalid_parameter(f"relation_app is one of {', '.join(APPS)}")
    return app
