"""Where a person is signed in, and an end to it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from joey.kit import clock
from joey.people.sessions import end_session_of, end_sessions_of, idle_hours, sessions_of
from joey.studio.access import keeper, keeper_only, page
from joey.studio.forms import EndSessionForm

OTHERS = "others"

# The first mark that a User-Agent has names it: a browser also names those that it is like.
BROWSERS = (
    ("MicroMessenger", _("WeChat")), ("QQ/", "QQ"), ("Edg", "Edge"), ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("HarmonyOS", "HarmonyOS"), ("Windows", "Windows"),
    ("Mac OS X", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


@keeper_only
@require_http_methods(["GET", "HEAD", "POST"])
def sessions_page(request: HttpRequest) -> HttpResponse:
    """The person's sessions over all browsers; another's looks as if it did not exist."""
    person, this, now = keeper(request), request.session.session_key, clock.now()
    form = EndSessionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["session"] == OTHERS:
            end_sessions_of(person, by=person, but=this)
        else:
            end_session_of(person, form.cleaned_data["session"])
        return HttpResponseRedirect(f"{request.path}?done=ended")
    facts = {
        "form": form,
        "sessions": sessions_of(person, this_key=this, now=now),
        "device_of": device_of,
        "idle_hours": idle_hours(person),
        "done": request.GET.get("done") == "ended",
        "now": now,
    }
    return page(request, "sessions.html", facts, status=form.status)


def device_of(agent: str) -> str:
    """A browser as its owner knows it: "Chrome · Android"."""
    named = [next((name for mark, name in marks if mark in agent), "") for marks in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, map(str, named))) or str(_("Unknown browser"))
