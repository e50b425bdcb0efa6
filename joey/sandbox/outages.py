"""Break the simulated world for a while, to see how what depends on it copes."""

import asyncio
import time
from collections.abc import Iterable

from starlette.responses import Response

from joey.sandbox.refused import invalid
from joey.sandbox.world.state import Outage, World

REPEAT = "repeat"
KINDS = ("500", "throttle", "slow", "garbage", REPEAT)
FEEDS, BANK = "feeds", "bank"
LONGEST_SECONDS = 3600


def begin_outage(world: World, kind: str, seconds: int, places: Iterable[str]) -> None:
    """Break `places` for some seconds; 0 ends it. Raises Refused 422."""
    if kind not in KINDS:
        raise invalid("kind", f"one of {', '.join(KINDS)}")
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise invalid("seconds", f"between 0 and {LONGEST_SECONDS}")
    for place in places:
        world.outages[place] = Outage(kind, time.monotonic() + seconds)


def running_outage(world: World, *places: str) -> Outage | None:
    """What is wrong now with the first of these that is broken."""
    now = time.monotonic()
    return next((each for place in places if (each := world.outages.get(place)) and now < each.until), None)


async def suffer(world: World, *places: str) -> Response | str | None:
    """What is wrong now: None, a broken answer to send, or "throttle" for each protocol's own words.

    `places` are the names under which the caller can be broken: an account code, a call, `feeds` or `bank`.
    """
    outage = running_outage(world, *places)
    if outage is None or outage.kind == REPEAT:
        return None
    kind = outage.kind
    if kind == "slow":
        await asyncio.sleep(world.slow_seconds)
        return None
    if kind == "500":
        return Response("<html><body>500 Internal Server Error</body></html>", 500, media_type="text/html")
    if kind == "garbage":
        return Response('{"response":{"data":{"has_ne', media_type="application/json")
    return "throttle"
