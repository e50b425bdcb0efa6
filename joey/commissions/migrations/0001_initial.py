"""Plan versions, commissions with their revisions and holds, and the lines that cannot be booked."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import joey.kit.ids
from django.conf import settings
from django.db import migrations, models

from joey.kit.append_only import APP_ROLE, append_only, only_by_default


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('orders', '0001_initial'),
        ('shops', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='EarnCursor',
            fields=[
                ('marketplace', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('revision', models.BigIntegerField(default=0)),
                ('caught_up_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('hold_class', models.CharField(choices=[('unknown_code', 'Unknown Code'), ('refunds_unread', 'Refunds Unread'), ('frozen', 'Frozen'), ('risk', 'Risk'), ('contradiction', 'Contradiction'), ('currency', 'Currency'), ('unreadable', 'Unreadable'), ('unclear_refund', 'Unclear Refund'), ('export_differs', 'Export Differs'), ('violation', 'Violation'), ('quarantine', 'Quarantine'), ('review', 'Review')], max_length=16)),
                ('amount_minor', models.BigIntegerField(null=True)),
                ('reason_id', models.UUIDField(null=True)),
                ('reason_sha256', models.BinaryField(null=True)),
                ('opened_by', models.CharField(max_length=40)),
                ('opened_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__isnull', True), ('amount_minor__gt', 0), _connector='OR'), name='commissions_hold_of_something'), models.CheckConstraint(condition=models.Q(('reason_id__isnull', False), ('opened_by', 'report'), ('opened_by', 'quarantine'), _connector='OR'), name='commissions_hold_has_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='QuarantinedLine',
            fields=[
                ('line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='orders.orderline')),
                ('marketplace', models.CharField(max_length=64)),
                ('revision', models.BigIntegerField()),
                ('reason', models.CharField(max_length=24)),
                ('detail', models.CharField(blank=True, max_length=200)),
                ('since', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('pk', models.CompositePrimaryKey('commission_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('commission_id', models.UUIDField()),
                ('number', models.IntegerField()),
                ('because', models.CharField(max_length=24)),
                ('line_revision', models.BigIntegerField()),
                ('line_state', models.CharField(max_length=10)),
                ('line_held', models.CharField(blank=True, max_length=16)),
                ('line_unread', models.BooleanField(db_default=False)),
                ('line_unclear_refund', models.BooleanField(db_default=False)),
                ('line_frozen', models.BooleanField(db_default=False)),
                ('line_export_differs', models.BooleanField(db_default=False)),
                ('line_violation', models.BooleanField(db_default=False)),
                ('line_causes', models.JSONField(default=list)),
                ('given_minor', models.BigIntegerField()),
                ('fee_minor', models.BigIntegerField()),
                ('back_minor', models.BigIntegerField()),
                ('quantity', models.IntegerField()),
                ('buyer_paid_minor', models.BigIntegerField()),
                ('buyer_refunded_minor', models.BigIntegerField()),
                ('protected_minor', models.BigIntegerField()),
                ('changed_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('base_minor', models.BigIntegerField()),
                ('penalty_minor', models.BigIntegerField()),
                ('amount_minor', models.BigIntegerField()),
                ('pending_minor', models.BigIntegerField()),
                ('held_minor', models.BigIntegerField()),
                ('released_minor', models.BigIntegerField()),
                ('platform_minor', models.BigIntegerField()),
                ('platform_released_minor', models.BigIntegerField()),
                ('rounding_minor', models.BigIntegerField()),
                ('settled', models.BooleanField()),
                ('payable_on', models.DateField(null=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('booked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'db_table': 'commissions_revision',
            },
        ),
        migrations.CreateModel(
            name='Commission',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('plan_moment', models.DateTimeField()),
                ('plan_moment_kind', models.CharField(max_length=8)),
                ('rate_ppm', models.IntegerField(null=True)),
                ('shown_rate_ppm', models.IntegerField(null=True)),
                ('shown_offer_id', models.UUIDField(null=True)),
                ('currency', models.CharField(max_length=3)),
                ('base_minor', models.BigIntegerField()),
                ('penalty_minor', models.BigIntegerField(default=0)),
                ('amount_minor', models.BigIntegerField()),
                ('pending_minor', models.BigIntegerField()),
                ('held_minor', models.BigIntegerField(default=0)),
                ('released_minor', models.BigIntegerField(default=0)),
                ('platform_minor', models.BigIntegerField()),
                ('platform_released_minor', models.BigIntegerField(default=0)),
                ('rounding_minor', models.BigIntegerField()),
                ('settled', models.BooleanField(default=False)),
                ('restarted', models.BooleanField(default=False)),
                ('payable_on', models.DateField(null=True)),
                ('elsewhere', models.JSONField(default=dict)),
                ('holds_of_all', models.IntegerField(default=0)),
                ('hold_minor', models.BigIntegerField(default=0)),
                ('revision', models.IntegerField(default=1)),
                ('line_revision', models.BigIntegerField()),
                ('earned_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('state', models.GeneratedField(db_persist=True, expression=models.Case(models.When(models.Q(('held_minor', 0), ('pending_minor', 0), ('released_minor__gt', 0)), then=models.Value('confirmed')), default=models.Value('earned')), output_field=models.CharField(choices=[('earned', 'Earned'), ('confirmed', 'Confirmed')], max_length=10))),
                ('order_line', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.orderline')),
                ('shop', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shops.shop')),
            ],
            options={
                'indexes': [models.Index(fields=['shop', '-earned_at'], name='commissions_of_shop'), models.Index(condition=models.Q(('settled', True), models.Q(('pending_minor__gt', 0), ('platform_minor__gt', models.F('platform_released_minor')), _connector='OR')), fields=['marketplace', 'payable_on'], name='commissions_waiting'), models.Index(condition=models.Q(('held_minor__gt', 0), ('holds_of_all__gt', 0), ('hold_minor__gt', 0), _connector='OR'), fields=['id'], name='commissions_with_holds')],
                'constraints': [models.CheckConstraint(condition=models.Q(('base_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('amount_minor'), '+', models.F('platform_minor')), '+', models.F('rounding_minor'))), ('amount_minor__gte', 0), ('platform_minor__gte', 0), ('rounding_minor__gte', 0)), name='commissions_parts_make_the_base'), models.CheckConstraint(condition=models.Q(('amount_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('pending_minor'), '+', models.F('held_minor')), '+', models.F('released_minor'))), ('held_minor__gte', 0), ('pending_minor__gte', 0), ('released_minor__gte', 0), ('platform_minor__gte', models.F('platform_released_minor')), ('platform_released_minor__gte', 0)), name='commissions_where_the_parts_are'), models.CheckConstraint(condition=models.Q(('penalty_minor', 0), models.Q(('base_minor', 0), ('penalty_minor__gt', 0)), _connector='OR'), name='commissions_base_or_penalty'), models.CheckConstraint(condition=models.Q(('settled', True), models.Q(('held_minor', 0), ('platform_released_minor', 0), ('released_minor', 0)), _connector='OR'), name='commissions_unsettled_is_pending'), models.CheckConstraint(condition=models.Q(('hold_minor__gte', 0), ('holds_of_all__gte', 0)), name='commissions_holds_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='HoldClosing',
            fields=[
                ('hold', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to='commissions.hold')),
                ('reason_id', models.UUIDField(null=True)),
                ('reason_sha256', models.BinaryField(null=True)),
                ('closed_by', models.CharField(max_length=40)),
                ('closed_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddField(
            model_name='hold',
            name='commission',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commissions.commission'),
        ),
        migrations.AddField(
            model_name='hold',
            name='shop',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shops.shop'),
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('shopkeeper_ppm', models.IntegerField()),
                ('platform_ppm', models.IntegerField()),
                ('waiting_days', models.IntegerField()),
                ('from_at', models.DateTimeField()),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('platform_ppm__gte', 0), ('shopkeeper_ppm__gte', 0), ('shopkeeper_ppm', django.db.models.expressions.CombinedExpression(models.Value(1000000), '-', models.F('platform_ppm')))), name='commissions_plan_shares_all'), models.CheckConstraint(condition=models.Q(('waiting_days__range', (0, 90))), name='commissions_plan_waits_days')],
            },
        ),
        migrations.AddField(
            model_name='commission',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commissions.planversion'),
        ),
        migrations.AddIndex(
            model_name='hold',
            index=models.Index(fields=['commission'], name='commissions_hold_of'),
        ),
        migrations.AddConstraint(
            model_name='commission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('shown_offer_id__isnull', True), ('shown_rate_ppm__isnull', True)), models.Q(('plan_moment_kind__in', ('clicked', 'placed')), ('shown_offer_id__isnull', False), ('shown_rate_ppm__isnull', False), ('shown_rate_ppm__range', (0, 1000000))), _connector='OR'), name='commissions_shown_by_an_offer'),
        ),
        # The plan an instance starts with: four fifths to the shopkeeper, a week of waiting after settlement.
        migrations.RunSQL(
            """
            INSERT INTO commissions_planversion (shopkeeper_ppm, platform_ppm, waiting_days, from_at)
            VALUES (800000, 200000, 7, '2020-01-01T00:00:00Z');
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            f"REVOKE DELETE, TRUNCATE ON commissions_commission, commissions_earncursor FROM {APP_ROLE}",
            migrations.RunSQL.noop,
        ),
        append_only("commissions_planversion"),
        append_only("commissions_revision"),
        only_by_default("commissions_revision", "booked_at"),
        append_only("commissions_hold"),
        append_only("commissions_holdclosing"),
    ]
