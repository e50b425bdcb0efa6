"""PostgreSQL's own check of every posting, and of what accounts may become: no program can write around it.

The check is of whole statements. A trigger reads the rows that one INSERT wrote and joins them with their journals,
accounts and the allowed pairs. That costs less than foreign keys, which look up row by row (docs/decisions/0020).
It is on the partitioned table; the app role has no right to insert into a partition by its own name.
"""

from django.db.migrations import RunSQL

from joey.kit.append_only import APP_ROLE
from joey.ledger.postings import pair_rows

# The search path keeps a temporary table from standing in for one of ours. EXECUTE plans for the number of rows that
# came: a plan kept from a set of one would take a set of a hundred thousand row by row, and the other way round.
CHECK_POSTINGS = """
CREATE FUNCTION ledger_check_postings() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  wrong record;
BEGIN
  EXECUTE $query$
    SELECT p.id, p.journal_id, j.kind AS journal_kind, d.kind AS debit_kind, c.kind AS credit_kind,
      CASE
        WHEN j.id IS NULL THEN 'its journal does not exist'
        WHEN d.id IS NULL OR c.id IS NULL THEN 'an account does not exist'
        WHEN p.book_id <> j.book_id OR p.book_id <> d.book_id OR p.book_id <> c.book_id THEN 'it spans two books'
        WHEN p.currency <> d.currency OR p.currency <> c.currency THEN 'it spans two currencies'
        WHEN pair.overdraws IS NULL THEN 'this pair is not in ledger_pair'
        ELSE 'it may not leave shop:available below zero'
      END AS why
    FROM written p
    LEFT JOIN ledger_journal j ON j.id = p.journal_id
    LEFT JOIN ledger_account d ON d.id = p.debit_id
    LEFT JOIN ledger_account c ON c.id = p.credit_id
    LEFT JOIN ledger_pair pair ON pair.journal_kind = j.kind AND pair.debit_kind = d.kind AND pair.credit_kind = c.kind
    WHERE j.id IS NULL OR d.id IS NULL OR c.id IS NULL
      OR p.book_id <> j.book_id OR p.book_id <> d.book_id OR p.book_id <> c.book_id
      OR p.currency <> d.currency OR p.currency <> c.currency
      OR pair.overdraws IS NULL
      OR (d.kind = 'shop:available' AND d.balance_minor < 0 AND NOT pair.overdraws)
    LIMIT 1
  $query$ INTO wrong;
  IF wrong.id IS NOT NULL THEN
    RAISE EXCEPTION 'posting % is refused: % (journal % of kind %, % -> %)', wrong.id, wrong.why, wrong.journal_id,
      wrong.journal_kind, wrong.debit_kind, wrong.credit_kind
      USING ERRCODE = 'integrity_constraint_violation', TABLE = 'ledger_posting', CONSTRAINT = 'ledger_posting_rules';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER ledger_posting_rules AFTER INSERT ON ledger_posting
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_postings();
"""

# What postings refer to stays what it was: only a balance and its count of postings ever change.
KEEP_ACCOUNTS = f"""
REVOKE UPDATE, DELETE, TRUNCATE ON ledger_account FROM {APP_ROLE};
GRANT UPDATE (balance_minor, postings) ON ledger_account TO {APP_ROLE};
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ledger_pair FROM {APP_ROLE};
CREATE FUNCTION ledger_account_stays() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'an account stays: only its balance changes'; END $$;
CREATE TRIGGER ledger_account_stays BEFORE DELETE OR UPDATE OF id, book_id, kind, party, currency ON ledger_account
FOR EACH ROW EXECUTE FUNCTION ledger_account_stays();
"""


def posting_rules() -> list[RunSQL]:
    """Migration steps that fill `ledger_pair` and let PostgreSQL check every posting against it."""
    pairs = ", ".join(
        f"('{row.journal_kind}', '{row.debit_kind}', '{row.credit_kind}', {str(row.overdraws).lower()})"
        for row in pair_rows()
    )
    fill = f"INSERT INTO ledger_pair (journal_kind, debit_kind, credit_kind, overdraws) VALUES {pairs}"
    return [RunSQL(statement, RunSQL.noop) for statement in (fill, CHECK_POSTINGS, KEEP_ACCOUNTS)]
