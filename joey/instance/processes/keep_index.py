"""Keep this host's search index up to date, from the worker.

The worker only looks, with one small query: cutting Chinese into words takes 35 MB for its dictionary, so the work
itself is done by a process of its own that ends when nothing changes any more.
"""

import asyncio
import contextlib
import logging
import signal
import sys

from joey.instance.processes.stop_with_parent import StopWithParent

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 2.0
AFTER_TROUBLE_SECONDS = 15.0


async def keep_index() -> None:
    """Look for changes for ever, and let them be followed."""
    while True:
        wait = LOOK_EVERY_SECONDS
        if await asyncio.to_thread(_is_behind):
            code = await _follow()
            if code != 0:
                log.error("the search index could not be followed (exit code %s); tried again in a while", code)
                wait = AFTER_TROUBLE_SECONDS
        await asyncio.sleep(wait)


def _is_behind() -> bool:
    from django.db import Error, connection

    from joey.catalog.search.follow import is_behind

    try:
        return is_behind()
    except (Error, OSError) as trouble:  # the database is away, or the disk is full: later
        log.warning("nobody can say whether the search index is up to date: %s", trouble)
        return False
    finally:
        with contextlib.suppress(Error):
            connection.close()


async def _follow() -> int:
    """Run `joey index follow` to its end; it ends with the worker."""
    command = [sys.executable, "-m", "joey.cli.cli", "index", "follow"]
    child = await asyncio.create_subprocess_exec(*command, preexec_fn=StopWithParent(signal.SIGTERM))
    try:
        return await child.wait()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        await child.wait()
        raise
