"""Give committed events the next numbers, so that a follower can read on from the last one it saw.

An event's id does not do for that: it is made before the commit, so a smaller one can become visible after a larger one
was read. Numbers are given after the commit, by one sequencer at a time:

- `append` writes the new event's id into `record_unnumbered` in the caller's transaction, without any lock that others
  would wait for. So the rows that the sequencer sees there are exactly the events that are committed and unnumbered.
- It takes them out and numbers them in one transaction, under an advisory lock. The next one starts after that commit,
  and its highest number is therefore final. Numbers have no gaps, because they are counted and not drawn.
- All numbers of a batch become visible at once, and the next batch only continues them. At any time the visible numbers
  are 1 to n, so `number > cursor` misses nothing. A process killed midway leaves its events unnumbered, for the next.

Of two transactions that committed before and after a run, the first has the smaller numbers. Within one run the order
is that of the commit times where the server keeps them (`track_commit_timestamp`, on in the embedded one), else that of
the transaction ids; events of one transaction stay together, in the order in which they were written.
"""

from django.db import transaction

from joey.kit import sql


@transaction.atomic
def number_events() -> int:
    """Number every committed event that has no number; how many. 0 while another process is at it.

    Safe to run at any time: by the worker's job, and by a follower that does not want to wait for it.
    """
    # The lock comes in a statement of its own: the next one's snapshot has to see what the last holder committed.
    if not sql.value("SELECT pg_try_advisory_xact_lock(hashtextextended('record.number_events', 0))"):
        return 0
    return sql.execute(
        """
        WITH taken AS (
            DELETE FROM record_unnumbered RETURNING event_id, xact
        ), committed AS (
            SELECT xact, CASE WHEN current_setting('track_commit_timestamp') = 'on'
                              THEN pg_xact_commit_timestamp(xact::xid) END AS at
            FROM (SELECT DISTINCT xact FROM taken) AS each
        )
        INSERT INTO record_eventnumber (number, event_id)
        SELECT (SELECT coalesce(max(number), 0) FROM record_eventnumber)
               + row_number() OVER (ORDER BY committed.at NULLS FIRST, xact, event_id), event_id
        FROM taken JOIN committed USING (xact)
        ORDER BY 1
        """
    )
