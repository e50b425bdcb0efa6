"""Price points are append-only, and each change of an offer takes a number from one sequence."""

from django.db import migrations

from joey.kit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [
        append_only("catalog_pricepoint"),
        migrations.RunSQL("CREATE SEQUENCE catalog_offer_change;", "DROP SEQUENCE catalog_offer_change;"),
    ]
