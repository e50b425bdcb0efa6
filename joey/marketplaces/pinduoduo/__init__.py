"""Pinduoduo (拼多多) as Joey sees it."""
