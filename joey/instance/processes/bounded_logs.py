"""Keep log files bounded while the processes that write them go on writing."""

from pathlib import Path

LARGEST = 5_000_000  # bytes; one older part of the same size is kept


def bound_logs(folder: Path, largest: int = LARGEST) -> None:
    """Copy a log that grew too large to NAME.1 and empty it.

    The writers hold it open for appending, so emptying it in place needs nothing of them; lines written in
    between copy and emptying are lost.
    """
    for log in folder.glob("*.log"):
        if log.stat().st_size > largest:
            with log.open("rb") as whole:
                whole.seek(-largest, 2)
                log.with_suffix(".log.1").write_bytes(whole.read(largest))
            log.open("w").close()
