"""The tables of the office, one file a subject."""
