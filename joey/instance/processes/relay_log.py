"""Pass on what a process writes to its log while it runs."""

from collections.abc import Callable
from pathlib import Path


def relay_log(log: Path, seen: int, print_line: Callable[[str], None] | None) -> int:
    """Print the complete new lines of a log from byte `seen` on, and return the byte up to which it was read."""
    with log.open("rb") as lines:
        lines.seek(seen)
        new = lines.read()
    complete = new[: new.rfind(b"\n") + 1]
    if print_line:
        for line in complete.decode(errors="replace").splitlines():
            print_line(line)
    return seen + len(complete)
