"""The time, asked of the database once per verb: two servers never disagree about what is due."""

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """The database's clock, in UTC. It also advances inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    assert isinstance(moment, datetime)
    return moment
