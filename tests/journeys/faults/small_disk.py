"""PostgreSQL on a disk that is small enough to be filled: a tmpfs in the place of its folder, or of its WAL alone."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from joey.instance.postgres.embedded_postgres import EmbeddedPostgres
from tests.journeys.running import RunningJoey

SIZE_MB = 256


def needs_mounting() -> None:
    """Skip where no disk can be mounted; CI runs as root, so there it is a failure."""
    if os.geteuid() == 0:
        return
    assert not os.environ.get("CI"), "CI has to run this as root"
    pytest.skip("only root may mount a small disk")


class SmallDisk:
    """A mounted tmpfs that can be filled and freed."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ballast = place / "ballast"

    def fill(self) -> None:
        """Take all that is free, as another program on the same disk would."""
        with self._ballast.open("ab", buffering=0) as ballast, suppress(OSError):
            while ballast.write(bytes(4096)):
                pass

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)


@contextmanager
def small_disk(joey: RunningJoey, what: str) -> Iterator[SmallDisk]:
    """Stop the instance, put its PostgreSQL ("data") or its "wal" on a small disk, start it; stopped at the end."""
    assert joey.interrupt() == 0
    postgres = EmbeddedPostgres(joey.data)
    place = postgres.cluster if what == "data" else postgres.cluster / "pg_wal"
    aside = place.with_name(f"{place.name}.aside")
    owner = place.stat()
    place.rename(aside)
    place.mkdir(mode=0o700)
    options = f"size={SIZE_MB}m,mode=0700,uid={owner.st_uid},gid={owner.st_gid}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], check=True)
    disk = SmallDisk(place)
    try:
        _copy(aside, place)
        joey.start()
        yield disk
    finally:
        joey.kill()
        disk.free()
        shutil.rmtree(aside)
        _copy(place, aside)
        subprocess.run(["umount", place], check=True)
        place.rmdir()
        aside.rename(place)


def _copy(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700, exist_ok=True)
    subprocess.run(["cp", "-a", f"{source}/.", str(target)], check=True)
