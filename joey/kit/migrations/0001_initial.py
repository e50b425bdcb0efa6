"""The tables and database functions that every package uses: UUIDv7 made by the database, and partitions by day."""

import django.db.models.functions.datetime
from django.db import migrations, models

import joey.kit.ids
from joey.kit.append_only import APP_ROLE

# UUIDv7 (RFC 9562); PostgreSQL has it only from 18 on. joey_uuid7 is for ids that are shown: all its random bits come
# from the secure source, which takes most of its time. joey_row_id is for ids that are never shown (events, journals):
# a fifth of the time, and the twelve bits after the version hold the fraction of the millisecond (method 3 of section
# 6.2), so that what one session writes in successive statements is in order.
IDS = """
CREATE FUNCTION joey_uuid7() RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid()) PLACING
              substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
              FROM 1 FOR 6),
      52, 1), 53, 1), 'hex')::uuid
$$;

CREATE FUNCTION joey_row_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (overlay(lpad(to_hex((date_part('epoch', clock_timestamp()) * 4096000)::bigint), 15, '0') PLACING '7' FROM 13 FOR 0)
          || to_hex(-9223372036854775808 + (random() * 4611686018427387000)::bigint))::uuid
$$;

-- The smallest UUIDv7 of a day.
CREATE FUNCTION joey_first_id_of(day date) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex((day - date '1970-01-01')::bigint * 86400000), 12, '0') || '00000000000000000000')::uuid
$$;
"""

# joey/kit/partitions.py says what these are for.
PARTITIONS = """
CREATE FUNCTION joey_partition_by_day(parent text, key text, droppable boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  flat regclass := parent;
  indexes text[];
  foreign_keys text[];
  primary_key text;
BEGIN
  -- Collected before the table is renamed, so that they name the one that takes its place.
  SELECT array_agg(pg_get_indexdef(indexrelid)) INTO indexes FROM pg_index
    WHERE indrelid = flat AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = indexrelid);
  SELECT array_agg(format('ALTER TABLE %I ADD CONSTRAINT %I %s', parent, conname,
                          CASE contype WHEN 'p' THEN 'PRIMARY KEY (' || (
                              SELECT string_agg(quote_ident(name), ', ' ORDER BY first DESC, place) FROM (
                                SELECT key AS name, true AS first, 0 AS place
                                UNION ALL
                                SELECT attname, false, place FROM unnest(conkey) WITH ORDINALITY AS u (number, place)
                                  JOIN pg_attribute ON attrelid = flat AND attnum = number WHERE attname <> key
                              ) AS columns) || ')'
                          ELSE pg_get_constraintdef(oid) END)) INTO foreign_keys
    FROM pg_constraint WHERE conrelid = flat AND contype IN ('p', 'u', 'f');
  EXECUTE format('ALTER TABLE %I RENAME TO %I', parent, parent || '_flat');
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED'
                 ' INCLUDING IDENTITY INCLUDING STORAGE) PARTITION BY RANGE (%I)', parent, parent || '_flat', key);
  EXECUTE format('DROP TABLE %I', parent || '_flat');
  FOR i IN 1 .. coalesce(array_length(foreign_keys, 1), 0) LOOP EXECUTE foreign_keys[i]; END LOOP;
  FOR i IN 1 .. coalesce(array_length(indexes, 1), 0) LOOP EXECUTE indexes[i]; END LOOP;
  EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', parent || '_default', parent);
  EXECUTE format('REVOKE ALL ON %I FROM {app}; GRANT SELECT ON %1$I TO {app}', parent || '_default');
  INSERT INTO kit_partitioned (name, key, droppable) VALUES (parent, key, droppable);
END $$;

CREATE FUNCTION joey_make_days(parent text, ahead int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  known kit_partitioned;
  today date := (now() AT TIME ZONE 'UTC')::date;
  part text;
  since uuid;
  until uuid;
  names text;
  stray boolean;
  made int := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('partitions:' || parent, 0));
  SELECT * INTO STRICT known FROM kit_partitioned WHERE name = parent;
  FOR ahead_of_today IN -1 .. least(ahead, 366) LOOP
    part := parent || to_char(today + ahead_of_today, '"_"YYYYMMDD');
    CONTINUE WHEN to_regclass(part) IS NOT NULL;
    since := joey_first_id_of(today + ahead_of_today);
    until := joey_first_id_of(today + ahead_of_today + 1);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED'
                   ' INCLUDING STORAGE)', part, parent);
    EXECUTE format('REVOKE ALL ON %I FROM {app}; GRANT SELECT ON %1$I TO {app}', part);
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_default');
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I >= %L AND %I < %L)',
                   parent || '_default', known.key, since, known.key, until) INTO stray;
    IF stray THEN
      SELECT string_agg(quote_ident(attname), ', ') INTO names FROM pg_attribute
        WHERE attrelid = parent::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
      EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM %I WHERE %I >= %L AND %I < %L',
                     part, names, names, parent || '_default', known.key, since, known.key, until);
      EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', parent || '_default');
      EXECUTE format('DELETE FROM %I WHERE %I >= %L AND %I < %L',
                     parent || '_default', known.key, since, known.key, until);
      EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', parent || '_default');
    END IF;
    -- Attached, not made in place: that waits for no reader of the parent.
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, since, until);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;

CREATE FUNCTION joey_drop_days(parent text, keep int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  oldest text := parent || to_char((now() AT TIME ZONE 'UTC')::date - keep, '"_"YYYYMMDD');
  oldest_id uuid := joey_first_id_of((now() AT TIME ZONE 'UTC')::date - keep);
  key text;
  part text;
  stray boolean;
  dropped int := 0;
BEGIN
  SELECT p.key INTO key FROM kit_partitioned p WHERE p.name = parent AND p.droppable;
  IF NOT FOUND THEN
    RAISE EXCEPTION '% is kept for ever: its days are not dropped', parent;
  END IF;
  IF keep < 1 THEN
    RAISE EXCEPTION 'today and yesterday are kept';
  END IF;
  FOR part IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = parent::regclass AND c.relname ~ '_[0-9]{{8}}$' AND c.relname COLLATE "C" < oldest
  LOOP
    EXECUTE format('DROP TABLE %I', part);
    dropped := dropped + 1;
  END LOOP;
  -- Rows whose day never had a partition: a host's clock was days behind, or no days were made for weeks.
  EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I < %L)', parent || '_default', key, oldest_id) INTO stray;
  IF stray THEN
    EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', parent || '_default');
    EXECUTE format('DELETE FROM %I WHERE %I < %L', parent || '_default', key, oldest_id);
    EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', parent || '_default');
  END IF;
  RETURN dropped;
END $$;

REVOKE ALL ON FUNCTION joey_partition_by_day(text, text, boolean) FROM PUBLIC;
REVOKE ALL ON FUNCTION joey_make_days(text, int), joey_drop_days(text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION joey_make_days(text, int), joey_drop_days(text, int) TO {app};
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON kit_partitioned FROM {app};
""".format(app=APP_ROLE)


# The app writes the security log and deletes what is old; joey/kit/append_only.py has the tables that stay for ever.
SECURITY_LOG = """
REVOKE UPDATE, TRUNCATE ON kit_securityevent FROM joey_app;
CREATE FUNCTION kit_securityevent_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.at < now() - interval '30 days' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'an event of the security log is not changed, and not deleted for 30 days';
END $$;
CREATE TRIGGER kit_securityevent_kept BEFORE UPDATE OR DELETE ON kit_securityevent
FOR EACH ROW EXECUTE FUNCTION kit_securityevent_is_kept();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(IDS, migrations.RunSQL.noop),
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
        migrations.CreateModel(
            name='SecurityEvent',
            fields=[
                ('id', models.UUIDField(db_default=joey.kit.ids.RowId(), primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('kind', models.CharField(max_length=48)),
                ('person_id', models.UUIDField(null=True)),
                ('about', models.CharField(max_length=80)),
                ('caller', models.CharField(max_length=45)),
                ('request_id', models.CharField(max_length=64)),
                ('facts', models.JSONField()),
                ('once', models.CharField(max_length=120, null=True, unique=True)),
            ],
            options={
                'indexes': [models.Index(fields=['kind', 'id'], name='kit_security_of_kind'), models.Index(fields=['person_id', 'id'], name='kit_security_of_person'), models.Index(fields=['about', 'id'], name='kit_security_about'), models.Index(fields=['caller', 'id'], name='kit_security_of_caller'), models.Index(fields=['request_id'], name='kit_security_of_request')],
            },
        ),
        migrations.RunSQL(SECURITY_LOG, migrations.RunSQL.noop),
        migrations.CreateModel(
            name='Partitioned',
            fields=[
                ('name', models.CharField(max_length=48, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=48)),
                ('droppable', models.BooleanField()),
            ],
        ),
        migrations.RunSQL(PARTITIONS, migrations.RunSQL.noop),
    ]
