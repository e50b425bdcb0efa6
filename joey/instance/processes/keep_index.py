"""Keep this host's search index up to date, from the worker.

The worker only checks, with one small query: the dictionary for Chinese words takes 35 MB, so a process of its own
does the work and ends when nothing changes any more.
"""

import asyncio
import contextlib
import logging
import signal

from joey.instance.processes.server_command import joey_command
from joey.instance.processes.stop_with_parent import StopWithParent

log = logging.getLogger(__name__)

CHECK_EVERY_SECONDS = 2.0
AFTER_FAILURE_SECONDS = 15.0


async def keep_index() -> None:
    """Check for changes for ever, and start the process that applies them."""
    while True:
        wait = CHECK_EVERY_SECONDS
        if await asyncio.to_thread(_is_behind):
            code = await _follow()
            if code != 0:
                log.error("the search index could not be updated (exit code %s); retrying later", code)
                wait = AFTER_FAILURE_SECONDS
        await asyncio.sleep(wait)


def _is_behind() -> bool:
    from django.db import Error, connection

    from joey.catalog.search.follow import is_behind

    try:
        return is_behind()
    except (Error, OSError) as error:  # the database is unavailable, or the disk is full: retried later
        log.warning("cannot tell whether the search index is up to date: %s", error)
        return False
    finally:
        with contextlib.suppress(Error):
            connection.close()


async def _follow() -> int:
    """Run `joey index follow` to its end; it ends with the worker."""
    command = joey_command("index", "follow")
    child = await asyncio.create_subprocess_exec(*command, preexec_fn=StopWithParent(signal.SIGTERM))
    try:
        return await child.wait()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        await child.wait()
        raise
