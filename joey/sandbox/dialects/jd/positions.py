"""`position.create` and `position.query`: the registered positions of the account's sites."""

from typing import Any

from joey.sandbox.dialects.jd.arguments import JsonArguments
from joey.sandbox.dialects.jd.errors import wrong_argument
from joey.sandbox.world.state import World

MOST_NAMES, LONGEST_NAME, MOST_ROWS = 50, 64, 100
LAST_KIND = 4  # of unionType and of type; which of them mean what makes no difference here


def create(world: World, arguments: JsonArguments) -> dict[str, Any]:
    """New positions by name. A name that the site has already gives its position again."""
    union_type = arguments.integer("unionType", least=1, most=LAST_KIND)
    _check_account(arguments)
    kind = arguments.integer("type", least=1, most=LAST_KIND)
    site = arguments.integer("siteId")
    if site not in arguments.caller.sites:
        raise wrong_argument("siteId is not a site of this account")
    names = arguments.listed("spaceNameList", most=MOST_NAMES)
    if not names:
        arguments.text("spaceNameList")
    for name in names:
        if len(name) > LONGEST_NAME:
            raise wrong_argument(f"a name in spaceNameList is longer than {LONGEST_NAME} characters")
    made = {name: _position(world, site, name) for name in names}
    union = arguments.caller.union_id
    return {"data": {"resultList": made, "siteId": site, "type": kind, "unionId": union, "unionType": union_type}}


def query(world: World, arguments: JsonArguments) -> dict[str, Any]:
    """The positions, oldest first."""
    arguments.integer("unionType", least=1, most=LAST_KIND)
    _check_account(arguments)
    page = arguments.integer("pageIndex", 1, least=1, most=100_000)
    size = arguments.integer("pageSize", 20, least=1, most=MOST_ROWS)
    caller = arguments.caller
    own = "FROM jd_position WHERE site IN (?, ?)"
    rows = world.rows(f"SELECT * {own} ORDER BY id LIMIT ? OFFSET ?", *caller.sites, size, (page - 1) * size)
    total = world.rows(f"SELECT count(*) AS number {own}", *caller.sites)[0]["number"]
    found = [
        {
            "id": row["id"], "siteId": row["site"], "spaceName": row["name"], "type": 1,
            "pid": f"{caller.union_id}_{row['site']}_{row['id']}",
        }
        for row in rows
    ]  # fmt: skip
    return {"data": {"pageNo": page, "pageSize": size, "total": total, "result": found}}


def _check_account(arguments: JsonArguments) -> None:
    if arguments.integer("unionId") != arguments.caller.union_id:
        raise wrong_argument("unionId is not this account")
    if arguments.text("key") != arguments.caller.union_key:
        raise wrong_argument("key is not the key of this account")


def _position(world: World, site: int, name: str) -> int:
    known = world.row("SELECT id FROM jd_position WHERE site = ? AND name = ?", site, name)
    if known:
        return int(known["id"])
    with world.change() as db:
        db.execute("INSERT INTO jd_position SELECT max(id) + 1, ?, ?, ? FROM jd_position", (site, name, world.now()))
        return int(db.execute("SELECT max(id) FROM jd_position").fetchone()[0])
