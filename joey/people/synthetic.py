"""Synthetic people for measuring, in sets. Their addresses end in a domain that can never exist (RFC 2606)."""

from joey.kit import sql

DOMAIN = "example.invalid"


def people_into(table: str, first: int, last: int) -> None:
    """Fill temporary table `table` (n int, person_id uuid) with new people number `first` to `last`."""
    sql.fresh_temp_table(table, "n int PRIMARY KEY, person_id uuid")
    sql.execute(
        f"INSERT INTO {table} SELECT n, joey_uuid7() FROM generate_series(%s::int, %s::int) AS n", [first, last]
    )
    sql.execute(
        f"""
        INSERT INTO people_person (id, password, is_superuser, phone, email, name, language, is_staff, is_active)
        SELECT person_id, '!', false, NULL, 'synthetic-' || lpad(n::text, 7, '0') || '@{DOMAIN}', '合成店主 ' || n,
               'zh-hans', false, true
        FROM {table}
        """
    )
