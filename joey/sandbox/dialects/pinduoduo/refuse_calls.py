"""Calls that are refused on purpose, for `POST /control/pinduoduo/refusals`: any code of the documents can be met."""

from collections.abc import Mapping

from joey.sandbox.dialects.pinduoduo.errors import PddError
from joey.sandbox.world.state import World

ALL_CALLS = "*"


def check_refusals(world: World, method: str) -> None:
    """Raises the PddError that this call, or every call, is refused with now."""
    row = world.row("SELECT code FROM duo_refusal WHERE call IN (?, ?) ORDER BY call DESC", method, ALL_CALLS)
    if row:
        raise PddError(row["code"])


def refuse_calls(world: World, codes: Mapping[str, int]) -> None:
    """From now on these calls are refused with these codes, and no others."""
    with world.change() as db:
        db.execute("DELETE FROM duo_refusal")
        db.executemany("INSERT INTO duo_refusal VALUES (?, ?)", list(codes.items()))
