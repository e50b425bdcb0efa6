"""Where money is decided, the code of the sign-in has to be fresh."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from joey.people.step_up import needs_fresh_code

CODE_AT = "code_at"  # the studio's sign-in notes in the session when a code was last entered
CONFIRM = "/studio/confirm"


def fresh_code_first(request: HttpRequest, now: datetime) -> HttpResponse | None:
    """The page that asks for a new code and leads back here, or None when the last one is fresh."""
    noted = request.session.get(CODE_AT)
    if not needs_fresh_code(datetime.fromisoformat(noted) if noted else None, now):
        return None
    messages.warning(request, _("To protect the money, enter a new code first, then do this again."))
    return HttpResponseRedirect(f"{CONFIRM}?{urlencode({'next': request.path})}")
