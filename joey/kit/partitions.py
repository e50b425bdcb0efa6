"""Tables that grow by the day, kept as one partition a day (UTC).

The day is in the key: a UUIDv7, of the row itself or of what it belongs to. So nothing else has to be stored, a look-up
by key reads one partition, and a query that knows the day says so with `first_id_of`.

In the table's own migration, after CreateModel and before `append_only`:

    dependencies = [("kit", "0001_initial")]
    operations = [
        migrations.CreateModel(name="Click", fields=[("id", models.UUIDField(primary_key=True)), …]),
        partitioned_by_day("sharing_click", droppable=True),
        append_only("sharing_click"),
    ]

`key` names another column: `partitioned_by_day("ledger_posting", key="journal_id")`. Every unique key has to hold it;
the primary key gets it in front. A key that must be unique across days goes into a table without partitions. Nothing
may refer to such a table by foreign key: store the id in a plain column, and let `prove` check it.

Partitions are made `DAYS_AHEAD` days ahead by a job, through a function that runs with its owner's rights, because the
app role may not change tables. It may not touch a partition by its own name either: rights and append-only triggers are
the parent's. A row outside all days (the job did not run for weeks, or a host's clock is wrong) is not refused; it goes
to the default partition, and moves to its day's once that is made.

`drop_days` removes old days, of droppable tables only: the database refuses it for all others.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.migrations import RunSQL

from joey.kit import sql

DAYS_AHEAD = 14
DAYS_LEFT_MIN = 3  # fewer are a trouble: the job that makes them does not run


def partitioned_by_day(table: str, key: str = "id", *, droppable: bool = False) -> RunSQL:
    """A migration step that makes the empty `table` a partitioned one, with the days from yesterday on."""
    return RunSQL(
        [
            ("SELECT joey_partition_by_day(%s, %s, %s)", [table, key, droppable]),
            ("SELECT joey_make_days(%s, %s)", [table, DAYS_AHEAD]),
        ],
        RunSQL.noop,
    )


def partitioned_tables() -> list[str]:
    """The names of all partitioned tables. One query."""
    return [name for (name,) in sql.tuples("SELECT name FROM kit_partitioned ORDER BY name")]


def make_days(table: str, *, ahead: int = DAYS_AHEAD) -> int:
    """Make the table's missing partitions from yesterday to `ahead` days from today; how many.

    Raises OperationalError when the table is in use for longer than the function waits for its lock (2 s); the days
    that are there last until the next run.
    """
    with transaction.atomic():
        return int(sql.value("SELECT joey_make_days(%s, %s)", [table, ahead]))


def drop_days(table: str, *, keep: int) -> int:
    """Drop the table's days older than `keep` days; how many. Refused by the database for tables that stay.

    Rows of those days in the default partition are deleted too.
    """
    with transaction.atomic():
        return int(sql.value("SELECT joey_drop_days(%s, %s)", [table, keep]))


def days_left() -> dict[str, int]:
    """How many days from today each table has partitions for, today included. One query."""
    return {
        row["name"]: row["days"]
        for row in sql.rows(
            """
            SELECT p.name, count(day) AS days FROM kit_partitioned p
            LEFT JOIN LATERAL generate_series(0, 366) AS ahead ON true
            LEFT JOIN LATERAL (SELECT ahead AS day WHERE to_regclass(
                p.name || to_char((now() AT TIME ZONE 'UTC')::date + ahead, '"_"YYYYMMDD')) IS NOT NULL) AS made ON true
            GROUP BY 1
            """
        )
    }


def locks_of_all_days() -> tuple[int, int]:
    """How many locks reading every day of every table takes, and for how many the database has room. One query.

    Each partition counts, and each of its indexes: a query that cannot tell its days locks all of them when it is
    planned. That space is shared by everyone who is connected, and what takes more fails.
    """
    row = sql.rows(
        """
        SELECT (SELECT count(*) + coalesce(sum((SELECT count(*) FROM pg_index WHERE indrelid = i.inhrelid)), 0)
                FROM kit_partitioned p JOIN pg_inherits i ON i.inhparent = to_regclass(p.name)) AS taken,
               current_setting('max_locks_per_transaction')::int
             * (current_setting('max_connections')::int + current_setting('max_prepared_transactions')::int) AS room
        """
    )[0]
    return int(row["taken"]), int(row["room"])


def first_id_of(moment: datetime) -> UUID:
    """The smallest UUIDv7 of this millisecond: rows of then and later have `id >= first_id_of(moment)`."""
    return UUID(int=(int(moment.timestamp() * 1000) << 80))


def in_days_of(key: str, moments: Iterable[datetime]) -> str:
    """An SQL condition: the UUIDv7 in the column `key` was made on one of these days (UTC)."""
    days = sorted({moment.astimezone(UTC).date() for moment in moments})
    begins = [datetime.combine(day, time(), UTC) for day in days]
    of_each = [f"{key} >= '{first_id_of(day)}' AND {key} < '{first_id_of(day + timedelta(days=1))}'" for day in begins]
    return f"({' OR '.join(of_each) or 'false'})"


def moment_of(row_id: UUID) -> datetime:
    """The millisecond in which a UUIDv7 was made."""
    return datetime.fromtimestamp((row_id.int >> 80) / 1000, UTC)
