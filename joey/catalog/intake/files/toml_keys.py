"""Read the keys that every mapping has: a TOML file that names columns. An unknown key is refused by its name."""

import tomllib
from collections.abc import Mapping as Map
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext_lazy as _

from joey.kit.refusals import Invalid
from joey.money.money import EXPONENTS

LARGEST = 1 << 20


def load(path: Path, known: tuple[str, ...]) -> Map[str, Any]:
    """All keys of the file. Raises Invalid for what is not TOML, and for a key that is not known."""
    if path.stat().st_size > LARGEST:
        raise Invalid(_("A mapping is not larger than a megabyte."), field="mapping")
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise Invalid(_("The mapping is not TOML: %s.") % broken, field="mapping") from None
    for key in given:
        if key not in known:
            raise unknown(key, known)
    return given


def unknown(key: str, known: Any) -> Invalid:
    """The refusal of a key that does not exist."""
    text = _("The mapping has a key “%(key)s” that does not exist. There are: %(known)s.")
    return Invalid(text % {"key": key[:60], "known": ", ".join(known)}, field=key[:60])


def table(given: Map[str, Any], key: str) -> Map[str, Any]:
    """A table; empty where there is none. Raises Invalid naming the key."""
    found = given.get(key, {})
    if not isinstance(found, dict):
        raise Invalid(_("“%s” is a table: write it in square brackets, and its lines below.") % key, field=key)
    return found


def text(given: Map[str, Any], key: str) -> str:
    """A text; "" where there is none. Raises Invalid naming the key."""
    found = given.get(key, "")
    if not isinstance(found, str):
        raise Invalid(_("“%s” is a text in quotes.") % key, field=key)
    return found


def texts(given: Map[str, Any], key: str) -> list[str] | None:
    """A list of texts, or None. Raises Invalid naming the key."""
    found = given.get(key)
    if found is not None and not (isinstance(found, list) and all(isinstance(each, str) for each in found)):
        raise Invalid(_("“%s” is a list of texts in quotes.") % key, field=key)
    return found


def delimiter(given: Map[str, Any]) -> str:
    """One character, or "". Raises Invalid."""
    found = text(given, "delimiter")
    if len(found) > 1 or found in ('"', "\n", "\r", "\0"):
        raise Invalid(_("A delimiter is one character, such as ; or |."), field="delimiter")
    return found


def decimal(given: Map[str, Any]) -> str:
    """A decimal mark, or "". Raises Invalid."""
    found = text(given, "decimal")
    if found not in ("", ".", ","):
        raise Invalid(_("A decimal mark is “.” or “,”."), field="decimal")
    return found


def currency(given: Map[str, Any]) -> str:
    """A currency that Joey knows, or "". Raises Invalid."""
    found = text(given, "currency").upper()
    if found and found not in EXPONENTS:
        raise Invalid(_("Joey does not know the currency “%s”.") % found[:8], field="currency")
    return found


def zone(given: Map[str, Any]) -> str:
    """A time zone, or "". Raises Invalid."""
    found = text(given, "zone")
    try:
        return ZoneInfo(found).key if found else ""
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(
            _("There is no time zone “%s”. Write it like Asia/Shanghai.") % found[:40], field="zone"
        ) from None
