"""Open the instance that a command works on: its settings, a running database, Django."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from joey.instance.data_folder import Instance, InUse, claim, noted_instance, secret
from joey.instance.demo.connect_sandbox import sandbox_accounts, sandbox_rails
from joey.instance.errors import CommandFailed

START_SECONDS = 120.0  # that a command waits for a `joey up` that is still starting


@contextmanager
def instance(data: Path, command: str = "command", *, make: bool = False, django: bool = True) -> Iterator[None]:
    """Set the environment and set Django up, with a database that runs until the block ends.

    The database is, in this order: DATABASE_URL; that of the `joey up` running on this folder; the folder's own,
    started while the block runs. If there is none it raises CommandFailed, unless `make` asks for a new one.
    With `django=False` only the environment is set, for code that talks to PostgreSQL directly.
    """
    if os.environ.get("DATABASE_URL"):
        deployed = {"JOEY_DATA": str(data), "JOEY_SECRET": os.environ.get("JOEY_SECRET") or _deployed_secret(data)}
        begin(deployed, django=django)
        yield
        return
    if not make and not exists(data):
        raise CommandFailed(
            f"There is no instance in {data} yet. Start one with `joey up`, or name its folder (--data or JOEY_DATA)."
        )
    try:
        with claim(data, command), _own_database(data, django=django):
            yield
    except InUse as in_use:
        if in_use.user.command != "up":
            raise
        begin(environment(data, _started(data)), django=django)
        yield


def exists(data: Path) -> bool:
    """Whether the folder holds an instance, including one that is being restored into it."""
    return any(os.path.lexists(data / name) for name in ("database.json", "postgres", "moving.json"))


def environment(data: Path, running: Instance) -> dict[str, str]:
    """Return the environment variables of a running instance's processes."""
    return {
        "DATABASE_URL": running.database_url,
        "DATABASE_OWNER_URL": running.database_owner_url,
        "JOEY_DATA": str(data),
        "JOEY_URL": running.url,
        "JOEY_SECRET": secret(data),
        "JOEY_SANDBOX_URL": running.sandbox_url or "",
        "JOEY_DEMO": "1" if running.demo else "",
        "JOEY_MARKETPLACES": str(sandbox_accounts(data)) if running.demo else _named("JOEY_MARKETPLACES"),
        "JOEY_RAILS": str(sandbox_rails(data)) if running.demo else _named("JOEY_RAILS"),
    }


def _named(variable: str) -> str:
    """The file that it names, from the folder of the person who set it: the processes of `joey up` run in another."""
    named = os.environ.get(variable)
    return os.path.abspath(named) if named else ""


@contextmanager
def _own_database(data: Path, *, django: bool) -> Iterator[None]:
    from joey.instance.postgres.embedded_postgres import EmbeddedPostgres

    with EmbeddedPostgres(data) as postgres:
        urls = postgres.urls
        begin(
            {
                "DATABASE_URL": urls.app,
                "DATABASE_OWNER_URL": urls.owner,
                "JOEY_DATA": str(data),
                "JOEY_SECRET": secret(data),
                "JOEY_OF_DEMO": "1" if (data / "sandbox.sqlite3").is_file() else "",
            },
            django=django,
        )
        try:
            yield
        finally:
            if django:
                close_connections()


def begin(values: dict[str, str], *, django: bool = True) -> None:
    """Set the environment that Joey's settings come from and, with `django`, read them."""
    os.environ.update(values, DJANGO_SETTINGS_MODULE="joey.site.settings")
    if django:
        _set_up()


def close_connections() -> None:
    """Close Django's connections, so that the database can be stopped."""
    from django.db import connections

    connections.close_all()


def _set_up() -> None:
    import django

    django.setup()
    from django.utils import translation

    translation.activate("en")  # commands print English, so refusals are English too


def _started(data: Path) -> Instance:
    """Wait until a `joey up` that is just starting has its database migrated."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        running = noted_instance(data)
        if running is not None and Path(f"/proc/{running.pid}").exists():
            return running
        time.sleep(0.2)
    raise CommandFailed(f"The instance in {data} is still starting. Try again once it is ready.")


def _deployed_secret(data: Path) -> str:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return secret(data)
    except OSError as error:
        raise CommandFailed(
            f"Set JOEY_SECRET: there is none, and {data} cannot keep one ({error.strerror})."
        ) from error
