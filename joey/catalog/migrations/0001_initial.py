"""Offers, their prices over time, and the same item across marketplaces."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import joey.kit.ids
from django.db import migrations, models
from joey.kit.append_only import append_only

SHOWN_ON_PAGES = (
    "title", "translations", "category", "seller", "seller_kind", "ships_from", "url", "picture_urls", "currency",
    "list_minor", "now_minor", "coupon_minor", "coupon_until", "commission_ppm", "in_stock", "withdrawn_at",
)


def columns(row):
    return ", ".join(f"{row}.{name}" for name in SHOWN_ON_PAGES)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Alike',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('other_marketplace', models.CharField(max_length=64)),
                ('evidence', models.CharField(choices=[('barcode', 'barcode'), ('brand_model', 'brand_model'), ('model', 'model'), ('brand_words', 'brand_words'), ('words', 'words'), ('none', 'none')], max_length=12)),
                ('score', models.IntegerField()),
                ('is_same', models.BooleanField(default=False)),
                ('decided_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='AskedSearch',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('words', models.CharField(blank=True, max_length=100)),
                ('category', models.CharField(blank=True, max_length=60)),
                ('sort', models.CharField(max_length=16)),
                ('page', models.PositiveSmallIntegerField()),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('hits', models.PositiveIntegerField(default=0)),
                ('without_id', models.PositiveIntegerField(default=0)),
                ('offer_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('trouble', models.CharField(blank=True, choices=[('late', 'Late'), ('unavailable', 'Unavailable'), ('refused', 'Refused')], default='', max_length=12)),
                ('rest_until', models.DateTimeField(null=True)),
                ('asker', models.UUIDField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('rest_until__isnull', False)), fields=['marketplace', 'rest_until'], name='catalog_marketplace_rests'), models.Index(fields=['asked_at'], name='catalog_search_forgotten')],
                'constraints': [models.UniqueConstraint(fields=('marketplace', 'words', 'category', 'sort', 'page'), name='catalog_search_asked_once'), models.CheckConstraint(condition=models.Q(models.Q(('trouble', ''), ('rest_until', None)), models.Q(models.Q(('trouble', ''), _negated=True), ('rest_until__isnull', False)), _connector='OR'), name='catalog_trouble_is_rested_from')],
            },
        ),
        migrations.CreateModel(
            name='FeedAddress',
            fields=[
                ('marketplace', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('sealed', models.BinaryField()),
                ('key_id', models.CharField(max_length=16)),
                ('host', models.CharField(max_length=255)),
                ('mapping', models.CharField(blank=True, default='', max_length=1000)),
                ('every_hours', models.PositiveSmallIntegerField()),
                ('at', models.TimeField(null=True)),
                ('is_complete', models.BooleanField()),
                ('added_at', models.DateTimeField()),
                ('next_at', models.DateTimeField()),
                ('paused_at', models.DateTimeField(null=True)),
                ('held_at', models.DateTimeField(null=True)),
                ('missing', models.IntegerField(null=True)),
                ('live', models.IntegerField(null=True)),
                ('may_shrink', models.BooleanField(default=False)),
                ('asked_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(blank=True, default='', max_length=20)),
                ('bytes', models.BigIntegerField(null=True)),
                ('trouble', models.TextField(blank=True, default='')),
                ('failures', models.PositiveIntegerField(default=0)),
                ('failing_since', models.DateTimeField(null=True)),
                ('imported_at', models.DateTimeField(null=True)),
                ('imported_digest', models.CharField(blank=True, default='', max_length=64)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('taken', models.IntegerField(null=True)),
                ('refused', models.IntegerField(null=True)),
                ('changed', models.IntegerField(null=True)),
                ('withdrawn', models.IntegerField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['next_at'], name='catalog_feed_by_time')],
                'constraints': [models.CheckConstraint(condition=models.Q(('every_hours__in', (1, 2, 3, 4, 6, 8, 12, 24))), name='catalog_feed_divides_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('identity', models.CharField(max_length=200)),
                ('external_id', models.CharField(max_length=120)),
                ('former_ids', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), default=list, size=None)),
                ('title', models.CharField(max_length=300)),
                ('translations', models.JSONField(default=dict)),
                ('brand', models.CharField(blank=True, default='', max_length=80)),
                ('model', models.CharField(blank=True, default='', max_length=80)),
                ('gtin', models.CharField(blank=True, default='', max_length=14)),
                ('category', models.CharField(blank=True, max_length=60)),
                ('seller', models.CharField(blank=True, max_length=120)),
                ('seller_kind', models.CharField(blank=True, max_length=40)),
                ('ships_from', models.CharField(blank=True, max_length=120)),
                ('url', models.URLField(max_length=1000)),
                ('picture_urls', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=1000), default=list, size=None)),
                ('currency', models.CharField(max_length=3)),
                ('list_minor', models.BigIntegerField(null=True)),
                ('now_minor', models.BigIntegerField(null=True)),
                ('coupon_minor', models.BigIntegerField(null=True)),
                ('coupon_until', models.DateTimeField(null=True)),
                ('commission_ppm', models.IntegerField(default=0)),
                ('rates_ppm', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), default=list, size=None)),
                ('rates_since', django.contrib.postgres.fields.ArrayField(base_field=models.DateTimeField(), default=list, size=None)),
                ('volume', models.BigIntegerField(null=True)),
                ('in_stock', models.BooleanField(default=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('looked_at', models.DateTimeField(null=True)),
                ('as_of', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('seq', models.BigIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['marketplace', 'external_id'], name='catalog_offer_by_id'), models.Index(fields=['expires_at'], name='catalog_offer_by_expiry'), models.Index(fields=['marketplace', 'seq'], name='catalog_offer_followed')],
                'constraints': [models.UniqueConstraint(fields=('marketplace', 'identity'), name='catalog_offer_once'), models.CheckConstraint(condition=models.Q(models.Q(('now_minor__isnull', True), ('now_minor__gt', 0), _connector='OR'), models.Q(('list_minor__isnull', True), ('list_minor__gt', 0), _connector='OR'), models.Q(('coupon_minor__isnull', True), ('coupon_minor__gt', 0), _connector='OR')), name='catalog_prices_above_zero'), models.CheckConstraint(condition=models.Q(('commission_ppm__gte', 0), ('commission_ppm__lte', 1000000)), name='catalog_rate_in_bounds')],
            },
        ),
        migrations.CreateModel(
            name='PricePoint',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('price_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalog.offer')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('offer', 'at'), name='catalog_one_price_at_a_time'), models.CheckConstraint(condition=models.Q(('price_minor__gt', 0)), name='catalog_point_above_zero')],
            },
        ),
        migrations.CreateModel(
            name='SameCursor',
            fields=[
                ('marketplace', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('counted_seq', models.BigIntegerField(default=0)),
                ('compared_seq', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('compared_seq__lte', models.F('counted_seq'))), name='catalog_counted_first')],
            },
        ),
        migrations.CreateModel(
            name='SameKey',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('key', models.BigIntegerField()),
                ('marketplace', models.CharField(max_length=64)),
                ('offer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalog.offer')),
            ],
            options={
                'indexes': [models.Index(fields=['key', 'marketplace'], name='catalog_samekey_by_key')],
                'constraints': [models.UniqueConstraint(fields=('offer', 'key'), name='catalog_samekey_once')],
            },
        ),
        migrations.CreateModel(
            name='SameToken',
            fields=[
                ('token', models.BigIntegerField(primary_key=True, serialize=False)),
                ('offers', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='SameCount',
            fields=[
                ('offer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='catalog.offer')),
                ('tokens', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
            ],
        ),
        migrations.AddField(
            model_name='alike',
            name='offer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.offer'),
        ),
        migrations.AddField(
            model_name='alike',
            name='other',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.offer'),
        ),
        migrations.AddConstraint(
            model_name='alike',
            constraint=models.UniqueConstraint(fields=('offer', 'other'), name='catalog_alike_once'),
        ),
        migrations.AddConstraint(
            model_name='alike',
            constraint=models.UniqueConstraint(condition=models.Q(('is_same', True)), fields=('offer', 'other_marketplace'), name='catalog_one_same_a_marketplace'),
        ),
        migrations.AddConstraint(
            model_name='alike',
            constraint=models.CheckConstraint(condition=models.Q(('marketplace', models.F('other_marketplace')), _negated=True), name='catalog_alike_across_marketplaces'),
        ),
        append_only("catalog_pricepoint"),
        # Each change of an offer takes the next number; followers read what is newer.
        migrations.RunSQL("CREATE SEQUENCE catalog_offer_change;", "DROP SEQUENCE catalog_offer_change;"),
        # Cached pages are dropped when a column that pages show has changed. Equal notifications of one transaction are
        # sent once, so a row trigger costs nothing for rows that were only read again. A new as_of alone drops nothing: a
        # cached page says when its price was read, which stays true, and is a minute old at most. What does count is a
        # price that had expired and is known again.
        migrations.RunSQL(
            f"""
            CREATE FUNCTION catalog_notify_pages() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_notify('joey_pages', '*'); RETURN NULL; END $$;
            CREATE TRIGGER catalog_offer_pages AFTER UPDATE ON catalog_offer FOR EACH ROW
            WHEN (({columns("old")}) IS DISTINCT FROM ({columns("new")})
                  OR (old.expires_at <= now() AND new.expires_at > now()))
            EXECUTE FUNCTION catalog_notify_pages();
            """,
            "DROP FUNCTION catalog_notify_pages() CASCADE;",
        ),
    ]
