"""What the demo publisher's application was granted, and what only other accounts may ask for."""

from joey.sandbox.dialects.taobao.arguments import Arguments
from joey.sandbox.dialects.taobao.errors import TopError, invalid_parameter, remote
from joey.sandbox.world.state import World


def check_scope(world: World, scope: str) -> None:
    """Code 11 names the scope that was not granted; every one is, until `POST /control/taobao/scopes` withholds it."""
    if world.row("SELECT scope FROM withheld_scope WHERE scope = ?", scope):
        raise TopError(11, "Insufficient isv permissions", "isv.permission-api-package-limit", f"scope ids is {scope}")


def withhold(world: World, scopes: list[str]) -> None:
    """From now on these are not granted, and all others are."""
    with world.change() as db:
        db.execute("DELETE FROM withheld_scope")
        db.executemany("INSERT OR IGNORE INTO withheld_scope VALUES (?)", [(scope,) for scope in scopes])


def check_mode(arguments: Arguments) -> None:
    """`promotion_type` is for accounts in agent mode, and this one is not in it."""
    if arguments.text("promotion_type", ""):
        raise invalid_parameter("promotion_type is for accounts in agent mode")


def check_scene(arguments: Arguments, *granted: int) -> None:
    """`biz_scene_id`, by default that of rotating ids."""
    scene = arguments.integer("biz_scene_id", granted[0], least=1, most=4)
    if scene not in granted:
        raise remote("1911", f"biz_scene_id {scene} is not granted")
