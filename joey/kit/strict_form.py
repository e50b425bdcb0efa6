"""A form that takes exactly what it declares. An undeclared field (a price, a fee, an inviter) is refused by name, so
that no one believes it was stored."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from joey.kit.http import headers_of, status_of
from joey.kit.refusals import Refusal

CSRF_FIELD = "csrfmiddlewaretoken"
BROKEN = "\ufffd"  # what Django puts where bytes are not UTF-8; people do not type it


class StrictForm(forms.Form):
    """Django's form, with every undeclared name in the input, and every broken text, an error that names it."""

    refused: Refusal | None = None

    @property
    def status(self) -> int:
        """The HTTP status of a page that shows this form: that of the refusal, 422 for other errors."""
        if self.refused is not None:
            return status_of(self.refused)
        return 422 if self.errors else 200

    @property
    def headers(self) -> dict[str, str]:
        """The headers that go with the status."""
        return headers_of(self.refused) if self.refused is not None else {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.data:
            if name not in self.fields and name != CSRF_FIELD:
                self.add_error(
                    None,
                    forms.ValidationError(
                        _("There is no field “%(name)s” here, and nothing was stored. Leave it out."),
                        code="unknown_field",
                        params={"name": str(name)[:40]},
                    ),
                )
            elif BROKEN in str(self.data[name]) and name in self.fields:
                self.add_error(
                    name, forms.ValidationError(_("This did not arrive in UTF-8. Type it again."), "encoding")
                )
        return cleaned

    def take(self, refusal: Refusal) -> None:
        """Show what a verb refused beside the field that it names."""
        self.refused = refusal
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, forms.ValidationError(str(refusal.text), code=refusal.code))
