"""`joey` commands as processes of their own, for tests that look at them from outside."""

import subprocess

from tests.journeys.running import CHECKOUT, JOEY, clean_environment


def joey(*arguments: str, timeout: float = 60, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run one `joey` command to its end, with nothing of the tests' own database but what is in `more`."""
    return subprocess.run(
        [JOEY, *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=CHECKOUT,
        env=clean_environment() | more,
    )
