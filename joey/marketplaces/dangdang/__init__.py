"""Dangdang as Joey sees it."""
