"""Break the simulated world for a while, so that whoever depends on it can be seen to cope."""

import asyncio
import time

from starlette.responses import Response

from joey.sandbox.refused import invalid
from joey.sandbox.world import Outage, World

KINDS = ("500", "throttle", "slow", "garbage")
PLACES = ("gateway", "feeds", "bank")
LONGEST_SECONDS = 3600
SLOW_SECONDS = 5


def begin_outage(world: World, kind: str, seconds: int, places: tuple[str, ...], delay: int | None) -> None:
    """Break `places` for some seconds; 0 ends it. `delay` is how long a slow answer takes. Raises Refused 422."""
    if kind not in KINDS:
        raise invalid("kind", f"one of {', '.join(KINDS)}")
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise invalid("seconds", f"between 0 and {LONGEST_SECONDS}")
    if delay is not None and not 0 <= delay <= 60:
        raise invalid("delay", "between 0 and 60 seconds")
    for place in places:
        if place not in PLACES:
            raise invalid("where", f"one of {', '.join(PLACES)}")
        world.outages[place] = Outage(kind, time.monotonic() + seconds, SLOW_SECONDS if delay is None else delay)


async def suffer(world: World, place: str) -> Response | str | None:
    """What is wrong at `place` now: None, a broken answer to send, or "throttle" for each protocol's own words."""
    outage = world.outages.get(place)
    if outage is None or time.monotonic() >= outage.until:
        return None
    if outage.kind == "slow":
        await asyncio.sleep(outage.delay)
        return None
    if outage.kind == "500":
        return Response("<html><body>500 Internal Server Error</body></html>", 500, media_type="text/html")
    if outage.kind == "garbage":
        return Response('{"tbk_order_details_get_response":{"data":{"has_ne', media_type="application/json")
    return "throttle"
