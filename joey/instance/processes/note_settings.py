"""Into the security log: that this instance was started with other settings than before. Values stay out of it."""

import logging
from collections.abc import Mapping
from pathlib import Path

from django.db import OperationalError, transaction

from joey.kit.keyed_hash import keyed_hash
from joey.kit.models import SecurityEvent
from joey.kit.security_log import note

log = logging.getLogger(__name__)

KIND = "settings.changed"
NAMES = ("JOEY_", "DATABASE_", "EMAIL_", "DJANGO_")
FILE_MOST = 1_000_000


def note_settings(environment: Mapping[str, str]) -> None:
    """Compare the settings of this environment, and the files that they name, with those of the last start, and note
    the names of the ones that changed. Of a first start all are new.
    """
    now = {name: _digest(name, value) for name, value in environment.items() if name.startswith(NAMES)}
    try:
        with transaction.atomic():
            last = SecurityEvent.objects.filter(kind=KIND).order_by("-id").first()
            before = last.facts["digests"] if last else {}
            changed = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
            if changed:
                note(KIND, facts={"changed": changed, "digests": now})
    except OperationalError:
        log.warning("the settings were not compared, because the database is unavailable")


def _digest(name: str, value: str) -> str:
    """Keyed, so that no one who reads the log can try values."""
    content = b""
    path = Path(value)
    if "/" in value and len(value) < 1_000 and path.is_file() and path.stat().st_size <= FILE_MOST:
        content = path.read_bytes()
    text = b"\0".join((b"joey.settings", name.encode(), value.encode("utf-8", "surrogateescape"), content))
    return keyed_hash(text).hex()[:16]
