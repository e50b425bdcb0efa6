"""The hot lane: click recording in front of Django."""
