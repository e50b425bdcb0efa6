"""Two reports of one refund case at one moment: the same one counts, in whichever order they came."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_sightings_stay")]
    operations = [
        migrations.AddField(
            model_name="refundcase",
            name="report_digest",
            field=models.BinaryField(default=b"", max_length=32),
        )
    ]
