"""Answers kept for idempotent writes, and UUIDv7 made by the database."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='IdempotentAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('principal', models.CharField(max_length=64)),
                ('route', models.CharField(max_length=200)),
                ('key', models.CharField(max_length=200)),
                ('request_sha256', models.BinaryField(max_length=32)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('body', models.JSONField(null=True)),
                ('claim', models.UUIDField(null=True, unique=True)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('principal', 'route', 'key'), name='kit_one_answer_per_key')],
            },
        ),
        migrations.CreateModel(
            name='RateWindow',
            fields=[
                ('digest', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('hits', models.PositiveIntegerField()),
                ('ends_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['ends_at'], name='kit_rate_window_over')],
            },
        ),
        # UUIDv7 (RFC 9562) made by the database, for verbs that insert sets. PostgreSQL has its own only from 18 on.
        migrations.RunSQL(
            """
            CREATE FUNCTION joey_uuid7() RETURNS uuid LANGUAGE sql VOLATILE AS $$
              SELECT encode(
                set_bit(set_bit(
                  overlay(uuid_send(gen_random_uuid()) PLACING
                          substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                          FROM 1 FOR 6),
                  52, 1), 53, 1), 'hex')::uuid
            $$;
            """,
            "DROP FUNCTION joey_uuid7();",
        ),
    ]
