"""The file with the accounts of a kind, which only its owner reads: which one it is, what is in it, and another one.

A setting may name it, and naming one that is not there is a mistake.
"""

import json
import os
from codecs import BOM_UTF8
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from joey.kit.json import as_float, read_json


def accounts_file(variable: str, default: Path) -> Path:
    """The file that the environment variable names; without one the default, which need not exist.

    Raises ImproperlyConfigured where the variable names no file: it would count as no account, without a word.
    """
    named = os.environ.get(variable)
    if not named:
        return default
    if not os.path.isfile(named):  # unlike Path.is_file, for any reason
        raise ImproperlyConfigured(f"{variable} names {os.path.abspath(named)}, and no file can be reached there.")
    return Path(named)


def accounts_in(path: Path) -> dict[str, Any]:
    """The accounts in the file; none without one. Raises ImproperlyConfigured, which quotes nothing of it."""
    if not path.is_file():
        return {}
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"{path} holds secrets and others can read it: chmod 600 {path}")
    try:
        found = read_json(path.read_bytes().removeprefix(BOM_UTF8), fractions=as_float)
    except (OSError, ValueError) as broken:  # neither quotes what is in the file
        raise ImproperlyConfigured(
            f"{path} cannot be read as JSON: {broken}. Correct it there, or put the last good copy back."
        ) from None
    if not isinstance(found, dict):
        raise ImproperlyConfigured(f'{path} must hold a JSON object like {{"CODE": {{"credentials": {{…}}}}}}')
    return found


def keep_accounts(path: Path, accounts: Mapping[str, object]) -> None:
    """Put these in the place of what the file holds, at once: a process that reads it reads one or the other."""
    path = path.resolve()  # a link stays one
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(accounts, file, indent=1, ensure_ascii=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
