"""UUIDv7 (RFC 9562) made by the database, for verbs that insert sets. PostgreSQL knows it only from 18 on."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("kit", "0001_initial")]
    operations = [
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
        )
    ]
