"""Tries one step of a restore by itself, so that rows at fault stop no others."""

from collections.abc import Callable

import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction


def try_alone(step: Callable[[], object]) -> Exception | None:
    """What stopped the step, and then nothing of it is left; None when it was done.

    That a database cannot be read or written is no fault of rows, and raised.
    """
    try:
        with transaction.atomic():
            step()
            connection.check_constraints()  # else a missing row would be found at the end, and undo everything
    except Exception as why:
        if isinstance(why, (psycopg.Error, OperationalError, InterfaceError)):
            raise
        return why
    return None
