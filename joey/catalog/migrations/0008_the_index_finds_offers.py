"""What a search looks through lies in an index beside the database now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_same_item")]
    operations = [migrations.RemoveField("offer", "search_text")]
