"""Followers read each marketplace's changes in their order, and ask which is the last."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_pages_follow")]
    operations = [
        migrations.RemoveIndex("offer", "catalog_offer_by_seq"),
        migrations.AddIndex(
            "offer", models.Index(fields=["marketplace", "seq"], name="catalog_offer_followed")
        ),
    ]
