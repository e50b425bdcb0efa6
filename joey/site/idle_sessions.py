"""A session ends when it is not used: every page that is opened in it moves its end on."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from joey.people.sessions import note_use


class IdleSessions:
    """Looks only at sessions that a view read. The time is this machine's, as it is in Django's sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.session.accessed and SESSION_KEY in request.session and request.user.is_authenticated:
            note_use(request.session, request.user, now=timezone.now())
        return response
