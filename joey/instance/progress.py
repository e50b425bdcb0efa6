"""Progress of long work, printed for the person at the terminal."""

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str) -> None:
    """Print for the person at the terminal; when the terminal is gone, continue silently."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print how long a step took."""
    began = time.monotonic()
    yield
    say(f"  {name:<16}{time.monotonic() - began:5.1f} s")
