"""Commands about what marketplaces report: what could not be read, and what was never asked for."""
