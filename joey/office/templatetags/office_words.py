"""What the database keeps, in the office's words: `{{ value|said:"model.column" }}`, `{{ file.problems|noted }}`."""

from typing import Any

from django import template

from joey.office.file_problems import problems_in_words
from joey.office.words import in_words

register = template.Library()


@register.filter
def said(value: Any, column: str) -> Any:
    return in_words(column, value)


@register.filter
def noted(problems: str) -> list[str]:
    """The notes on a payout file."""
    return problems_in_words(problems)
