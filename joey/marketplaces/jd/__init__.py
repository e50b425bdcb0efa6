"""JD (京东) as Joey sees it."""
