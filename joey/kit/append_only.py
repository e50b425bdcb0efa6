"""Append-only tables, kept so by the database: no right to change or remove their rows, and a trigger says why.

What the app's role may not say of a row that it writes, the column's default says.
"""

from django.db.migrations import RunSQL

APP_ROLE = "joey_app"


def append_only(table: str) -> RunSQL:
    """A migration step after which `table` takes INSERT and SELECT only."""
    return RunSQL(
        f"""
        REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {APP_ROLE};
        CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{table} is append-only: write a new row instead'; END $$;
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only();
        """,
        f"DROP TRIGGER {table}_append_only ON {table}; DROP FUNCTION {table}_is_append_only();",
    )


def only_by_default(table: str, column: str) -> RunSQL:
    """A migration step after which the app's role inserts every other column: this one is what the database says."""
    return RunSQL(
        f"""
        DO $$ BEGIN EXECUTE (
            SELECT 'REVOKE INSERT ON {table} FROM {APP_ROLE}; GRANT INSERT (' || string_agg(attname, ', ')
                || ') ON {table} TO {APP_ROLE}'
            FROM pg_attribute
            WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped AND attname <> '{column}');
        END $$;
        """,
        RunSQL.noop,
    )
