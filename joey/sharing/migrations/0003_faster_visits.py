"""Visits come in by COPY: their time is a default, and an index that no query reads is gone."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sharing", "0002_append_only")]
    operations = [
        migrations.RemoveIndex(model_name="wayout", name="sharing_way_out_of_shop"),
        migrations.AlterField(
            model_name="click",
            name="at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.AlterField(
            model_name="wayout",
            name="at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
    ]
