"""Toyland as Joey sees it, and as the sandbox plays it."""
