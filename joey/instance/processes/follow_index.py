"""Apply changed offers to this host's search index for as long as there are any; `joey work` starts it when needed."""

import time

from django.db import connection

from joey.catalog.search.follow import catch_up, is_behind

IDLE_SECONDS = 20.0  # without any change; `joey work` starts the process again when there is one
CHECK_EVERY_SECONDS = 2.0  # besides the database's notification, which a restarted connection would miss


def follow_index() -> None:
    """Apply changes until there were none for IDLE_SECONDS."""
    with connection.cursor() as cursor:
        cursor.execute("LISTEN joey_offers")
    idle_since = time.monotonic()
    while time.monotonic() - idle_since < IDLE_SECONDS:
        if is_behind():
            catch_up(wait=False)
            idle_since = time.monotonic()
        for _notification in connection.connection.notifies(timeout=CHECK_EVERY_SECONDS, stop_after=1):
            pass
