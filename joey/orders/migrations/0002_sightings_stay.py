"""Sightings are append-only, and each change of an order line takes a revision from one sequence."""

from django.db import migrations

from joey.kit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [
        append_only("orders_sighting"),
        append_only("orders_orderclaim"),
        migrations.RunSQL("CREATE SEQUENCE orders_revision;", "DROP SEQUENCE orders_revision;"),
    ]
