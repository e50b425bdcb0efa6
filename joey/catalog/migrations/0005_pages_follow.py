"""Pages kept in memory hear that offers changed: one word for a statement, however many offers it touched."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_brand_model_gtin")]
    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION catalog_tell_pages() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_notify('joey_pages', '*'); RETURN NULL; END $$;
            CREATE TRIGGER catalog_offer_pages AFTER UPDATE ON catalog_offer
            FOR EACH STATEMENT EXECUTE FUNCTION catalog_tell_pages();
            """,
            "DROP FUNCTION catalog_tell_pages() CASCADE;",
        )
    ]
