"""A way out may lead to an imported feed, whose name is longer."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0003_faster_visits")]
    operations = [migrations.AlterField("wayout", "marketplace", models.CharField(max_length=32))]
