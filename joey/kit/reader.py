"""Who reads: what is written differently for readers of Chinese is decided here."""

from django.utils.translation import get_language


def reads_chinese(language: str = "") -> bool:
    """Of a language, or of the active one; where none is active, it is Chinese."""
    return (language or get_language() or "zh").startswith("zh")
