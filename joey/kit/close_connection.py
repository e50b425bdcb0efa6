"""Ends this thread's connection, so that a face needs no connection of its own to end it."""

from django.db import connection

from joey.kit import sql


def close_connection() -> None:
    """Return it to the pool. The next statement of the thread opens another, also after this one was lost."""
    connection.close()


def close_while_waiting() -> None:
    """The same before a wait for something else, so that those who wait leave connections to those who do not.

    Inside a transaction it is kept.
    """
    if not sql.inside_transaction():
        close_connection()
