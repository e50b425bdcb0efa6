"""For what a command prints of the code alone: it needs no instance and no database."""

import os


def without_database() -> None:
    """Make the packages importable that have tables."""
    os.environ.update({"DJANGO_SETTINGS_MODULE": "joey.site.settings", "JOEY_NO_POOL": "1"})
    import django

    django.setup()
