"""Polls, order reports as they came, order lines, refund cases, claims and sync cursors."""

import django.db.models.deletion
import django.db.models.functions.datetime
import joey.kit.ids
from django.db import migrations, models
from joey.kit.append_only import APP_ROLE, append_only
from joey.kit.partitions import partitioned_by_day


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kit', '0001_initial'),
        ('shops', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ReportDigest',
            fields=[
                ('digest', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('report_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='OperatorAttribution',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('line_id', models.UUIDField(unique=True)),
                ('by', models.UUIDField(null=True)),
                ('reason_id', models.UUIDField()),
                ('reason_sha256', models.BinaryField(max_length=32)),
                ('at', models.DateTimeField()),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shops.shop')),
            ],
        ),
        migrations.CreateModel(
            name='Poll',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('account', models.CharField(max_length=128)),
                ('question', models.CharField(max_length=40)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('asked_at', models.DateTimeField()),
                ('reports', models.IntegerField()),
                ('digest', models.BinaryField(max_length=32)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'indexes': [models.Index(fields=['marketplace', 'account', 'question', '-until'], name='orders_poll_reached')],
            },
        ),
        migrations.CreateModel(
            name='RefundCase',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('case_id', models.CharField(max_length=64)),
                ('external_order', models.CharField(max_length=64)),
                ('external_line', models.CharField(max_length=64)),
                ('counts', models.BooleanField()),
                ('refund_minor', models.BigIntegerField()),
                ('commission_back_minor', models.BigIntegerField()),
                ('protected_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(default='', max_length=3)),
                ('refunded_at', models.DateTimeField(null=True)),
                ('counted_from', models.DateTimeField(null=True)),
                ('reported_at', models.DateTimeField()),
                ('reported_poll', models.BigIntegerField(default=0)),
                ('report_digest', models.BinaryField(default=b'', max_length=32)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('marketplace', 'external_order', 'external_line', 'case_id'), name='orders_refund_case_once')],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.UUIDField(db_default=joey.kit.ids.RowId(), editable=False, primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('kind', models.CharField(choices=[('order', 'order'), ('refund', 'refund')], max_length=8)),
                ('external_order', models.CharField(max_length=64)),
                ('external_line', models.CharField(max_length=64)),
                ('external_part', models.CharField(db_default='', max_length=64)),
                ('stamped_at', models.DateTimeField()),
                ('reported_at', models.DateTimeField()),
                ('poll_id', models.BigIntegerField()),
                ('rereads', models.UUIDField(null=True)),
                ('again', models.BooleanField(default=False)),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('digest', models.BinaryField(max_length=32)),
                ('payload', models.TextField()),
                ('payload_sha256', models.BinaryField(max_length=32)),
                ('problem', models.CharField(default='', max_length=200)),
                ('currency', models.CharField(default='', max_length=3)),
                ('state', models.CharField(default='', max_length=10)),
                ('held', models.CharField(default='', max_length=16)),
                ('reason', models.CharField(default='', max_length=40)),
                ('evidence', models.JSONField(null=True)),
                ('title', models.CharField(default='', max_length=300)),
                ('external_item', models.CharField(default='', max_length=120)),
                ('quantity', models.IntegerField(null=True)),
                ('paid_minor', models.BigIntegerField(null=True)),
                ('commission_minor', models.BigIntegerField(null=True)),
                ('service_fee_minor', models.BigIntegerField(null=True)),
                ('rate_ppm', models.IntegerField(null=True)),
                ('clicked_at', models.DateTimeField(null=True)),
                ('placed_at', models.DateTimeField(null=True)),
                ('paid_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('case_id', models.CharField(default='', max_length=64)),
                ('counts', models.BooleanField(null=True)),
                ('refund_minor', models.BigIntegerField(null=True)),
                ('commission_back_minor', models.BigIntegerField(null=True)),
                ('protected_minor', models.BigIntegerField(null=True)),
                ('refunded_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['marketplace', 'external_order', 'external_line'], name='orders_report_of_line')],
            },
        ),
        migrations.CreateModel(
            name='SyncCursor',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('account', models.CharField(max_length=128)),
                ('question', models.CharField(max_length=40)),
                ('read_until', models.DateTimeField()),
                ('rescanned_on', models.DateField(null=True)),
                ('rechecked_at', models.DateTimeField(null=True)),
                ('last_success_at', models.DateTimeField(null=True)),
                ('trouble', models.TextField(blank=True, default='')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('marketplace', 'account', 'question'), name='orders_one_cursor')],
            },
        ),
        migrations.CreateModel(
            name='UnreadReport',
            fields=[
                ('report_id', models.UUIDField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('kind', models.CharField(max_length=8)),
                ('external_order', models.CharField(max_length=64)),
                ('external_line', models.CharField(blank=True, default='', max_length=64)),
                ('external_part', models.CharField(blank=True, db_default='', max_length=64)),
                ('case_id', models.CharField(blank=True, default='', max_length=64)),
                ('reported_at', models.DateTimeField()),
                ('poll', models.BigIntegerField()),
                ('payload_sha256', models.BinaryField(max_length=32)),
                ('problem', models.CharField(max_length=200)),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('tried_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('tries', models.IntegerField(default=1)),
            ],
            options={
                'indexes': [models.Index(fields=['marketplace', 'tried_at'], name='orders_unread_next'), models.Index(fields=['marketplace', 'external_order', 'external_line'], name='orders_unread_of_line')],
            },
        ),
        migrations.CreateModel(
            name='ReportDismissal',
            fields=[
                ('report_id', models.UUIDField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('kind', models.CharField(max_length=8)),
                ('external_order', models.CharField(max_length=64)),
                ('payload_sha256', models.BinaryField(max_length=32)),
                ('replaced_by', models.UUIDField(null=True)),
                ('by', models.UUIDField(null=True)),
                ('reason_id', models.UUIDField(null=True)),
                ('reason_sha256', models.BinaryField(max_length=32, null=True)),
                ('at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('by', None), ('reason_id', None), ('replaced_by__isnull', False)), models.Q(('by__isnull', False), ('reason_id__isnull', False), ('replaced_by', None)), _connector='OR'), name='orders_dismissed_for_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='OrderClaim',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('external_order', models.CharField(max_length=64)),
                ('external_line', models.CharField(max_length=64)),
                ('external_part', models.CharField(db_default='', max_length=64)),
                ('claimed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shops.shop')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('marketplace', 'external_order', 'external_line', 'external_part'), name='orders_claim_once')],
            },
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('external_order', models.CharField(max_length=64)),
                ('external_line', models.CharField(max_length=64)),
                ('external_part', models.CharField(blank=True, db_default='', max_length=64)),
                ('suspense', models.CharField(blank=True, choices=[('', 'None'), ('unknown_position', 'Unknown Position'), ('not_leased_at_click', 'Not Leased At Click'), ('not_leased_at_order', 'Not Leased At Order'), ('not_linked', 'Not Linked'), ('no_click_time', 'No Click Time'), ('no_order_time', 'No Order Time'), ('unknown_sub_id', 'Unknown Sub Id'), ('conflicting_evidence', 'Conflicting Evidence'), ('no_evidence', 'No Evidence')], default='', max_length=24)),
                ('failed_evidence', models.JSONField(default=list)),
                ('lease_id', models.UUIDField(null=True)),
                ('evidence_kind', models.CharField(blank=True, default='', max_length=20)),
                ('evidence_key', models.CharField(blank=True, default='', max_length=120)),
                ('evidence_at', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('placed', 'Placed'), ('paid', 'Paid'), ('received', 'Received'), ('settled', 'Settled'), ('closed', 'Closed'), ('unknown', 'Unknown')], max_length=10)),
                ('reason', models.CharField(blank=True, default='', max_length=40)),
                ('held', models.CharField(blank=True, choices=[('', 'No'), ('frozen', 'Frozen'), ('risk', 'Risk'), ('contradiction', 'Contradiction'), ('unknown_code', 'Unknown Code'), ('currency', 'Currency')], default='', max_length=16)),
                ('held_at', models.DateTimeField()),
                ('held_poll', models.BigIntegerField(default=0)),
                ('held_digest', models.BinaryField(max_length=32)),
                ('has_unread', models.BooleanField(db_default=False)),
                ('has_unclear_refund', models.BooleanField(db_default=False)),
                ('title', models.CharField(blank=True, max_length=300)),
                ('external_item', models.CharField(blank=True, max_length=120)),
                ('quantity', models.IntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('paid_minor', models.BigIntegerField()),
                ('commission_minor', models.BigIntegerField()),
                ('service_fee_minor', models.BigIntegerField()),
                ('protected_minor', models.BigIntegerField(default=0)),
                ('returned_paid_minor', models.BigIntegerField(default=0)),
                ('returned_protected_minor', models.BigIntegerField(default=0)),
                ('returned_commission_minor', models.BigIntegerField(default=0)),
                ('returned_elsewhere', models.JSONField(default=dict)),
                ('rate_ppm', models.IntegerField()),
                ('clicked_at', models.DateTimeField(null=True)),
                ('placed_at', models.DateTimeField(null=True)),
                ('paid_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('reported_at', models.DateTimeField()),
                ('reported_poll', models.BigIntegerField(default=0)),
                ('report_digest', models.BinaryField(max_length=32)),
                ('first_seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('revision', models.BigIntegerField()),
                ('shop', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shops.shop')),
            ],
            options={
                'indexes': [models.Index(fields=['marketplace', 'revision'], name='orders_line_by_revision'), models.Index(fields=['shop', '-first_seen_at'], name='orders_line_of_shop'), models.Index(condition=models.Q(('suspense', ''), _negated=True), fields=['suspense'], name='orders_in_suspense'), models.Index(condition=models.Q(('held', ''), _negated=True), fields=['held'], name='orders_held'), models.Index(condition=models.Q(('has_unread', True)), fields=['marketplace'], name='orders_with_unread')],
                'constraints': [models.UniqueConstraint(fields=('marketplace', 'external_order', 'external_line', 'external_part'), name='orders_line_once'), models.CheckConstraint(condition=models.Q(('paid_minor__gte', 0), ('commission_minor__gte', 0), ('service_fee_minor__gte', 0), ('returned_paid_minor__gte', 0), ('returned_commission_minor__gte', 0), ('quantity__gte', 0)), name='orders_amounts_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('shop__isnull', True), models.Q(('suspense', ''), _negated=True)), models.Q(('shop__isnull', False), ('suspense', '')), _connector='OR'), name='orders_shop_or_suspense')],
            },
        ),
        partitioned_by_day("orders_report"),
        append_only("orders_poll"),
        append_only("orders_report"),
        append_only("orders_reportdigest"),
        append_only("orders_orderclaim"),
        append_only("orders_operatorattribution"),
        append_only("orders_reportdismissal"),
        migrations.RunSQL(
            f"REVOKE DELETE, TRUNCATE ON orders_orderline, orders_refundcase FROM {APP_ROLE}", migrations.RunSQL.noop
        ),
        # What an unreadable report is about says which money waits; an attempt to read it changes only what it came to.
        migrations.RunSQL(
            f"REVOKE UPDATE ON orders_unreadreport FROM {APP_ROLE};"
            f" GRANT UPDATE (problem, tried_at, tries) ON orders_unreadreport TO {APP_ROLE}",
            migrations.RunSQL.noop,
        ),
        # Each change of an order line takes a revision from one sequence; followers read what is newer.
        migrations.RunSQL("CREATE SEQUENCE orders_revision;", "DROP SEQUENCE orders_revision;"),
        # A poll takes its number before its question is asked; of two reports of one second the later poll's wins.
        migrations.RunSQL("CREATE SEQUENCE orders_poll_number;", "DROP SEQUENCE orders_poll_number;"),
    ]
