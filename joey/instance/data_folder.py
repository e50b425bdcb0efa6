"""The folder that holds everything of one instance: its database, secret, logs, and who is using it."""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import joey
from joey.instance.errors import CommandFailed

WAIT_SECONDS = 60.0  # that a command waits until another one releases the folder


def default_folder() -> Path:
    """Return `.joey` in a checkout, else joey's place in the person's own data folder."""
    checkout = Path(next(iter(joey.__path__))).resolve().parent
    if (checkout / "pyproject.toml").exists():
        return checkout / ".joey"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "joey"


@dataclass
class Instance:
    """The contents of instance.json: a running `joey up`, which writes it for the other commands."""

    pid: int
    url: str
    sandbox_url: str | None
    demo: bool
    ports: dict[str, int]
    database_url: str
    database_owner_url: str
    started_at: str
    ready: bool = False
    children: dict[str, int] = field(default_factory=dict)

    def write(self, data: Path) -> None:
        """Replace instance.json in one step; only its owner may read it."""
        staging = data / "instance.json.new"
        staging.touch(mode=0o600)
        staging.write_text(json.dumps(asdict(self), indent=1) + "\n")
        staging.replace(data / "instance.json")


def noted_instance(data: Path) -> Instance | None:
    """Return what instance.json says, even if that `joey up` was killed; None when there is nothing to read."""
    try:
        return Instance(**json.loads((data / "instance.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


@dataclass(frozen=True)
class User:
    """Who uses a data folder right now: the name of a command, `up` among them, and its process id."""

    command: str
    pid: int


class InUse(CommandFailed):
    """The folder is in use."""

    def __init__(self, data: Path, user: User) -> None:
        self.user = user
        super().__init__(
            f"`joey {user.command}` (process {user.pid}) is using {data}. Wait until it is done, or name another "
            "folder with --data."
        )


@contextmanager
def claim(data: Path, command: str) -> Iterator[None]:
    """Use the data folder exclusively. Raises InUse: at once if a `joey up` holds it, else after WAIT_SECONDS."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data / "in-use.lock").open("a+")
    except OSError as error:
        raise CommandFailed(
            f"Joey cannot keep its data in {data}: {error.strerror}. Name another folder with --data."
        ) from error
    with lock:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                user = _who(data)
                if user.command == "up" or time.monotonic() > deadline:
                    raise InUse(data, user) from None
                time.sleep(0.1)
        lock.truncate(0)
        lock.write(json.dumps({"command": command, "pid": os.getpid()}))
        lock.flush()
        _finish_restore(data)
        yield
        lock.truncate(0)


def _finish_restore(data: Path) -> None:
    """Finish a restore that was killed while it swapped the data: the next command that claims the folder does it."""
    if (data / "moving.json").exists():
        from joey.instance.backup.swap_data import finish

        finish(data)


def user_of(data: Path) -> User | None:
    """Return who uses the folder right now, None when it is free."""
    try:
        with (data / "in-use.lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _who(data)
    except OSError:
        return None
    return None


def secret(data: Path) -> str:
    """Return the instance's secret, made at the first start; only its owner may read the file."""
    path = data / "secret"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    text = path.read_text().strip()
    if len(text) < 32:
        raise CommandFailed(f"The file {path} is empty or cut short. Restore it from a backup, or delete it: a new one "
                      "is made, and everyone has to sign in again.")  # fmt: skip
    return text


def _who(data: Path) -> User:
    for _ in range(20):  # the winner writes its name a moment after it got the lock
        try:
            return User(**json.loads((data / "in-use.lock").read_text()))
        except (OSError, ValueError, TypeError):
            time.sleep(0.05)
    return User("(unknown)", 0)
