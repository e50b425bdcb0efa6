"""Offers as marketplaces show them, prices over time, pictures, refresh."""
