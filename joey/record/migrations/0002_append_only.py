"""What happened stays as it was written."""

from django.db import migrations

from joey.kit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [append_only("record_event")]
