"""Shops, shelves and listings, and the triggers that invalidate cached pages."""

import django.db.models.deletion
import django.db.models.functions.datetime
import joey.kit.ids
from django.conf import settings
from django.db import migrations, models

CHANNEL = "joey_pages"


# What pages show of each table: the rows that buyers see, and their columns.
LISTING = "SELECT id, shop_id, offer_id, shelf_id, position, note FROM {rows} WHERE state = 'published'"
SHELF = "SELECT id, shop_id, name, position FROM {rows}"
ACCOUNT = "SELECT id, shop_id, marketplace, ended_at FROM {rows}"  # who pays
SHOP = "SELECT id, id AS shop_id, name, intro, slug, closed_at, owner_id FROM {rows}"


def notifies(table: str, event: str, shown: str) -> str:
    """One notification for each shop of which a statement changed something shown, or `*` for very many shops."""
    before, after = shown.format(rows="before"), shown.format(rows="after")
    tables, changed = {
        "INSERT": ("NEW TABLE AS after", after),
        "DELETE": ("OLD TABLE AS before", before),
        "UPDATE": (
            "OLD TABLE AS before NEW TABLE AS after",
            f"(({before}) EXCEPT ({after})) UNION ALL (({after}) EXCEPT ({before}))",
        ),
    }[event]
    name = f"{table}_pages_{event.lower()}"
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            touched uuid[] := ARRAY(SELECT DISTINCT shop_id FROM ({changed}) AS changed LIMIT 1001);
        BEGIN
            IF cardinality(touched) > 1000 THEN
                PERFORM pg_notify('{CHANNEL}', '*');
            ELSE
                PERFORM pg_notify('{CHANNEL}', slug) FROM shops_shop WHERE id = ANY(touched);
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {tables}
        FOR EACH STATEMENT EXECUTE FUNCTION {name}();
    """


NOTIFY = (
    ("shops_listing", "INSERT", LISTING), ("shops_listing", "UPDATE", LISTING), ("shops_listing", "DELETE", LISTING),
    ("shops_shelf", "UPDATE", SHELF), ("shops_shop", "UPDATE", SHOP),
    ("shops_shopaccount", "INSERT", ACCOUNT), ("shops_shopaccount", "UPDATE", ACCOUNT),
)


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
                ('front', models.CharField(choices=[('by_rule', 'By Rule'), ('shown', 'Shown'), ('kept_off', 'Kept Off')], default='by_rule', max_length=8)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ShopAccount',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('code', models.CharField(max_length=64, unique=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shops.shop')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('shop', 'marketplace'), name='shops_one_own_account')],
            },
        ),
        migrations.CreateModel(
            name='Shelf',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=30)),
                ('position', models.PositiveIntegerField(default=0)),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shops.shop')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('shop', 'name'), name='shops_shelf_name_once')],
            },
        ),
        migrations.CreateModel(
            name='Listing',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('position', models.PositiveIntegerField(default=0)),
                ('note', models.CharField(blank=True, default='', max_length=200)),
                ('state', models.CharField(choices=[('published', 'Published'), ('refused', 'Refused'), ('hidden', 'Hidden')], max_length=12)),
                ('hidden_by_operator', models.BooleanField(default=False)),
                ('rule_id', models.CharField(blank=True, default='', max_length=16)),
                ('reason', models.TextField(blank=True, default='')),
                ('pack_version', models.CharField(blank=True, default='', max_length=24)),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('offer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalog.offer')),
                ('shelf', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='shops.shelf')),
                ('shop', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shops.shop')),
            ],
            options={
                'indexes': [models.Index(fields=['offer'], name='shops_listing_of_offer')],
                'constraints': [models.UniqueConstraint(fields=('shop', 'offer'), name='shops_offer_listed_once')],
            },
        ),
        migrations.CreateModel(
            name='BuyerReport',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('reference', models.CharField(max_length=12, unique=True)),
                ('reason', models.CharField(max_length=12)),
                ('words_id', models.UUIDField(null=True)),
                ('words_sha256', models.BinaryField(null=True)),
                ('reported_at', models.DateTimeField()),
                ('answer_by', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.CharField(blank=True, default='', max_length=40)),
                ('outcome', models.CharField(blank=True, choices=[('nothing', 'Nothing'), ('hidden', 'Hidden'), ('shown', 'Shown')], default='', max_length=8)),
                ('answer_id', models.UUIDField(null=True)),
                ('answer_sha256', models.BinaryField(null=True)),
                ('listing', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='shops.listing')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shops.shop')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('answered_at', None)), fields=['answer_by'], name='shops_report_open'), models.Index(fields=['answered_at'], name='shops_report_answered')],
            },
        ),
        migrations.CreateModel(
            name='RateNotice',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('cuts', models.JSONField()),
                ('made_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['made_at'], name='shops_rate_notice_by_age')],
                'constraints': [models.UniqueConstraint(fields=('person', 'day'), name='shops_rate_notice_once_a_day')],
            },
        ),
        # The database sends them, so that no verb can forget to.
        migrations.RunSQL(
            "".join(notifies(*each) for each in NOTIFY),
            "".join(f"DROP FUNCTION {table}_pages_{event.lower()}() CASCADE;" for table, event, _shown in NOTIFY),
        ),
    ]
