"""Links, clicks, outbound clicks, positions and their leases."""

import django.db.models.deletion
import django.db.models.functions.datetime
import joey.kit.ids
from django.db import migrations, models
from joey.kit.append_only import APP_ROLE, append_only
from joey.kit.partitions import partitioned_by_day

# A position is never another one at its marketplace: whose an order is depends on the key that was leased.
POSITIONS_KEEP_THEIR_KEYS = f"""
    REVOKE UPDATE, DELETE, TRUNCATE ON sharing_position FROM {APP_ROLE};
    GRANT UPDATE (free_from, was_leased, refused_at, withdrawn_at) ON sharing_position TO {APP_ROLE};
"""
# A lease is never given to another shop or position: the app role may only end and prolong it. The history is written
# by the owner's function, so that the app role can neither leave an entry out nor add one.
LEASES_KEEP_THEIR_HISTORY = f"""
    REVOKE UPDATE, DELETE, TRUNCATE ON sharing_positionlease FROM {APP_ROLE};
    GRANT UPDATE (ended_at, until, last_used_at) ON sharing_positionlease TO {APP_ROLE};
    REVOKE INSERT ON sharing_leasechange FROM {APP_ROLE};
    CREATE FUNCTION sharing_note_lease_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$ BEGIN
        INSERT INTO sharing_leasechange (lease_id, position_id, shop_id, leased_from, ended_at, until)
        VALUES (NEW.id, NEW.position_id, NEW.shop_id, NEW.leased_from, NEW.ended_at, NEW.until);
        RETURN NULL;
    END $$;
    CREATE TRIGGER sharing_lease_opened AFTER INSERT ON sharing_positionlease
    FOR EACH ROW EXECUTE FUNCTION sharing_note_lease_change();
    CREATE TRIGGER sharing_lease_changed AFTER UPDATE OF ended_at, until ON sharing_positionlease
    FOR EACH ROW WHEN ((OLD.ended_at, OLD.until) IS DISTINCT FROM (NEW.ended_at, NEW.until))
    EXECUTE FUNCTION sharing_note_lease_change();
"""
FORGET_HISTORY = """
    DROP TRIGGER sharing_lease_opened ON sharing_positionlease;
    DROP TRIGGER sharing_lease_changed ON sharing_positionlease;
    DROP FUNCTION sharing_note_lease_change();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kit', '0001_initial'),
        ('shops', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='OutboundClick',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('click_id', models.UUIDField()),
                ('shop_id', models.UUIDField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('marketplace', models.CharField(max_length=64)),
                ('lease_id', models.UUIDField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Click',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('shop_id', models.UUIDField()),
                ('link_id', models.UUIDField()),
                ('listing_id', models.UUIDField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('visitor_key', models.BinaryField(max_length=16)),
                ('visitor', models.CharField(choices=[('person', 'Person'), ('preview', 'Preview'), ('prefetch', 'Prefetch'), ('robot', 'Robot'), ('embedded', 'Embedded')], max_length=10)),
                ('referrer_host', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'indexes': [models.Index(fields=['link_id', 'id'], name='sharing_click_of_link'), models.Index(fields=['shop_id', 'id'], name='sharing_click_of_shop')],
            },
        ),
        migrations.CreateModel(
            name='Position',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('key', models.CharField(max_length=80)),
                ('registered_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('free_from', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), null=True)),
                ('was_leased', models.BooleanField(db_default=False, default=False)),
                ('refused_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('free_from__isnull', False)), fields=['marketplace', 'was_leased', 'free_from', 'id'], name='sharing_free_positions')],
                'constraints': [models.UniqueConstraint(fields=('marketplace', 'key'), name='sharing_position_once')],
            },
        ),
        migrations.CreateModel(
            name='PositionLease',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('leased_from', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('until', models.DateTimeField(null=True)),
                ('last_used_at', models.DateTimeField()),
                ('is_reuse', models.BooleanField(db_default=False, default=False)),
                ('position', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sharing.position')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shops.shop')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('position',), name='sharing_one_open_lease'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('shop', 'marketplace'), name='sharing_one_lease_per_shop'), models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('leased_from')), _connector='OR'), name='sharing_lease_forwards'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('until__isnull', True)), models.Q(('ended_at__isnull', False), ('until__gte', models.F('ended_at')), ('until__isnull', False)), _connector='OR'), name='sharing_ended_lease_rests')],
            },
        ),
        migrations.CreateModel(
            name='LeaseChange',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('leased_from', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('until', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('lease', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sharing.positionlease')),
                ('position', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sharing.position')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shops.shop')),
            ],
        ),
        migrations.CreateModel(
            name='TrackedUrl',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('sub_id', models.CharField(blank=True, default='', max_length=64)),
                ('item', models.CharField(blank=True, default='', max_length=120)),
                ('title', models.CharField(blank=True, default='', max_length=300)),
                ('url', models.URLField(max_length=2000)),
                ('copy_code', models.CharField(blank=True, default='', max_length=300)),
                ('made_at', models.DateTimeField()),
                ('lease', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='sharing.positionlease')),
                ('listing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shops.listing')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shops.shop')),
            ],
            options={
                'indexes': [models.Index(fields=['shop', 'item'], name='sharing_tracked_item'), models.Index(fields=['shop', 'title'], name='sharing_tracked_title')],
                'constraints': [models.UniqueConstraint(fields=('shop', 'listing', 'lease', 'sub_id'), name='sharing_tracked_once'), models.UniqueConstraint(condition=models.Q(('lease__isnull', True)), fields=('shop', 'listing', 'sub_id'), name='sharing_tracked_once_by_sub_id'), models.CheckConstraint(condition=models.Q(('lease__isnull', False), models.Q(('sub_id', ''), _negated=True), _connector='OR'), name='sharing_tracked_by_something')],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=16, unique=True)),
                ('channel', models.CharField(max_length=16)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('listing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shops.listing')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='shops.shop')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('shop', 'listing', 'channel'), name='sharing_link_per_channel')],
            },
        ),
        append_only("sharing_link"),
        append_only("sharing_trackedurl"),
        append_only("sharing_leasechange"),
        migrations.RunSQL(POSITIONS_KEEP_THEIR_KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(LEASES_KEEP_THEIR_HISTORY, FORGET_HISTORY),
        partitioned_by_day("sharing_click", droppable=True),
        append_only("sharing_click"),
        partitioned_by_day("sharing_outboundclick", key="click_id", droppable=True),
        append_only("sharing_outboundclick"),
    ]
