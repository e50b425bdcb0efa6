"""What of a stretch of time was never asked for: the one place that says what is a gap.

An account that works in another way asks other questions. One that reads all that this question reads has read for it
as well (`Question.also_read_by`), and what an operator said to be imported is read.
"""

from datetime import datetime

from joey.kit import sql
from joey.marketplaces.manifest_shape import Question
from joey.orders.models import SyncCursor


def missing_reports(
    cursor: SyncCursor, question: Question, since: datetime, until: datetime
) -> tuple[datetime, datetime] | None:
    """From when until when no question read what this one asks for in [since, until); None when all of it was read.

    Where stretches between are read it is from the first that is not to the last.
    """
    found = sql.tuples(
        """
        SELECT lower(missing), upper(missing) FROM (
            SELECT tstzmultirange(tstzrange(%(since)s, %(until)s)) - coalesce(range_agg(tstzrange(since, until)), '{}')
            FROM (
                SELECT marketplace, account, question, since, until FROM orders_poll
                UNION ALL
                SELECT marketplace, account, question, gap_since, gap_until FROM orders_synccursor
                WHERE gap_ended_at IS NOT NULL
            ) AS read
            WHERE (marketplace, account) = (%(marketplace)s, %(account)s) AND question = ANY(%(questions)s)
              AND until > %(since)s AND since < until
        ) AS stretch (missing) WHERE NOT isempty(missing)
        """,
        {
            "since": since,
            "until": until,
            "marketplace": cursor.marketplace,
            "account": cursor.account,
            "questions": [question.code, *question.also_read_by],
        },
    )
    return (found[0][0], found[0][1]) if found else None
