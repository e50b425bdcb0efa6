"""Sightings and order lines with their states; windowed sync."""
