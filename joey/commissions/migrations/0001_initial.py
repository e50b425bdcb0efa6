"""Plan versions, commissions and their holds."""

import django.db.models.functions.datetime
import joey.kit.ids
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('shops', '0001_initial'),
        ('orders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Commission',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('marketplace', models.CharField(max_length=64)),
                ('rate_ppm', models.IntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('base_minor', models.BigIntegerField()),
                ('amount_minor', models.BigIntegerField()),
                ('platform_minor', models.BigIntegerField()),
                ('rounding_minor', models.BigIntegerField()),
                ('settled', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('earned', 'Earned'), ('confirmed', 'Confirmed')], max_length=10)),
                ('payable_on', models.DateField(null=True)),
                ('earned_revision', models.BigIntegerField()),
                ('earned_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('confirmed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='CommissionHold',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('reason_id', models.UUIDField()),
                ('reason_sha256', models.BinaryField()),
                ('placed_at', models.DateTimeField()),
                ('released_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='EarnCursor',
            fields=[
                ('marketplace', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('revision', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('shopkeeper_ppm', models.IntegerField()),
                ('platform_ppm', models.IntegerField()),
                ('waiting_days', models.IntegerField()),
                ('from_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='commission',
            name='order_line',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.orderline'),
        ),
        migrations.AddField(
            model_name='commission',
            name='shop',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shops.shop'),
        ),
        migrations.AddField(
            model_name='commissionhold',
            name='commission',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commissions.commission'),
        ),
        migrations.AddField(
            model_name='commissionhold',
            name='shop',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='shops.shop'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(('platform_ppm__gte', 0), ('shopkeeper_ppm__gte', 0), ('shopkeeper_ppm', django.db.models.expressions.CombinedExpression(models.Value(1000000), '-', models.F('platform_ppm')))), name='commissions_plan_shares_all'),
        ),
        migrations.AddConstraint(
            model_name='planversion',
            constraint=models.CheckConstraint(condition=models.Q(('waiting_days__range', (0, 90))), name='commissions_plan_waits_days'),
        ),
        migrations.AddField(
            model_name='commission',
            name='plan',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='commissions.planversion'),
        ),
        migrations.AddIndex(
            model_name='commissionhold',
            index=models.Index(condition=models.Q(('released_at__isnull', True)), fields=['commission'], name='commissions_held_now'),
        ),
        migrations.AddIndex(
            model_name='commission',
            index=models.Index(fields=['shop', '-earned_at'], name='commissions_of_shop'),
        ),
        migrations.AddIndex(
            model_name='commission',
            index=models.Index(condition=models.Q(('settled', True), ('state', 'earned')), fields=['payable_on'], name='commissions_waiting'),
        ),
        migrations.AddConstraint(
            model_name='commission',
            constraint=models.CheckConstraint(condition=models.Q(('base_minor', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('amount_minor'), '+', models.F('platform_minor')), '+', models.F('rounding_minor'))), ('amount_minor__gte', 0), ('platform_minor__gte', 0), ('rounding_minor__gte', 0)), name='commissions_parts_make_the_base'),
        ),
        # The plan an instance starts with: four fifths to the shopkeeper, a week of waiting after settlement.
        migrations.RunSQL(
            """
            INSERT INTO commissions_planversion (shopkeeper_ppm, platform_ppm, waiting_days, from_at)
            VALUES (800000, 200000, 7, '2020-01-01T00:00:00Z');
            """,
            "DELETE FROM commissions_planversion;",
        ),
    ]
