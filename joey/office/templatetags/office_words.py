"""What the database keeps, in the office's words: `{{ value|said:"model.column" }}`, `{{ attempt|noted }}`,
`{{ moment|time_at }}`.
"""

from datetime import datetime
from typing import Any

from django import template

from joey.office.columns import time_text
from joey.office.file_problems import problems_in_words
from joey.office.words import in_words
from joey.payouts.queries import AttemptRow

register = template.Library()


@register.filter
def said(value: Any, column: str) -> Any:
    return in_words(column, value)


@register.filter
def time_at(moment: datetime | None, seconds: str = "") -> str:
    return time_text(moment, seconds=bool(seconds))


@register.filter
def noted(attempt: AttemptRow) -> list[str]:
    """What is wrong with the file of an attempt."""
    return problems_in_words(attempt.file.problems, is_kept_back=attempt.is_kept_back)
