"""Item ids that rotate: opaque text of item number, publisher and epoch, as the union has given out since
its reform.
"""

from joey.sandbox.beijing import day_of
from joey.sandbox.dialects.taobao.demo_account import PUBLISHER_ID
from joey.sandbox.sealed import seal, unseal
from joey.sandbox.world.state import World

EPOCHS_KEPT = 60
ROTATIONS = "taobao.rotations"
_WIDTHS = (6, 4, 4)  # with its tag this makes 30 characters, as long as a real one


def current_epoch(world: World) -> int:
    """The day's number plus the rotations that were forced."""
    return day_of(world.now()).toordinal() + world.fact(ROTATIONS)


def item_id(number: int | str, epoch: int, publisher: int = PUBLISHER_ID) -> str:
    """The id under which a publisher sees an item in an epoch."""
    return seal("item", *zip((int(number), publisher, epoch), _WIDTHS, strict=True))


def number_of(text: str, epoch: int, publisher: int = PUBLISHER_ID) -> int | None:
    """The item's number; None for an id of another publisher, older than 60 epochs, or made up."""
    numbers = _read(text, publisher)
    return numbers[0] if numbers and epoch - EPOCHS_KEPT < numbers[2] <= epoch else None


def number_ever(text: str, publisher: int = PUBLISHER_ID) -> int | None:
    """The item's number, however old the id; None for an id of another publisher, or made up."""
    numbers = _read(text, publisher)
    return numbers[0] if numbers else None


def _read(text: str, publisher: int) -> tuple[int, ...] | None:
    numbers = unseal("item", text, *_WIDTHS)
    return numbers if numbers and numbers[1] == publisher else None


def is_number(text: str) -> bool:
    """Whether it is an id of the time when they were numbers."""
    return text.isascii() and text.isdigit()


def rotate(world: World) -> int:
    """Begin a new epoch now; returns it."""
    with world.change():
        world.set_fact(ROTATIONS, world.fact(ROTATIONS) + 1)
    return current_epoch(world)
