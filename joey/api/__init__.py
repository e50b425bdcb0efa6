"""The REST face under /api/v1: the same verbs and queries as the pages, spoken in JSON."""
