"""The plan an instance starts with: four fifths to the shopkeeper, a week of waiting after settlement."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("commissions", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """
            INSERT INTO commissions_planversion (shopkeeper_ppm, platform_ppm, waiting_days, from_at)
            VALUES (800000, 200000, 7, '2020-01-01T00:00:00Z');
            """,
            "DELETE FROM commissions_planversion;",
        )
    ]
