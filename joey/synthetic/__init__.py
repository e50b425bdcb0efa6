"""Synthetic load for measuring: shops, offers and orders in sets."""
