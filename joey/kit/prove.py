"""What must always hold, as queries that return the offenders."""

from dataclasses import dataclass

from joey.kit import sql


@dataclass(frozen=True)
class Check:
    """`query` returns rows that break the rule; no row means it holds. `rule` says it in one sentence."""

    rule: str
    query: str

    def first_offender(self) -> dict[str, object] | None:
        """The first row that breaks the rule, or None."""
        return sql.one(f"SELECT * FROM ({self.query}) AS offender LIMIT 1")
