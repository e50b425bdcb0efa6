"""Where some words are in the whole database: in no table once they were erased."""

from joey.kit import sql


def places_of(words: str) -> list[str]:
    """Each column of each table whose values contain the words, bytes and JSON among them."""
    columns = sql.tuples(
        """
        SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
        JOIN pg_class t ON t.oid = format('%I.%I', c.table_schema, c.table_name)::regclass
        WHERE c.table_schema = 'public' AND t.relkind IN ('r', 'p') AND NOT t.relispartition
          AND c.data_type IN ('text', 'character varying', 'bytea', 'json', 'jsonb', 'ARRAY')
        """
    )
    assert len(columns) > 100
    asked = " UNION ALL ".join(
        f"SELECT '{table}.{column}' FROM {table} WHERE "
        + (
            f"position('{words}'::bytea in \"{column}\") > 0"
            if kind == "bytea"
            else f"\"{column}\"::text LIKE '%{words}%'"
        )
        for table, column, kind in columns
    )
    return sorted({place for (place,) in sql.tuples(asked)})
