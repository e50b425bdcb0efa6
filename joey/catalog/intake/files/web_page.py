"""Refuse what a server shows to people: a page for signing in, an error, or a table that a console calls .xls."""

import re

from django.utils.translation import gettext_lazy as _

from joey.catalog.intake.files.unreadable_file import UnreadableFile

_BEGINS = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*|<!--[^>]*-->\s*)*<(?:!doctype\s+html|html|head|body|script|meta|table)\b", re.IGNORECASE
)


def refuse_web_page(text: str) -> None:
    """Raises UnreadableFile where a file begins as a web page does."""
    if _BEGINS.match(text):
        raise UnreadableFile(
            _(
                "This is a web page, whatever it is called. If it asks to sign in, sign in and export again; if it"
                " shows the list, open it in a spreadsheet and save it as .xlsx."
            )
        )
