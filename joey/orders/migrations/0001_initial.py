"""Order reports as they came, order lines, refund cases, claims and sync cursors."""

import django.db.models.functions.datetime
import joey.kit.ids
import django.db.models.deletion
from django.db import migrations, models
from joey.kit.append_only import append_only


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('shops', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='OrderClaim',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=16)),
                ('external_order', models.CharField(max_length=64)),
                ('external_line', models.CharField(max_length=64)),
                ('claimed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=16)),
                ('external_order', models.CharField(max_length=64)),
                ('external_line', models.CharField(max_length=64)),
                ('suspense', models.CharField(blank=True, choices=[('', 'None'), ('unknown_position', 'Unknown Position'), ('not_leased_at_click', 'Not Leased'), ('no_click_time', 'No Click Time')], default='', max_length=20)),
                ('lease_id', models.UUIDField(null=True)),
                ('position_key', models.CharField(blank=True, max_length=80)),
                ('state', models.CharField(choices=[('placed', 'Placed'), ('paid', 'Paid'), ('received', 'Received'), ('settled', 'Settled'), ('closed', 'Closed')], max_length=10)),
                ('reason', models.CharField(blank=True, default='', max_length=40)),
                ('title', models.CharField(blank=True, max_length=300)),
                ('external_item', models.CharField(blank=True, max_length=120)),
                ('quantity', models.IntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('paid_minor', models.BigIntegerField()),
                ('commission_minor', models.BigIntegerField()),
                ('service_fee_minor', models.BigIntegerField()),
                ('returned_paid_minor', models.BigIntegerField(default=0)),
                ('returned_commission_minor', models.BigIntegerField(default=0)),
                ('rate_ppm', models.IntegerField()),
                ('clicked_at', models.DateTimeField(null=True)),
                ('placed_at', models.DateTimeField(null=True)),
                ('paid_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('reported_at', models.DateTimeField()),
                ('report_digest', models.BinaryField(max_length=32)),
                ('first_seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('revision', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='RefundCase',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=16)),
                ('case_id', models.CharField(max_length=64)),
                ('external_order', models.CharField(max_length=64)),
                ('external_line', models.CharField(max_length=64)),
                ('counts', models.BooleanField()),
                ('refund_minor', models.BigIntegerField()),
                ('commission_back_minor', models.BigIntegerField()),
                ('reported_at', models.DateTimeField()),
                ('report_digest', models.BinaryField(default=b'', max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=16)),
                ('kind', models.CharField(choices=[('order', 'order'), ('refund', 'refund')], max_length=8)),
                ('external_order', models.CharField(max_length=64)),
                ('external_line', models.CharField(max_length=64)),
                ('version', models.CharField(max_length=64)),
                ('payload', models.JSONField()),
                ('payload_sha256', models.BinaryField(max_length=32)),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='SyncCursor',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=16)),
                ('kind', models.CharField(max_length=8)),
                ('read_until', models.DateTimeField()),
                ('last_success_at', models.DateTimeField(null=True)),
                ('trouble', models.TextField(blank=True, default='')),
            ],
        ),
        migrations.AddField(
            model_name='orderclaim',
            name='shop',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shops.shop'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='shop',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shops.shop'),
        ),
        migrations.AddIndex(
            model_name='refundcase',
            index=models.Index(fields=['marketplace', 'external_order', 'external_line'], name='orders_case_of_line'),
        ),
        migrations.AddConstraint(
            model_name='refundcase',
            constraint=models.UniqueConstraint(fields=('marketplace', 'case_id'), name='orders_refund_case_once'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(fields=('marketplace', 'kind', 'external_order', 'external_line', 'version', 'payload_sha256'), name='orders_report_once'),
        ),
        migrations.AddConstraint(
            model_name='synccursor',
            constraint=models.UniqueConstraint(fields=('marketplace', 'kind'), name='orders_one_cursor'),
        ),
        migrations.AddConstraint(
            model_name='orderclaim',
            constraint=models.UniqueConstraint(fields=('marketplace', 'external_order', 'external_line'), name='orders_claim_once'),
        ),
        migrations.AddIndex(
            model_name='orderline',
            index=models.Index(fields=['marketplace', 'revision'], name='orders_line_by_revision'),
        ),
        migrations.AddIndex(
            model_name='orderline',
            index=models.Index(fields=['shop', '-first_seen_at'], name='orders_line_of_shop'),
        ),
        migrations.AddIndex(
            model_name='orderline',
            index=models.Index(condition=models.Q(('suspense', ''), _negated=True), fields=['suspense'], name='orders_in_suspense'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.UniqueConstraint(fields=('marketplace', 'external_order', 'external_line'), name='orders_line_once'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('paid_minor__gte', 0), ('commission_minor__gte', 0), ('service_fee_minor__gte', 0), ('returned_paid_minor__gte', 0), ('returned_commission_minor__gte', 0), ('quantity__gte', 0)), name='orders_amounts_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('shop__isnull', True), models.Q(('suspense', ''), _negated=True)), models.Q(('shop__isnull', False), ('suspense', '')), _connector='OR'), name='orders_shop_or_suspense'),
        ),
        append_only("orders_report"),
        append_only("orders_orderclaim"),
        # Each change of an order line takes a revision from one sequence; followers read what is newer.
        migrations.RunSQL("CREATE SEQUENCE orders_revision;", "DROP SEQUENCE orders_revision;"),
    ]
