"""What a search looks through, and when a withdrawn offer was last asked for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_prices_stay")]
    operations = [
        migrations.AddField("offer", "looked_at", models.DateTimeField(null=True)),
        migrations.AddField("offer", "search_text", models.TextField(blank=True, default="")),
    ]
