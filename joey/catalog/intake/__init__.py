"""Offers coming in: from connectors and from files, cleaned, staged, merged."""
