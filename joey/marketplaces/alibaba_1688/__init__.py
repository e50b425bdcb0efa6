"""1688 as Joey sees it."""
