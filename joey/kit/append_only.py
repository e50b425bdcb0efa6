"""Append-only tables, kept so by the database: no right to change or remove their rows, and a trigger says why."""

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
