"""Clicks and ways out are facts: they are written once."""

from django.db import migrations

from joey.kit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("sharing", "0001_initial")]
    operations = [append_only("sharing_click"), append_only("sharing_wayout")]
