"""What must always hold, as queries that return the offenders."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from joey.kit import sql


@dataclass(frozen=True)
class Check:
    """`offenders` is a query for rows that break the rule; no row means it holds. `rule` says it in one sentence.

    A query that depends on what the manifests say is a function that writes it.
    """

    rule: str
    offenders: str | Callable[[], str]

    @property
    def query(self) -> str:
        return self.offenders if isinstance(self.offenders, str) else self.offenders()

    @transaction.atomic
    def first_offender(self) -> dict[str, object] | None:
        """The first row that breaks the rule, or None.

        A proof reads whole tables. By default the planner expects an early offender and joins row by row, which takes
        hours when there is none; so nested loops are off.
        """
        sql.execute("SET LOCAL enable_nestloop = off")
        return sql.one(f"WITH offender AS MATERIALIZED ({self.query}) SELECT * FROM offender LIMIT 1")
