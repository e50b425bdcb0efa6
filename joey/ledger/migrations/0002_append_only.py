"""Journals and postings are written once: a correction is a new journal."""

from django.db import migrations

from joey.kit.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [append_only("ledger_journal"), append_only("ledger_posting")]
