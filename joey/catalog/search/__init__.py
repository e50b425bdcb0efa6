"""The search index of this host: derived from the offers in PostgreSQL and rebuilt from them at any time."""
