"""Marketplaces that are known by a plain feed: one JSON object a line, to look things up, without order reports."""
