"""Mark the settled lines of which an export says something else than they do, though it was made later: its row names
no time by which it would be the newest (docs/decisions/0023), so the line stays as it is and its money waits.

Which of two exports is the later one, the order of their imports says, unless the operator says that one is older. A
row that is known may be in a new export as well as in an old one: there the export has to name a time that is more
than a day after the line's, in any of its rows. So it has to beside a report by protocol, which is how its row was when
it was asked for, whatever is imported later. A day, because some exports name days only, and are behind by hours.

A line of which an export says only what was reported of it before is from the first report that said so: an old export
that is read by another mapping brings new rows, and nothing that the marketplace said later.

The mark is kept apart from `held`, which the newest report says: each may end while the other lasts.
"""

from joey.kit import sql
from joey.orders.newest_report import is_of_line
from joey.orders.staged_tables import ORDERS

# The questions of polls that are imports.
EXPORT = "file"
DATED_EXPORT = "dated_file"  # each of its rows names its own time of change, by which it counts
OLDER_EXPORT = "older_file"  # made before another that was imported already, as the operator said
EXPORTS = (EXPORT, DATED_EXPORT, OLDER_EXPORT)

_PAYS = ("state", "currency", "commission_minor", "service_fee_minor")


def says_otherwise(report: str) -> str:
    """SQL condition: the state in this report, or what it pays, is not that of the settled line `l`.

    What the buyer paid moves no money, and many an export has another column of it than the protocol.
    """
    said, shown = (f"({', '.join(f'{row}.{name}' for name in _PAYS)})" for row in (report, "l"))
    return f"(l.state = 'settled' AND {said} <> {shown})"


def made_after(until: str) -> str:
    """SQL condition: an export that names a time up to `until` was made after the line `l` became what it is."""
    return f"({until} > l.reported_at + interval '1 day')"


def settles_alike(one: str, other: str) -> str:
    """SQL condition: both say the same state, amounts and time of settlement, to the minute: a mapping or a spreadsheet
    can lose its seconds.
    """
    said = (
        f"({', '.join(f'{row}.{name}' for name in _PAYS)}, date_trunc('minute', {row}.settled_at))"
        for row in (one, other)
    )
    return " = ".join(said)


def first_said(polls: str = "orders_poll") -> str:
    """SQL for the poll that the settled line `l` is from: one that exports moved, from the first report that settles it
    alike.
    """
    by_export = f"= ANY(ARRAY{list(EXPORTS)})"
    return f"""
        (SELECT p.id, CASE WHEN p.question {by_export} THEN p.question ELSE newest.question END AS question
         FROM {polls} newest JOIN {polls} p ON p.id = CASE WHEN newest.question {by_export} THEN (
             SELECT min(first.poll_id) FROM orders_report first
             WHERE {is_of_line("first")} AND {settles_alike("first", "l")})
         ELSE newest.id END WHERE newest.id = l.reported_poll)
    """


def contradicts(polls: str = "orders_poll") -> str:
    """SQL condition: the report `r`, of the poll `p`, contradicts its line `l`, which is from the poll `own`
    (`first_said`). What an older export says counts no more, though a later one said the same before.
    """
    return f"""
        (p.question = '{EXPORT}' AND {says_otherwise("r")}
         AND CASE WHEN own.question = '{OLDER_EXPORT}' THEN {made_after("p.until")}
                  WHEN r.poll_id <= own.id THEN false
                  ELSE own.question = ANY(ARRAY{list(EXPORTS)}) OR {made_after("p.until")} END
         AND NOT EXISTS (
             SELECT FROM orders_report same JOIN {polls} said ON said.id = same.poll_id
             WHERE {is_of_line("same")} AND same.payload_sha256 = r.payload_sha256 AND same.poll_id > r.poll_id
               AND said.question = '{OLDER_EXPORT}'))
    """


def contradictions_of_line(columns: str = "", polls: str = "orders_poll") -> str:
    """SQL for these columns of each report `r` that contradicts the line `l`."""
    return f"""
        SELECT {columns} FROM orders_report r JOIN {polls} p ON p.id = r.poll_id
        CROSS JOIN LATERAL {first_said(polls)} own WHERE {is_of_line("r")} AND {contradicts(polls)}
    """


# With the poll of the set that is being taken in, which is written down after it.
POLLS = """
    (SELECT id, marketplace, question, until FROM orders_poll
     UNION ALL SELECT %(poll)s::bigint, %(marketplace)s, %(question)s, %(until)s::timestamptz)
"""


# The lines of ORDERS that an export may contradict. Reads no report: most often there is none, and planning what looks
# into reports takes longer than all else that is done with a few of them.
_IN_QUESTION = f"""
    FROM (SELECT DISTINCT external_order, external_line, external_part FROM {ORDERS}) o
    JOIN orders_orderline l ON (l.marketplace, l.external_order, l.external_line, l.external_part)
                             = (%(marketplace)s, o.external_order, o.external_line, o.external_part)
    WHERE l.export_differs OR l.state = 'settled' AND (%(question)s = ANY(ARRAY{list(EXPORTS)}) OR EXISTS (
        SELECT FROM {POLLS} later WHERE later.id > l.reported_poll
           AND (later.marketplace, later.question) = (l.marketplace, '{EXPORT}')))
"""


def mark_differing(given: sql.Params) -> int:
    """Bring the marks of the lines of ORDERS up to what exports say of them, each change as a new revision; how many
    have a new mark. One that keeps its mark may have it for another reason now (hold_causes.py): a new revision, too.

    Part of what moved the lines, in the same transaction and under their lock. `given`: the marketplace, and the
    number, question and last time of the poll. Reads reports only where an export was imported since.
    """
    if not sql.value(f"SELECT EXISTS (SELECT {_IN_QUESTION})", given):
        return 0
    return int(
        sql.value(
            f"""
            WITH found AS (
                SELECT l.id, l.export_differs AS differed,
                       EXISTS ({contradictions_of_line(polls=POLLS)}) AS differs
                {_IN_QUESTION}
            ), marked AS (
                UPDATE orders_orderline l SET export_differs = found.differs, revision = nextval('orders_revision')
                FROM found WHERE l.id = found.id AND (found.differed OR found.differs)
                RETURNING found.differs AND NOT found.differed AS is_new
            )
            SELECT count(*) FILTER (WHERE is_new) FROM marked
            """,
            given,
        )
    )
