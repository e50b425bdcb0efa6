"""Pages kept in memory hear of what changed in a shop; two indexes that others cover go.

One word on the channel `joey_pages` for each shop that a statement touched, or `*` when it touched very many rows.
It is the database that says it, so that no verb can forget to.
"""

import django.db.models.deletion
from django.db import migrations, models

CHANNEL = "joey_pages"


def tells(table: str, event: str, rows: str) -> str:
    return f"""
        CREATE TRIGGER {table}_pages_{event.lower()} AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION {"shops_tell_pages_of_shop" if table == "shops_shop" else "shops_tell_pages"}();
    """


def function(name: str, key: str) -> str:
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (SELECT count(*) FROM (SELECT FROM changed LIMIT 1001) AS few) > 1000 THEN
                PERFORM pg_notify('{CHANNEL}', '*');
            ELSE
                PERFORM pg_notify('{CHANNEL}', slug) FROM shops_shop WHERE id IN (SELECT {key} FROM changed);
            END IF;
            RETURN NULL;
        END $$;
    """


class Migration(migrations.Migration):
    dependencies = [("shops", "0001_initial"), ("catalog", "0001_initial")]
    operations = [
        migrations.AlterField(
            "listing",
            "shop",
            models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="shops.shop"
            ),
        ),
        migrations.AlterField(
            "listing",
            "offer",
            models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalog.offer"
            ),
        ),
        migrations.RunSQL(
            function("shops_tell_pages", "shop_id")
            + function("shops_tell_pages_of_shop", "id")
            + tells("shops_listing", "INSERT", "NEW")
            + tells("shops_listing", "UPDATE", "NEW")
            + tells("shops_listing", "DELETE", "OLD")
            + tells("shops_shelf", "UPDATE", "NEW")
            + tells("shops_shop", "UPDATE", "NEW"),
            "DROP FUNCTION shops_tell_pages() CASCADE; DROP FUNCTION shops_tell_pages_of_shop() CASCADE;",
        ),
    ]
