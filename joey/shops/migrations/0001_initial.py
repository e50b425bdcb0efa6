"""Shops, shelves and listings, and the triggers that invalidate cached pages."""

import django.db.models.deletion
import django.db.models.functions.datetime
import joey.kit.ids
from django.conf import settings
from django.db import migrations, models

CHANNEL = "joey_pages"


def notifies(table: str, event: str, rows: str) -> str:
    return f"""
        CREATE TRIGGER {table}_pages_{event.lower()} AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION {"shops_notify_pages_of_shop" if table == "shops_shop" else "shops_notify_pages"}();
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

    initial = True

    dependencies = [
        ('catalog', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Shop',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('slug', models.CharField(max_length=30, unique=True)),
                ('name', models.CharField(max_length=40)),
                ('intro', models.CharField(blank=True, default='', max_length=200)),
                ('opened_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('closed_at', models.DateTimeField(null=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Shelf',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=30)),
                ('position', models.PositiveIntegerField(default=0)),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shops.shop')),
            ],
        ),
        migrations.CreateModel(
            name='Listing',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField(default=0)),
                ('note', models.CharField(blank=True, default='', max_length=200)),
                ('state', models.CharField(choices=[('published', 'Published'), ('refused', 'Refused'), ('hidden', 'Hidden')], max_length=12)),
                ('rule_id', models.CharField(blank=True, default='', max_length=16)),
                ('reason', models.TextField(blank=True, default='')),
                ('pack_version', models.CharField(blank=True, default='', max_length=24)),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('offer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.offer')),
                ('shelf', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='shops.shelf')),
                ('shop', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shops.shop')),
            ],
        ),
        migrations.AddConstraint(
            model_name='shelf',
            constraint=models.UniqueConstraint(fields=('shop', 'name'), name='shops_shelf_name_once'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(fields=['offer'], name='shops_listing_of_offer'),
        ),
        migrations.AddConstraint(
            model_name='listing',
            constraint=models.UniqueConstraint(fields=('shop', 'offer'), name='shops_offer_listed_once'),
        ),
        # One notification for each shop that a statement touched, or `*` when it touched very many rows. The database
        # sends it, so that no verb can forget to.
        migrations.RunSQL(
            function("shops_notify_pages", "shop_id")
            + function("shops_notify_pages_of_shop", "id")
            + notifies("shops_listing", "INSERT", "NEW")
            + notifies("shops_listing", "UPDATE", "NEW")
            + notifies("shops_listing", "DELETE", "OLD")
            + notifies("shops_shelf", "UPDATE", "NEW")
            + notifies("shops_shop", "UPDATE", "NEW"),
            "DROP FUNCTION shops_notify_pages() CASCADE; DROP FUNCTION shops_notify_pages_of_shop() CASCADE;",
        ),
    ]
