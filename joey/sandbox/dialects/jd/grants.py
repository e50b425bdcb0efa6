"""What the account was granted: methods, and data that only some accounts see.

Everything is, until `POST /control/jd/grants` withholds it.
"""

from joey.sandbox.dialects.jd.arguments import JsonArguments
from joey.sandbox.dialects.jd.errors import not_granted
from joey.sandbox.world.state import World

SCENE_2, SUB_UNION_ID, EXT1 = "sceneId2", "subUnionId", "ext1"
COMMANDS, SHORT_COMMANDS = "jCommand", "jShortCommand"
OF_DATA = (SCENE_2, SUB_UNION_ID, EXT1, COMMANDS, SHORT_COMMANDS)


def is_granted(world: World, name: str) -> bool:
    """Whether the account has this method or this data."""
    return world.row("SELECT name FROM jd_withheld WHERE name = ?", name) is None


def check_granted(world: World, name: str) -> None:
    """Raises UnionRefusal 403 for what is withheld."""
    if not is_granted(world, name):
        raise not_granted()


def check_not_of_others(arguments: JsonArguments) -> None:
    """Raises UnionRefusal 403 for what only accounts with sub-accounts, members or gifts of their own may name."""
    named = (arguments.text("pid", ""), arguments.text("channelId", ""), arguments.text("giftCouponKey", ""))
    if any(each not in ("", "0") for each in named):
        raise not_granted()


def withhold(world: World, names: list[str]) -> None:
    """From now on these are not granted, and all others are."""
    with world.change() as db:
        db.execute("DELETE FROM jd_withheld")
        db.executemany("INSERT OR IGNORE INTO jd_withheld VALUES (?)", [(name,) for name in names])
