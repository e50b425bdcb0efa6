"""Commands about what marketplaces report: what could not be read."""
