"""Filters of the office's templates."""
