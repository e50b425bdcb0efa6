"""Commands about marketplaces: which are connected, and whether what is unverified about them holds."""
