"""Which file holds the accounts of a kind: a setting may name it, and naming one that is not there is a mistake."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


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
