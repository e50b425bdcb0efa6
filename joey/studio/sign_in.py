"""Sign in with a code sent to a phone or an e-mail address. A session begins only after the right code."""

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_POST

from joey.kit import clock
from joey.kit.refusals import Refusal
from joey.people.send_code import send_code
from joey.people.sign_in import person_for_code
from joey.studio.access import CODE_AT, keeper, keeper_only, language, next_page, page
from joey.studio.forms import CodeForm, ContactForm

ASKED = "asked_contact"  # in the session: whom a code was sent to
BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for the contact and send it a code."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_page(request))
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            contact = send_code(
                form.cleaned_data["contact"], language=language(), now=clock.now(), client_key=_client(request)
            )
            request.session[ASKED] = contact.value
            return HttpResponseRedirect(_with_next("/studio/sign-in/code", request))
        except Refusal as refusal:
            form.take(refusal)
    facts = {"form": form, "next": next_page(request)}
    return page(request, "sign_in.html", facts, status=form.status)


@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """Take the code; a right one makes the session."""
    contact = request.session.get(ASKED)
    if not contact:
        return HttpResponseRedirect(_with_next("/studio/sign-in", request))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = clock.now()
        try:
            person = person_for_code(contact, form.cleaned_data["code"], now=now, language=language())
        except Refusal as refusal:
            form.take(refusal)
        else:
            login(request, person, backend=BACKEND)
            request.session.pop(ASKED, None)
            request.session[CODE_AT] = now.isoformat()
            return HttpResponseRedirect(next_page(request))
    facts = {"form": form, "contact": contact, "next": next_page(request), "again": False}
    return page(request, "enter_code.html", facts, status=form.status)


@keeper_only
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Before a step that moves money: the same person enters a fresh code."""
    now = clock.now()
    contact = keeper(request).contact
    form = CodeForm(request.POST if request.POST.get("code") is not None else None)
    if request.method == "POST" and form.is_bound and form.is_valid():
        try:
            person = person_for_code(contact, form.cleaned_data["code"], now=now)
        except Refusal as refusal:
            form.take(refusal)
        else:
            if person.pk == keeper(request).pk:
                request.session[CODE_AT] = now.isoformat()
                return HttpResponseRedirect(next_page(request))
    sent = False
    if request.method == "POST" and not form.is_bound:
        send_code(contact, language=language(), now=now, client_key=_client(request))
        sent = True
    facts = {"form": form, "contact": contact, "next": next_page(request), "sent": sent or form.is_bound}
    return page(request, "confirm.html", facts, status=form.status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; with `next`, someone else signs in and continues there."""
    logout(request)
    if request.POST.get(REDIRECT_FIELD_NAME):
        return HttpResponseRedirect(_with_next("/studio/sign-in", request))
    return HttpResponseRedirect("/")


def _client(request: HttpRequest) -> str:
    """Who asks, for counting codes: the address nearest to us, which a stranger cannot forge."""
    if settings.SECURE and request.headers.get("x-forwarded-for"):
        return request.headers["x-forwarded-for"].split(",")[-1].strip()
    return str(request.META.get("REMOTE_ADDR") or "")


def _with_next(path: str, request: HttpRequest) -> str:
    wish = next_page(request)
    return path if wish == "/studio/" else f"{path}?next={wish}"
