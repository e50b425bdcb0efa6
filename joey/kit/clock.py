"""The time, asked of the database once per verb: two servers never disagree about what is due."""

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """The database's clock, in UTC. Inside a transaction it still moves (it is not the start of it)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    assert isinstance(moment, datetime)
    return moment
