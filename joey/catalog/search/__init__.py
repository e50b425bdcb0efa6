"""The search index of this host: a copy of what the offers say, beside PostgreSQL and rebuilt from it at any time."""
