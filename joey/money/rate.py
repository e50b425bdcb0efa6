"""A rate as people read it; it is kept in parts per million."""


def rate_text(ppm: int) -> str:
    """55000 → "5.5%": exact, no rounding, and no line breaks in it."""
    whole, part = divmod(ppm, 10_000)
    return f"{whole}.{part:04d}".rstrip("0").rstrip(".") + "%"
