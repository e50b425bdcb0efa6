"""`prove()` for tests: every invariant of every package, the first offender in the failure."""

import hashlib
from collections.abc import Sequence

from django.db import transaction

from joey.insight.prove import all_checks
from joey.kit import sql
from joey.kit.prove import AHEAD, PLANNER, Check

_PRETENDED = "interval '100 years'"  # tests give verbs times of days to come, which these note


def prove() -> None:
    """Fail on the first row that breaks a rule."""
    prove_some(all_checks())


@transaction.atomic
def prove_some(checks: Sequence[Check]) -> None:
    """The same of these rules.

    They are one statement that the session keeps prepared: planning them costs ten times what running them does on the
    few rows of a test, and the suite proves its books a thousand times.
    """
    every = " UNION ALL ".join(
        f"(SELECT {at} AS at, to_jsonb(found) AS offender FROM ({check.query}) AS found)"
        for at, check in enumerate(checks)
    ).replace(AHEAD, _PRETENDED)
    name = f"rules_{hashlib.sha256(every.encode()).hexdigest()[:16]}"
    sql.execute(PLANNER)
    if not sql.value("SELECT count(*) FROM pg_prepared_statements WHERE name = %s", [name]):
        sql.execute(f"PREPARE {name} AS {every}")
    for broken in sql.rows(f"EXECUTE {name}"):
        raise AssertionError(f"{checks[broken['at']].rule}: {broken['offender']}")
