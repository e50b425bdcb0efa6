"""Amazon as Joey sees it."""
