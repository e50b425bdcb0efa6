"""Events by day, their numbers, and texts that may be erased."""

import django.db.models.functions.datetime
from django.db import migrations, models

import joey.kit.ids
from joey.kit.append_only import APP_ROLE, append_only
from joey.kit.partitions import partitioned_by_day

# Events that have no number yet (joey/record/number_events.py). No key and no index: it is always read whole.
UNNUMBERED = """
CREATE TABLE record_unnumbered (event_id uuid NOT NULL, xact xid8 NOT NULL DEFAULT pg_current_xact_id())
"""

# A text may only be erased, once; nothing else about it changes.
ERASE_ONLY = f"""
REVOKE UPDATE, DELETE, TRUNCATE ON record_erasabletext FROM {APP_ROLE};
GRANT UPDATE (content, salt, erased_at) ON record_erasabletext TO {APP_ROLE};
CREATE FUNCTION record_erasabletext_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.content IS NULL
     AND (NEW.id, NEW.shop_id, NEW.kept_at) IS NOT DISTINCT FROM (OLD.id, OLD.shop_id, OLD.kept_at) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a kept text can be erased, and neither changed nor removed';
END $$;
CREATE TRIGGER record_erasabletext_kept BEFORE UPDATE OR DELETE ON record_erasabletext
FOR EACH ROW EXECUTE FUNCTION record_erasabletext_is_kept();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("kit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.UUIDField(db_default=joey.kit.ids.RowId(), primary_key=True, serialize=False)),
                ('shop_id', models.UUIDField(null=True)),
                ('kind', models.CharField(max_length=48)),
                ('version', models.SmallIntegerField()),
                ('subject_key', models.CharField(max_length=80)),
                ('facts', models.JSONField()),
                ('happened_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'indexes': [models.Index(fields=['subject_key', 'id'], name='record_event_of_subject'), models.Index(condition=models.Q(('kind__in', ['order_line.reported', 'order_line.returned', 'commission.earned', 'commission.adjusted', 'commission.settled', 'commission.confirmed']), _negated=True), fields=['kind'], name='record_event_of_rare_kind')],
            },
        ),
        partitioned_by_day("record_event"),
        append_only("record_event"),
        migrations.CreateModel(
            name='EventNumber',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('event_id', models.UUIDField(unique=True)),
            ],
        ),
        append_only("record_eventnumber"),
        migrations.RunSQL(UNNUMBERED, "DROP TABLE record_unnumbered"),
        migrations.CreateModel(
            name='ErasableText',
            fields=[
                ('id', models.UUIDField(default=joey.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('shop_id', models.UUIDField(null=True)),
                ('salt', models.BinaryField(null=True)),
                ('content', models.BinaryField(null=True)),
                ('kept_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('erased_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('content__isnull', False), ('erased_at__isnull', True), ('salt__isnull', False)), models.Q(('content__isnull', True), ('erased_at__isnull', False), ('salt__isnull', True)), _connector='OR'), name='record_text_is_there_or_erased')],
            },
        ),
        migrations.RunSQL(ERASE_ONLY, migrations.RunSQL.noop),
    ]
