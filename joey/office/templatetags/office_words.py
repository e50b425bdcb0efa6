"""`{{ value|said:"model.column" }}`: a value of the database in the office's words."""

from typing import Any

from django import template

from joey.office.words import in_words

register = template.Library()


@register.filter
def said(value: Any, column: str) -> Any:
    return in_words(column, value)
