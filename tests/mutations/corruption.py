"""A corruption: SQL that keeps the books consistent, and what has to see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import DatabaseError, connections, transaction

from joey.commissions.models import Revision
from joey.insight.prove import all_checks
from joey.kit import sql
from joey.kit.prove import Check
from tests.cast import NOW
from tests.database import without_triggers


@dataclass(frozen=True)
class Corruption:
    """`statements` as SQL. `seen_by`: numbers of rules of which one has to name the offender; without any, none can.

    0: a rule without a number.

    `offender` is a query, run before, for the values of which one has to be in what the rule shows.
    """

    name: str
    statements: tuple[str, ...]
    seen_by: tuple[int, ...]
    offender: str


ALL_RULES = range(100)


@dataclass
class Outcome:
    """What happened: refused with these words, or seen by these of the rules that should, with first offenders."""

    refused: str = ""
    seen: dict[str, dict[str, object]] = field(default_factory=dict)


def corrupt(corruption: Corruption, *, owner: bool) -> tuple[Outcome, set[str]]:
    """Run it and prove, in a transaction that is rolled back; also the offenders it should show."""
    outcome = Outcome()
    with rolled_back(owner=owner):
        offenders = {str(value) for row in sql.tuples(corruption.offender) for value in row}
        assert offenders, f"there is nothing to corrupt: {corruption.offender}"
        try:
            with transaction.atomic():
                changed = [sql.execute(statement) for statement in corruption.statements]
                sql.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except DatabaseError as refusal:
            outcome.refused = str(refusal)
            return outcome, offenders
        assert all(changed), f"a statement changed nothing: {list(zip(changed, corruption.statements, strict=True))}"
        for check in all_checks():
            if number_of(check) not in (corruption.seen_by or ALL_RULES):
                continue
            if offender := check.first_offender():
                outcome.seen[check.rule] = offender
    return outcome, offenders


def number_of(check: Check) -> int:
    """The number of its rule in docs/money.md; 0 without one."""
    number = check.rule.partition(".")[0]
    return int(number) if number.isdecimal() else 0


@contextmanager
def rolled_back(*, owner: bool) -> Iterator[None]:
    """What Django runs here, it runs as the owner past all triggers, or as the app role; nothing of it stays."""
    app = connections["default"]
    if owner:
        connections["default"] = connections["owner"]
    try:
        with transaction.atomic():
            if owner:
                without_triggers(connections["owner"].connection)
            yield
            transaction.set_rollback(True)
    finally:
        connections["default"] = app


# --- parts of corruptions ------------------------------------------------------------------------------

# Balances that agree with whatever the postings say now.
REBALANCE = """
    UPDATE ledger_account a SET balance_minor = coalesce(m.balance, 0), postings = coalesce(m.postings, 0)
    FROM ledger_account every LEFT JOIN (
        SELECT account, sum(amount)::bigint AS balance, count(*) AS postings FROM (
            SELECT debit_id AS account, -amount_minor AS amount FROM ledger_posting
            UNION ALL SELECT credit_id, amount_minor FROM ledger_posting
        ) AS sides GROUP BY 1
    ) m ON m.account = every.id WHERE every.id = a.id
"""


def shop(slug: str) -> str:
    return f"(SELECT id FROM shops_shop WHERE slug = '{slug}')"


def line(order: str) -> str:
    return f"(SELECT id FROM orders_orderline WHERE external_order = '{order}')"


def claimed(slug: str, order: str, **evidence: str) -> tuple[str, str]:
    """A line in suspense made a shop's, with its claim."""
    decided = {"shop_id": shop(slug), "suspense": "''", "failed_evidence": "'[]'", **evidence}
    return (
        f"UPDATE orders_orderline SET {', '.join(f'{name} = {value}' for name, value in decided.items())},"
        f" revision = nextval('orders_revision') WHERE external_order = '{order}'",
        "INSERT INTO orders_orderclaim (marketplace, external_order, external_line, shop_id)"
        f" SELECT marketplace, external_order, external_line, {shop(slug)} FROM orders_orderline"
        f" WHERE external_order = '{order}'",
    )


def hidden_as_conflicting(order: str) -> tuple[str, str]:
    """A line taken from its shop, as if its only piece of evidence named two."""
    piece = "jsonb_build_object('kind', evidence_kind, 'key', evidence_key, 'at', evidence_at, 'problem', '')"
    return (
        f"DELETE FROM orders_orderclaim WHERE external_order = '{order}'",
        "UPDATE orders_orderline SET shop_id = NULL, suspense = 'conflicting_evidence',"
        f" failed_evidence = jsonb_build_array({piece}), evidence_kind = '', evidence_key = '', evidence_at = NULL,"
        f" lease_id = NULL WHERE external_order = '{order}'",
    )


def commission(order: str) -> str:
    return f"(SELECT id FROM commissions_commission WHERE order_line_id = {line(order)})"


def payout(key: str) -> str:
    return f"(SELECT id FROM payouts_payout WHERE key_sha256 = sha256(convert_to(shop_id || ' {key}', 'UTF8')))"


def journals(subject: str) -> str:
    """The journals of a commission or a payout."""
    return f"(SELECT id FROM ledger_journal WHERE starts_with(reference, {subject}::text))"


def accounts(book: str, *kinds: str, party: str = "taobao", currency: str = "CNY") -> str:
    """Make these accounts of the book where they are missing."""
    rows = ", ".join(
        f"({book}, '{kind}', '{party if kind.startswith(('market', 'platform:penalty')) else ''}', '{currency}')"
        for kind in kinds
    )
    return f"INSERT INTO ledger_account (book_id, kind, party, currency) VALUES {rows} ON CONFLICT DO NOTHING"


def booked(
    book: str, kind: str, reference: str, *moves: tuple[str, str, str], currency: str = "CNY"
) -> tuple[str, ...]:
    """A journal that no verb made, of moves (debit, credit, amount), with the balances that follow."""
    rows = ", ".join(f"('{debit}', '{credit}', {minor})" for debit, credit, minor in moves)
    return (
        f"""
        WITH j AS (
            INSERT INTO ledger_journal (book_id, kind, reference, happened_at)
            VALUES ({book}, '{kind}', {reference}, now()) RETURNING id, book_id
        )
        INSERT INTO ledger_posting (journal_id, book_id, debit_id, credit_id, currency, amount_minor)
        SELECT j.id, j.book_id, d.id, c.id, d.currency, m.minor
        FROM j CROSS JOIN (VALUES {rows}) AS m (debit, credit, minor)
        JOIN ledger_account d ON d.book_id = j.book_id AND d.kind = m.debit AND d.currency = '{currency}'
        JOIN ledger_account c ON c.book_id = j.book_id AND c.kind = m.credit AND c.currency = '{currency}'
        """,
        REBALANCE,
    )


def forget(journals_query: str) -> tuple[str, ...]:
    """Delete these journals with their postings; the balances follow."""
    return (
        f"DELETE FROM ledger_posting WHERE journal_id IN {journals_query}",
        f"DELETE FROM ledger_journal WHERE id IN {journals_query}",
        REBALANCE,
    )


REVISION = [
    field.column
    for field in Revision._meta.concrete_fields
    if field.column not in (None, "commission_id", "number", "recorded_at", "booked_at")
]


def next_revision(order: str, **changes: str) -> str:
    """One more revision of a commission: its last one with these changes."""
    values = {name: name for name in REVISION} | {"recorded_at": f"'{NOW}'"} | changes
    return f"""
        INSERT INTO commissions_revision (commission_id, number, {", ".join(values)})
        SELECT commission_id, number + 1, {", ".join(values.values())}
        FROM commissions_revision
        WHERE commission_id = {commission(order)} ORDER BY number DESC LIMIT 1
    """


def confirmed(order: str, **changes: str) -> tuple[str, ...]:
    """All of a pending commission made available, with everything that a verb would have written.

    `changes` are of its revision.
    """

    def now(column: str) -> str:
        return f"(SELECT {column} FROM commissions_commission WHERE id = {commission(order)})"

    return (
        next_revision(
            order,
            because="'commission.confirmed'",
            settled="true",
            pending_minor="0",
            released_minor="amount_minor",
            platform_released_minor="platform_minor",
            **changes,
        ),
        "UPDATE commissions_commission SET settled = true, pending_minor = 0, released_minor = amount_minor,"
        " platform_released_minor = platform_minor, revision = revision + 1, confirmed_at = now()"
        f" WHERE id = {commission(order)}",
        *booked(
            now("shop_id"),
            "commission.confirmed",
            f"{commission(order)} || ':' || {now('revision')}",
            ("shop:pending", "shop:available", now("amount_minor")),
            ("platform:pending", "platform:revenue", now("platform_minor")),
        ),
    )


def repriced(order: str, *, base: int, amount: int, platform: int, rounding: int) -> tuple[str, ...]:
    """A pending commission of one journal with other parts, in its row, its revisions and its postings."""
    parts = (
        f"base_minor = {base}, amount_minor = {amount}, pending_minor = {amount}, platform_minor = {platform},"
        f" rounding_minor = {rounding}"
    )
    amounts = {"shop:pending": amount, "platform:pending": platform, "rounding": rounding}
    case = " ".join(f"WHEN '{kind}' THEN {minor}" for kind, minor in amounts.items())
    ours = f"p.journal_id IN {journals(commission(order))} AND a.id = p.credit_id"
    gone = ", ".join(f"'{kind}'" for kind, minor in amounts.items() if not minor)
    forgotten = f"DELETE FROM ledger_posting p USING ledger_account a WHERE {ours} AND a.kind IN ({gone})"
    return (
        f"UPDATE commissions_commission SET {parts} WHERE id = {commission(order)}",
        f"UPDATE commissions_revision SET {parts} WHERE commission_id = {commission(order)}",
        *([forgotten] if gone else []),
        f"UPDATE ledger_posting p SET amount_minor = CASE a.kind {case} END FROM ledger_account a WHERE {ours}",
        REBALANCE,
    )


def moved_to(slug: str, order: str) -> tuple[str, ...]:
    """A line, its claim, commission and journals given to another shop, with the accounts of that shop's book."""
    of_line = f"external_order = '{order}'"
    mine = f"p.journal_id IN {journals(commission(order))}"
    return (
        f"UPDATE orders_orderline SET shop_id = {shop(slug)} WHERE {of_line}",
        f"UPDATE orders_orderclaim SET shop_id = {shop(slug)} WHERE {of_line}",
        f"UPDATE commissions_commission SET shop_id = {shop(slug)} WHERE id = {commission(order)}",
        f"UPDATE record_event SET shop_id = {shop(slug)} WHERE subject_key = 'order_line:' || {line(order)}",
        *(
            f"UPDATE ledger_posting p SET {side}_id = new.id FROM ledger_account old, ledger_account new"
            f" WHERE {mine} AND old.id = p.{side}_id AND new.book_id = {shop(slug)}"
            " AND (new.kind, new.party, new.currency) = (old.kind, old.party, old.currency)"
            for side in ("debit", "credit")
        ),
        f"UPDATE ledger_posting p SET book_id = {shop(slug)} WHERE {mine}",
        f"UPDATE ledger_journal SET book_id = {shop(slug)} WHERE id IN {journals(commission(order))}",
        REBALANCE,
    )
