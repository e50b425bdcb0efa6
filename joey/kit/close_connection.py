"""Ends this thread's connection, so that a face needs no connection of its own to end it."""

from django.db import connection


def close_connection() -> None:
    """Return it to the pool. The next statement of the thread opens another, also after this one was lost."""
    connection.close()
